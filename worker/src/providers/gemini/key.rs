use chrono::{DateTime, Utc};
use shared::model::{FailureKind, KeyFacts, KeyVerdict};

use crate::providers::{
    classify::classify,
    endpoint::{BUSY, DOWN, Heard},
    openai::is_list,
};

/// What the list of models says of the key. A 403 is about a project's settings, and says nothing of the
/// key.
pub(super) fn verdict(heard: &Heard, now: DateTime<Utc>) -> KeyVerdict {
    let Heard { status, headers, body } = heard;
    match status.as_u16() {
        200 if is_list(body) => KeyVerdict::Valid(KeyFacts::default()),
        400 | 401 if heard.is_reported() => match classify(*status, headers, body, now).kind {
            FailureKind::InvalidKey => KeyVerdict::Rejected,
            _ => DOWN,
        },
        429 => BUSY,
        _ => DOWN,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn ask(status: u16, body: &'static str) -> KeyVerdict {
        let status = StatusCode::from_u16(status).unwrap();
        verdict(
            &Heard { status, headers: HeaderMap::new(), body: body.into() },
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_bad_key_is_a_bad_request_and_not_every_bad_request_is_a_bad_key() {
        let bad_key = r#"{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#;
        let other = r#"{"error":{"code":400,"status":"INVALID_ARGUMENT"}}"#;
        let blocked = r#"[{"error":{"code":403,"status":"PERMISSION_DENIED"}}]"#;
        assert_eq!(ask(400, bad_key), KeyVerdict::Rejected);
        assert_eq!(ask(401, r#"[{"error":{"code":401}}]"#), KeyVerdict::Rejected);
        assert_eq!(ask(200, r#"{"models":[]}"#), KeyVerdict::Valid(KeyFacts::default()));
        assert_eq!(ask(429, other), BUSY);
        for (status, body) in
            [(400, other), (403, blocked), (401, "<html>"), (200, "<html>"), (500, other)]
        {
            assert_eq!(ask(status, body), DOWN, "{status} {body}");
        }
    }
}
