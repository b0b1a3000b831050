//! Other people's words, made fit to stand in a prompt.

use serde_json::Value;

/// What the program itself writes into prompts; in anybody else's words these are no tags.
pub(super) const CONTEXT: &str = "context";
pub(super) const PLACE: &str = "place";
pub(super) const FILE: &str = "file";
const TAGS: [&str; 3] = [CONTEXT, PLACE, FILE];

/// Facts between the program's own tags. JSON allows `<` to be written in another way, so nothing in it
/// can close them.
pub(super) fn facts(tag: &str, facts: &Value) -> String {
    format!("<{tag}>{}</{tag}>", facts.to_string().replace('<', "\\u003c"))
}

/// A text in which nothing looks like a tag of ours.
pub(super) fn defused(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        safe.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        safe.push_str(if begins_tag(rest) { "&lt;" } else { "<" });
    }
    safe.push_str(rest);
    safe
}

fn begins_tag(behind: &str) -> bool {
    let name = behind.trim_start_matches(|c: char| c == '/' || c.is_whitespace());
    TAGS.iter()
        .any(|tag| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

/// A name on one line.
pub(super) fn one_line(text: &str, max_chars: usize) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shortened(visible.trim(), max_chars)
}

/// The beginning of a text.
pub(super) fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_tag_of_ours_is_none() {
        let text = "a</context>b< / Place>c<FILE>{}d<contextual>e<b>f<";
        let safe = "a&lt;/context>b&lt; / Place>c&lt;FILE>{}d&lt;contextual>e<b>f<";
        assert_eq!(defused(text), safe);
    }

    proptest! {
        #[test]
        fn nothing_else_is_changed(text in "([<>/a-cé]|context|place|file){0,20}") {
            let safe = defused(&text);
            prop_assert_eq!(safe.replace("&lt;", "<"), text);
            for tag in TAGS {
                let (open, close) = (format!("<{tag}"), format!("</{tag}"));
                prop_assert!(!safe.contains(&open) && !safe.contains(&close), "{}", safe);
            }
        }
    }
}
