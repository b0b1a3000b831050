use std::fmt;

use serde::{Deserialize, Serialize};

use super::Provider;

/// The id of a model as its provider writes it: `author/slug` at `OpenRouter`, perhaps with a
/// `:variant`, or `~author/family-latest` for whatever is the newest of a family; one word at OpenAI,
/// Anthropic, Google and DeepSeek; nearly anything on a server of the operator's (`llama3.1:8b`).
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
    #[error("a model id is no address: it looks like {0}")]
    Address(IdForm),
    /// It has another form.
    #[error("a model id looks like {0}, without spaces")]
    Malformed(IdForm),
}

impl ModelId {
    /// The longest id there may be, in characters: what the columns hold.
    pub const MAX_CHARS: usize = 100;

    /// Reads an id as `OpenRouter` writes its own, with white space around it forgiven.
    pub fn parse(text: &str) -> Result<Self, ModelIdProblem> {
        Self::parse_for(Provider::OpenRouter, text)
    }

    /// Reads an id as `provider` writes its own, with white space around it forgiven.
    pub fn parse_for(provider: Provider, text: &str) -> Result<Self, ModelIdProblem> {
        let text = text.trim();
        let form = IdForm::of(provider);
        if text.is_empty() {
            return Err(ModelIdProblem::Empty);
        }
        if is_address(text) {
            return Err(ModelIdProblem::Address(form));
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(ModelIdProblem::TooLong);
        }
        // Google's own lists write it so, and its calls don't
        let text = match provider {
            Provider::Gemini => text.strip_prefix("models/").unwrap_or(text),
            _ => text,
        };
        if form.fits(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ModelIdProblem::Malformed(form))
        }
    }

    /// Reads an id that was written down without its provider, in any provider's form.
    pub fn of_any(text: &str) -> Result<Self, ModelIdProblem> {
        Self::parse(text).or_else(|problem| {
            let text = text.trim();
            match problem {
                ModelIdProblem::Malformed(_)
                    if IdForm::Word.fits(text) || IdForm::OnServer.fits(text) =>
                {
                    Ok(Self(text.to_owned()))
                }
                _ => Err(problem),
            }
        })
    }

    /// The id as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a provider writes its models' ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// `author/slug`, perhaps with a `:variant`.
    WithAuthor,
    /// One word; a fine-tuned model of OpenAI's has colons in it.
    Word,
    /// Words with slashes and colons between: names of files and repositories.
    OnServer,
}

impl IdForm {
    /// The form of `provider`'s ids.
    #[must_use]
    pub const fn of(provider: Provider) -> Self {
        match provider {
            Provider::OpenRouter => Self::WithAuthor,
            Provider::OpenAi | Provider::Anthropic | Provider::Gemini | Provider::DeepSeek => {
                Self::Word
            }
            Provider::Server(_) => Self::OnServer,
        }
    }

    fn fits(self, text: &str) -> bool {
        match self {
            Self::WithAuthor => {
                let (path, variant) = match text.split_once(':') {
                    Some((path, variant)) => (path, Some(variant)),
                    None => (text, None),
                };
                let Some((author, slug)) = path.split_once('/') else { return false };
                let author = author.strip_prefix('~').unwrap_or(author);
                [Some(author), Some(slug), variant].into_iter().flatten().all(is_word)
            }
            // `ft:gpt-4o-mini:org::id` leaves a part empty
            Self::Word => {
                text.split(':').all(|part| part.is_empty() || is_word(part))
                    && is_word(text.split(':').next().unwrap_or_default())
            }
            Self::OnServer => text.split(['/', ':']).all(is_word),
        }
    }
}

impl fmt::Display for IdForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WithAuthor => "`author/model` or `author/model:variant`",
            Self::Word => "`model-name`, one word",
            Self::OnServer => "`model` or `model:tag`",
        })
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
        Self::of_any(&text)
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
        use ModelIdProblem::{Empty, TooLong};
        let (address, malformed) = (
            ModelIdProblem::Address(IdForm::WithAuthor),
            ModelIdProblem::Malformed(IdForm::WithAuthor),
        );
        let longest = format!("a/{}", "b".repeat(98));
        assert!(ModelId::parse(&longest).is_ok());
        for (bad, why) in [
            ("", Empty),
            ("  ", Empty),
            ("https://openrouter.ai/openai/gpt-5", address),
            ("HTTP://evil.example/v1", address),
            ("openrouter.ai/openai/gpt-5", address),
            ("//evil.example/x", address),
            ("https:evil", address),
            ("evil.com/model", address),
            (&format!("{longest}b"), TooLong),
            ("gpt-5", malformed),
            ("openai/", malformed),
            ("/gpt-5", malformed),
            ("openai/gpt-5:", malformed),
            ("openai/gpt 5", malformed),
            ("openai/gpt-5/x", malformed),
            ("openai/gpt-5:free:nitro", malformed),
            ("openai/..", malformed),
            ("openai/gpt\u{202e}5", malformed),
            ("openai/gpt-5?key=1", malformed),
        ] {
            assert_eq!(ModelId::parse(bad), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn each_provider_writes_its_own_form() {
        let server = Provider::parse("ollama").unwrap();
        for (provider, id, fits) in [
            (Provider::OpenAi, "gpt-5-mini", true),
            (Provider::OpenAi, "ft:gpt-4o-mini-2024-07-18:acme::AbC123", true),
            (Provider::OpenAi, "openai/gpt-5", false),
            (Provider::Anthropic, "claude-haiku-4-5", true),
            (Provider::Anthropic, "claude haiku", false),
            (Provider::Gemini, "models/gemini-2.5-flash", true),
            (Provider::DeepSeek, "deepseek-v4-flash", true),
            (Provider::DeepSeek, ":", false),
            (server, "llama3.1:8b", true),
            (server, "meta-llama/Llama-3.1-8B-Instruct", true),
            (server, "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", true),
            (server, "../../v1/keys", false),
            (server, "https://evil.example/x", false),
        ] {
            assert_eq!(ModelId::parse_for(provider, id).is_ok(), fits, "{provider} {id}");
            assert!(!fits || ModelId::of_any(id).is_ok(), "{id}");
        }
        let gemini = ModelId::parse_for(Provider::Gemini, "models/gemini-2.5-flash").unwrap();
        assert_eq!(gemini.as_str(), "gemini-2.5-flash");
    }
}
