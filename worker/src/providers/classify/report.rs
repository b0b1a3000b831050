use serde::Deserialize;
use serde_json::Value;

/// The parts of a provider's error from which its class is read.
///
/// Neither `Debug` nor serialisable: messages echo keys (`OpenAI`, `DeepSeek`) and people's text
/// (`flagged_input`). It lives no longer than the reading takes.
#[derive(Default)]
pub struct ErrorReport {
    /// `error.code` when it is a number, or `error.http_status`.
    pub(super) status: Option<u16>,
    /// All words that say what happened: codes, types, reasons, sources of limits.
    pub(super) words: Vec<String>,
    /// The sentences for people, in lower case.
    pub(super) message: String,
    /// `error.metadata` has the fields of a moderation verdict.
    pub(super) is_moderation: bool,
    /// `error.metadata` has the patterns of a guardrail.
    pub(super) is_guardrail: bool,
    /// A quota of a whole day is used up, as Gemini says it.
    pub(super) is_daily: bool,
    /// `error.availability.retry_after`, in seconds.
    pub(super) retry_after_s: Option<f64>,
    /// `error.metadata.headers["X-RateLimit-Reset"]`, as text.
    pub(super) rate_limit_reset: Option<String>,
    /// `retryDelay` of a `google.rpc.RetryInfo`: `34.4s`.
    pub(super) retry_delay: Option<String>,
}

impl ErrorReport {
    /// Reads a whole body. `None` when it has no error in it, or isn't JSON.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body.trim_ascii()).ok()?;
        Self::of_body(&value)
    }

    /// Reads the value of an `error` key.
    #[must_use]
    pub fn of_error(error: &Value) -> Self {
        let mut report = Self::default();
        match error {
            Value::Object(_) => report.take_error(error),
            other => report.take_message(other),
        }
        report
    }

    /// The provider does not serve this machine's country, whatever the key.
    pub(in crate::providers) fn is_about_the_region(&self) -> bool {
        let region = ["unsupported_country_region_territory", "region_restricted"];
        self.words.iter().any(|word| region.contains(&word.as_str()))
    }

    /// The sentences for people, in lower case; to be read, and never repeated.
    pub(in crate::providers) fn message(&self) -> &str {
        &self.message
    }

    /// The error of a body: `{"error": {…}}`, xAI's `{"code", "error": "text"}`, Mistral's
    /// `{"detail": "text"}`, one choice's `error`, and Gemini's array around any of them.
    fn of_body(body: &Value) -> Option<Self> {
        let body = match body {
            Value::Array(items) => items.first()?,
            other => other,
        };
        let error = [&body["error"], &body["choices"][0]["error"], &body["detail"]]
            .into_iter()
            .find(|error| !error.is_null())?;
        let mut report = Self::of_error(error);
        report.take_word(&body["code"]);
        Some(report)
    }

    fn take_error(&mut self, error: &Value) {
        let metadata = &error["metadata"];
        let availability = &error["availability"];
        self.status = [&error["code"], &error["http_status"]].into_iter().find_map(status_of);
        for word in [
            &error["code"],
            &error["type"],
            &error["error_type"],
            &error["status"],
            &metadata["error_type"],
            &metadata["reason"],
            &metadata["limit_source"],
            &availability["code"],
            // Anthropic's
            &error["details"]["error_code"],
        ] {
            self.take_word(word);
        }
        self.take_message(&error["message"]);
        self.is_moderation =
            metadata["flagged_input"].is_string() || metadata["reasons"].is_array();
        self.is_guardrail = metadata["patterns"].is_array();
        self.retry_after_s = availability["retry_after"].as_f64();
        self.rate_limit_reset = text_of(&metadata["headers"]["X-RateLimit-Reset"]);
        for detail in error["details"].as_array().into_iter().flatten() {
            self.take_word(&detail["reason"]);
            let violations = detail["violations"].as_array().into_iter().flatten();
            self.is_daily |= violations
                .filter_map(|violation| violation["quotaId"].as_str())
                .any(|quota| quota.contains("PerDay"));
            if let Ok(RetryInfo { retry_delay }) = RetryInfo::deserialize(detail) {
                self.retry_delay = Some(retry_delay);
            }
        }
    }

    fn take_word(&mut self, word: &Value) {
        if let Value::String(word) = word {
            self.words.push(word.to_ascii_lowercase());
        }
    }

    fn take_message(&mut self, message: &Value) {
        if let Value::String(message) = message {
            self.message = message.to_ascii_lowercase();
        }
    }
}

/// `google.rpc.RetryInfo`, one of an error's `details`.
#[derive(Deserialize)]
struct RetryInfo {
    #[serde(rename = "retryDelay")]
    retry_delay: String,
}

fn status_of(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|code| u16::try_from(code).ok()).filter(|code| *code >= 100)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
