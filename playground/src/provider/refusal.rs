use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::{Api, wires::Words};

/// A response that refuses: a status, headers, and a body in the words of whatever API is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    headers: Vec<(String, String)>,
    body: Said,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// In the API's form.
    Words(Words),
    /// Just so.
    Raw(String),
}

impl Refusal {
    /// A refusal with `status`, in the words that were recorded or are documented for it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::in_words(status, Words::Usual)
    }

    /// A refusal with a message and metadata of one's own.
    #[must_use]
    pub fn saying(status: u16, message: &str, metadata: Value) -> Self {
        Self::in_words(status, Words::Saying(message.to_owned(), metadata))
    }

    /// A refusal with an API's own word for what happened: `overloaded_error`, `insufficient_quota`.
    #[must_use]
    pub fn named(status: u16, word: &'static str, message: &str) -> Self {
        Self::in_words(status, Words::Named(word, message.to_owned()))
    }

    /// A refusal with exactly this body: a recorded one, say.
    #[must_use]
    pub fn recorded(status: u16, body: impl Into<String>) -> Self {
        let json = header::CONTENT_TYPE.as_str();
        Self { status, headers: Vec::new(), body: Said::Raw(body.into()) }
            .header(json, "application/json")
    }

    pub(super) fn in_words(status: u16, words: Words) -> Self {
        Self { status, headers: Vec::new(), body: Said::Words(words) }
            .header("content-type", "application/json")
    }

    /// What an API says of a key that it does not know.
    pub(super) fn unknown_key(api: Api, key: &str) -> Self {
        // Gemini's is no 401 (fixture `gemini-400-api-key-invalid.json`)
        let status = if api == Api::Gemini { 400 } else { 401 };
        Self::in_words(status, Words::UnknownKey(key.to_owned()))
    }

    /// What an API says when no key comes along.
    pub(super) fn missing_key(api: Api) -> Self {
        match api {
            Api::OpenRouter => Self::saying(401, "Missing Authentication header", Value::Null),
            Api::Gemini => Self::status(403),
            _ => Self::status(401),
        }
    }

    /// What an API says when nothing is left on a key.
    pub(super) fn no_credit(api: Api) -> Self {
        let status = match api {
            Api::OpenRouter => 403,
            Api::OpenAi | Api::Gemini => 429,
            Api::Anthropic => 400,
            Api::DeepSeek | Api::Server => 402,
        };
        Self::in_words(status, Words::NoCredit)
    }

    /// What an API says of a model that it does not have.
    pub(super) fn unknown_model(api: Api, model: &str) -> Self {
        let status = match api {
            Api::OpenRouter | Api::DeepSeek => 400,
            _ => 404,
        };
        Self::in_words(status, Words::UnknownModel(model.to_owned()))
    }

    /// A 402 that passes when other calls of the same key end.
    #[must_use]
    pub fn in_flight() -> Self {
        let metadata = json!({
            "reason": "in_flight_budget_exhausted",
            "limit_source": "openrouter_in_flight_budget",
        });
        let message = "This request would exceed your available credits given your current in-flight requests. Retry after in-flight requests settle, or add credits.";
        Self::saying(402, message, metadata)
    }

    /// A proxy's page in place of the provider's words.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let body =
            format!("<!doctype html><html><title>{status}</title><body>cloudflare</body></html>");
        Self { status, headers: Vec::new(), body: Said::Raw(body) }
            .header("content-type", "text/html")
    }

    /// With this header, which may be as wrong as it likes.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With `Retry-After`: seconds, a date, or garbage.
    #[must_use]
    pub fn retry_after(self, value: &str) -> Self {
        self.header(header::RETRY_AFTER.as_str(), value)
    }

    pub(super) fn code(&self) -> u16 {
        self.status
    }

    /// As `api` says it.
    pub(super) fn response(&self, api: Api) -> Response<Body> {
        let body = match &self.body {
            Said::Words(words) => api.speech().error(self.status, words).to_string(),
            Said::Raw(body) => body.clone(),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
