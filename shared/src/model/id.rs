use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a model as its provider writes it. For `OpenRouter` that is `author/slug`, perhaps with
/// a `:variant`, or `~author/family-latest` for whatever is the newest of a family.
///
/// Upper and lower case are kept as they were written; whoever compares ids ignores them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId(String);

/// Why a text is no model's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelIdProblem {
    /// Nothing is there.
    #[error("a model id can't be empty")]
    Empty,
    /// It is longer than any id.
    #[error("a model id has at most {} characters", ModelId::MAX_CHARS)]
    TooLong,
    /// It is an address. Where calls go is the operator's setting, never part of a model's id.
    #[error("a model id is no address: it looks like `author/model`")]
    Address,
    /// It has another form.
    #[error("a model id looks like `author/model` or `author/model:variant`, without spaces")]
    Malformed,
}

impl ModelId {
    /// The longest id there may be, in characters: what the columns hold.
    pub const MAX_CHARS: usize = 100;

    /// Reads an id, with white space around it forgiven.
    pub fn parse(text: &str) -> Result<Self, ModelIdProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ModelIdProblem::Empty);
        }
        if is_address(text) {
            return Err(ModelIdProblem::Address);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(ModelIdProblem::TooLong);
        }
        let (path, variant) = match text.split_once(':') {
            Some((path, variant)) => (path, Some(variant)),
            None => (text, None),
        };
        let (author, slug) = path.split_once('/').ok_or(ModelIdProblem::Malformed)?;
        let author = author.strip_prefix('~').unwrap_or(author);
        let well_formed = [Some(author), Some(slug), variant].into_iter().flatten().all(is_word);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(ModelIdProblem::Malformed) }
    }

    /// The id as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether somebody pasted a link. A host is known by its dots: authors have none.
fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let host = lower.split('/').next().unwrap_or_default();
    lower.contains("://")
        || lower.starts_with("http:")
        || lower.starts_with("https:")
        || lower.contains("//")
        || lower.starts_with("www.")
        || [".ai", ".com", ".io", ".net", ".org", ".dev"].iter().any(|end| host.ends_with(end))
}

/// Letters, digits, and what joins them; something in it that isn't punctuation.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for ModelId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ModelId {
    type Error = ModelIdProblem;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_providers_write_them() {
        for good in [
            "openai/gpt-5",
            "deepseek/deepseek-chat-v3.1:free",
            "~anthropic/claude-opus-latest",
            "openrouter/auto",
            "A21/Jamba_1.5",
        ] {
            assert_eq!(ModelId::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(ModelId::parse(" openai/gpt-5\n").unwrap().as_str(), "openai/gpt-5");
    }

    #[test]
    fn what_is_no_id_says_why() {
        use ModelIdProblem::{Address, Empty, Malformed, TooLong};
        let longest = format!("a/{}", "b".repeat(98));
        assert!(ModelId::parse(&longest).is_ok());
        for (bad, why) in [
            ("", Empty),
            ("  ", Empty),
            ("https://openrouter.ai/openai/gpt-5", Address),
            ("HTTP://evil.example/v1", Address),
            ("openrouter.ai/openai/gpt-5", Address),
            ("//evil.example/x", Address),
            ("https:evil", Address),
            ("evil.com/model", Address),
            (&format!("{longest}b"), TooLong),
            ("gpt-5", Malformed),
            ("openai/", Malformed),
            ("/gpt-5", Malformed),
            ("openai/gpt-5:", Malformed),
            ("openai/gpt 5", Malformed),
            ("openai/gpt-5/x", Malformed),
            ("openai/gpt-5:free:nitro", Malformed),
            ("openai/..", Malformed),
            ("openai/gpt\u{202e}5", Malformed),
            ("openai/gpt-5?key=1", Malformed),
        ] {
            assert_eq!(ModelId::parse(bad), Err(why), "{bad:?}");
        }
    }
}
