/// Known ids have up to 40 characters, and a whole `OpenRouter` key has 73: one that is echoed
/// here does not fit.
const MAX_ID: usize = 64;
/// As long as the column that it is kept in.
const MAX_MODEL: usize = 100;

/// A generation id that may be stored and logged.
pub(super) fn plain_id(id: &str) -> Option<String> {
    plain_name(id, MAX_ID)
}

/// A model's id that may be stored and logged.
pub(super) fn plain_model(model: &str) -> Option<String> {
    plain_name(model, MAX_MODEL)
}

/// A name that the provider gave, if it is one, and not a text or a key that came in its place.
fn plain_name(name: &str, longest: usize) -> Option<String> {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '~' | '@');
    let is_name = !name.is_empty()
        && name.len() <= longest
        && name.chars().all(is_plain)
        && !name.contains("sk-");
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_neither_a_text_nor_a_key() {
        for name in ["gen-1762179802-UN8pkJI4AGZvryk0kFnb", "chatcmpl-REDACTED_1"] {
            assert_eq!(plain_id(name).as_deref(), Some(name));
        }
        for name in ["anthropic/claude-4.5-sonnet:free", "~openai/gpt-latest", "gpt-4o-2024-08-06"]
        {
            assert_eq!(plain_model(name).as_deref(), Some(name));
        }
        let key = format!("sk-or-v1-{}", "a1".repeat(32));
        for name in ["", "two words", "line\nbreak", "gen-é", &key, &"a".repeat(65)] {
            assert_eq!(plain_id(name), None, "{name:?}");
        }
        assert_eq!(plain_model(&key), None);
    }
}
