//! Answers, and Discord's refusals by their codes.

use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Value, json};

/// What a call is answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Null for none.
    pub(super) body: Value,
    /// A file instead of JSON, with its media type.
    pub(super) file: Option<(String, Bytes)>,
    /// The token of the interaction whose first answer this call was.
    pub(super) acknowledges: Option<String>,
    pub(super) unknown_route: bool,
}

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap_or_default(), body, ..Self::default() }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub(super) fn nothing() -> Self {
        Self::json(204, Value::Null)
    }
}

/// Why a call is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: u64,
    message: &'static str,
    /// The places in the body that are wrong, of code 50035.
    errors: Option<Value>,
}

impl Refusal {
    const fn new(status: u16, code: u64, message: &'static str) -> Self {
        Self { status, code, message, errors: None }
    }

    pub(crate) fn invalid_form(errors: Value) -> Self {
        Self { errors: Some(errors), ..Self::new(400, 50035, "Invalid Form Body") }
    }

    pub(super) const NOT_FOUND: Self = Self::new(404, 0, "404: Not Found");
    pub(super) const UNAUTHORIZED: Self = Self::new(401, 0, "401: Unauthorized");
    pub(super) const INVALID_JSON: Self =
        Self::new(400, 50109, "The request body contains invalid JSON.");
    pub(super) const UNKNOWN_APPLICATION: Self = Self::new(404, 10002, "Unknown Application");
    pub(super) const UNKNOWN_CHANNEL: Self = Self::new(404, 10003, "Unknown Channel");
    pub(super) const UNKNOWN_GUILD: Self = Self::new(404, 10004, "Unknown Guild");
    pub(super) const UNKNOWN_MEMBER: Self = Self::new(404, 10007, "Unknown Member");
    pub(super) const UNKNOWN_MESSAGE: Self = Self::new(404, 10008, "Unknown Message");
    pub(super) const UNKNOWN_ROLE: Self = Self::new(404, 10011, "Unknown Role");
    pub(super) const UNKNOWN_USER: Self = Self::new(404, 10013, "Unknown User");
    pub(super) const UNKNOWN_WEBHOOK: Self = Self::new(404, 10015, "Unknown Webhook");
    pub(super) const UNKNOWN_INTERACTION: Self = Self::new(404, 10062, "Unknown interaction");
    pub(super) const UNKNOWN_COMMAND: Self = Self::new(404, 10063, "Unknown application command");
    pub(super) const TOO_MANY_WEBHOOKS: Self =
        Self::new(400, 30007, "Maximum number of webhooks reached (15)");
    pub(super) const TOO_MANY_COMMANDS: Self =
        Self::new(400, 30032, "Maximum number of application commands reached (100).");
    pub(super) const TOO_LARGE: Self = Self::new(413, 40005, "Request entity too large");
    pub(super) const ALREADY_ACKNOWLEDGED: Self =
        Self::new(400, 40060, "Interaction has already been acknowledged.");
    pub(super) const NO_ACCESS: Self = Self::new(403, 50001, "Missing Access");
    pub(super) const NOT_THE_AUTHOR: Self =
        Self::new(403, 50005, "Cannot edit a message authored by another user");
    pub(crate) const EMPTY_MESSAGE: Self = Self::new(400, 50006, "Cannot send an empty message");
    pub(super) const CLOSED_TO_MESSAGES: Self =
        Self::new(403, 50007, "Cannot send messages to this user");
    pub(super) const NO_PERMISSION: Self = Self::new(403, 50013, "Missing Permissions");
    pub(super) const INVALID_WEBHOOK_TOKEN: Self = Self::new(401, 50027, "Invalid Webhook Token");
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut body = json!({"message": refusal.message, "code": refusal.code});
        if let Some(errors) = refusal.errors {
            body["errors"] = errors;
        }
        Self::json(refusal.status, body)
    }
}

/// What every route yields.
pub(super) type Outcome = Result<Answer, Refusal>;
