use super::{ServerName, stored_as_text};

/// A company, or a server of the operator's, that runs models and takes keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// openrouter.ai, the default.
    OpenRouter,
    /// api.openai.com.
    OpenAi,
    /// api.anthropic.com.
    Anthropic,
    /// Google's Gemini API.
    Gemini,
    /// api.deepseek.com.
    DeepSeek,
    /// A server that the operator's settings name, and that speaks as OpenAI does.
    Server(ServerName),
}

/// A provider name that nobody here knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown provider")]
pub struct UnknownProvider;

impl Provider {
    /// Those that need no setting.
    pub const BUILT_IN: &'static [Self] =
        &[Self::OpenRouter, Self::OpenAi, Self::Anthropic, Self::Gemini, Self::DeepSeek];

    /// The text under which it is stored and logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::OpenRouter => "openrouter",
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::DeepSeek => "deepseek",
            Self::Server(name) => name.as_str(),
        }
    }

    /// The provider's own way of writing its name; a server has the operator's.
    #[must_use]
    pub fn display_name(&self) -> &str {
        match self {
            Self::OpenRouter => "OpenRouter",
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Google Gemini",
            Self::DeepSeek => "DeepSeek",
            Self::Server(name) => name.as_str(),
        }
    }

    /// The provider stored under `text`. Which servers there are is a setting that may have changed
    /// since: any name is read, and whoever asks a server that is gone is told so.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::parse(text).ok().filter(|provider| provider.as_str() == text)
    }

    /// Reads a name as a person types it: upper and lower case are the same. Whether a server of that
    /// name exists is for [`Offered`](crate::offered::Offered) to say.
    pub fn parse(name: &str) -> Result<Self, UnknownProvider> {
        Self::built_in(name)
            .or_else(|_| name.trim().parse().map(Self::Server).map_err(|_| UnknownProvider))
    }

    /// Reads the name of a company as a person types it; a server of the operator's is none.
    pub fn built_in(name: &str) -> Result<Self, UnknownProvider> {
        let name = name.trim();
        let same = |provider: &&Self| {
            name.eq_ignore_ascii_case(provider.as_str())
                || name.eq_ignore_ascii_case(provider.display_name())
        };
        match Self::BUILT_IN.iter().find(same) {
            Some(provider) => Ok(*provider),
            None if name.eq_ignore_ascii_case("google") => Ok(Self::Gemini),
            None => Err(UnknownProvider),
        }
    }
}

stored_as_text!(Provider);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(Provider::parse(" OpenRouter "), Ok(Provider::OpenRouter));
        assert_eq!(Provider::parse("OPENROUTER"), Ok(Provider::OpenRouter));
        assert_eq!(Provider::parse("google gemini"), Ok(Provider::Gemini));
        assert_eq!(Provider::parse("Google"), Ok(Provider::Gemini));
        assert_eq!(Provider::parse("open router"), Err(UnknownProvider));
        assert_eq!(Provider::built_in("ollama"), Err(UnknownProvider));
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let ollama = Provider::parse("Ollama").unwrap();
        for provider in Provider::BUILT_IN.iter().chain([&ollama]) {
            assert_eq!(Provider::from_stored(provider.as_str()), Some(*provider));
        }
        assert_eq!(ollama.as_str(), "ollama");
    }
}
