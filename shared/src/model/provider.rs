use super::text_enum;

text_enum! {
    /// A company, or a server of the operator's, that runs models and takes keys.
    pub enum Provider {
        /// openrouter.ai, the default.
        OpenRouter = "openrouter",
    }
}

/// A provider name that nobody here knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown provider")]
pub struct UnknownProvider;

impl Provider {
    /// The provider's own way of writing its name.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::OpenRouter => "OpenRouter",
        }
    }

    /// Reads a name as a person types it: upper and lower case are the same.
    pub fn parse(name: &str) -> Result<Self, UnknownProvider> {
        Self::from_stored(&name.trim().to_ascii_lowercase()).ok_or(UnknownProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(Provider::parse(" OpenRouter "), Ok(Provider::OpenRouter));
        assert_eq!(Provider::parse("OPENROUTER"), Ok(Provider::OpenRouter));
        assert_eq!(Provider::parse("open router"), Err(UnknownProvider));
    }
}
