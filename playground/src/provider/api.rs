//! Whose API is played.

use axum::http::{HeaderMap, header};

/// A provider whose API the stand-in plays, below a path of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Api {
    /// OpenRouter, below `/api/v1`.
    #[default]
    OpenRouter,
    /// OpenAI's chat completions, below `/openai/v1`.
    OpenAi,
    /// Anthropic's messages, below `/anthropic/v1`.
    Anthropic,
    /// Gemini's `generateContent`, below `/gemini/v1beta`.
    Gemini,
    /// DeepSeek's chat completions, below `/deepseek`.
    DeepSeek,
    /// A server that speaks as OpenAI does, below `/server/v1`, with
    /// [manners](super::ServerManners) of its own.
    Server,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::OpenRouter,
        Self::OpenAi,
        Self::Anthropic,
        Self::Gemini,
        Self::DeepSeek,
        Self::Server,
    ];

    /// Where it begins on the stand-in.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenRouter => "/api/v1",
            Self::OpenAi => "/openai/v1",
            Self::Anthropic => "/anthropic/v1",
            Self::Gemini => "/gemini/v1beta",
            Self::DeepSeek => "/deepseek",
            Self::Server => "/server/v1",
        }
    }

    /// The key that a request comes with.
    pub(super) fn key(self, headers: &HeaderMap) -> Option<String> {
        let named = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
        let key = match self {
            Self::Anthropic => named("x-api-key"),
            Self::Gemini => named("x-goog-api-key"),
            _ => bearer(headers),
        };
        key.filter(|key| !key.is_empty())
    }

    /// Whether it would know a model of this name.
    pub(super) fn may_have(self, model: &str) -> bool {
        let has_word = !model.is_empty() && !model.contains("no-such");
        has_word
            && match self {
                Self::OpenRouter => model
                    .split_once('/')
                    .is_some_and(|(author, slug)| !author.is_empty() && !slug.is_empty()),
                Self::Server => true,
                Self::Anthropic => model.starts_with("claude-"),
                Self::Gemini => model.starts_with("gemini-") || model.starts_with("gemma-"),
                Self::DeepSeek => model.starts_with("deepseek-"),
                Self::OpenAi => !model.contains('/'),
            }
    }
}

/// The token of `Authorization: Bearer <token>`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty();
    is_bearer.then(|| token.trim().to_owned())
}
