use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

/// A response that refuses: a status, headers, and a body in OpenRouter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Refusal {
    /// A refusal with `status`, in the words that were recorded or are documented for it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let (message, metadata) = match status {
            400 => ("Invalid request", Value::Null),
            401 => ("User not found.", Value::Null),
            402 => (
                "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 3395. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid account",
                json!({"provider_name": null}),
            ),
            403 => (
                "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys",
                Value::Null,
            ),
            404 => ("No endpoints found", json!({"error_type": "not_found"})),
            408 => ("Request timed out", Value::Null),
            413 => ("Request too large", json!({"error_type": "payload_too_large"})),
            429 => (
                "Provider returned error",
                json!({"raw": "the model is temporarily rate-limited upstream", "provider_name": "StandIn"}),
            ),
            500 => ("Internal Server Error", Value::Null),
            502 => ("Provider returned error", json!({"error_type": "provider_unavailable"})),
            503 => {
                ("No provider is available right now", json!({"error_type": "provider_overloaded"}))
            }
            504 | 524 => ("Provider timed out", json!({"error_type": "timeout"})),
            529 => ("Provider is overloaded", json!({"error_type": "provider_overloaded"})),
            _ => ("Error", Value::Null),
        };
        Self::saying(status, message, metadata)
    }

    /// A refusal with a message and metadata of one's own.
    #[must_use]
    pub fn saying(status: u16, message: &str, metadata: Value) -> Self {
        let mut error = json!({"message": message, "code": status});
        if !metadata.is_null() {
            error["metadata"] = metadata;
        }
        Self { status, headers: Vec::new(), body: json!({"error": error}).to_string() }
            .header("content-type", "application/json")
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
        Self { status, headers: Vec::new(), body }.header("content-type", "text/html")
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

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
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
