use http::StatusCode;
use serde_json::Value;
use shared::model::{KeyFacts, KeyStanding, KeyVerdict};

use crate::providers::{
    classify::ErrorReport,
    endpoint::{BUSY, DOWN},
};

/// What a list of models says of the key that it was asked for with. A restricted key may not list
/// models, and call them all the same: that it was recognised shows in the refusal.
pub(in crate::providers) fn verdict(status: StatusCode, body: &[u8]) -> KeyVerdict {
    let report = ErrorReport::parse(body);
    match (status.as_u16(), report) {
        (200, _) if is_list(body) => KeyVerdict::Valid(KeyFacts::default()),
        (401, Some(_)) => KeyVerdict::Rejected,
        (403, Some(report)) if !report.is_about_the_region() => {
            KeyVerdict::Valid(KeyFacts { standing: KeyStanding::Limited, ..KeyFacts::default() })
        }
        (429, _) => BUSY,
        _ => DOWN,
    }
}

/// `{"data": […]}`, or Gemini's and Ollama's `{"models": […]}`.
pub(in crate::providers) fn is_list(body: &[u8]) -> bool {
    let list: Option<Value> = serde_json::from_slice(body).ok();
    list.is_some_and(|list| list["data"].is_array() || list["models"].is_array())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(status: u16, body: &str) -> KeyVerdict {
        verdict(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn a_key_is_known_limited_or_refused_in_the_providers_own_words_alone() {
        let says_no = r#"{"error":{"message":"no","type":"invalid_request_error","code":null}}"#;
        let abroad = r#"{"error":{"code":"unsupported_country_region_territory","message":"no"}}"#;
        assert_eq!(ask(200, r#"{"data":[]}"#), KeyVerdict::Valid(KeyFacts::default()));
        let limited = KeyFacts { standing: KeyStanding::Limited, ..KeyFacts::default() };
        assert_eq!(ask(403, says_no), KeyVerdict::Valid(limited));
        assert_eq!(ask(401, says_no), KeyVerdict::Rejected);
        assert_eq!(ask(429, says_no), BUSY);
        for (status, body) in [
            (401, "<html>Sign in to the guest network</html>"),
            (403, "<html>"),
            (403, abroad),
            (200, "<html>"),
            (200, says_no),
            (500, says_no),
            (302, ""),
        ] {
            assert_eq!(ask(status, body), DOWN, "{status} {body}");
        }
    }
}
