use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::model::{CouldNotCheck, KeyFacts, KeyStanding, KeyVerdict};

use crate::providers::{
    classify::ErrorReport,
    lenient::{Dollars, lenient},
};

/// The answer of `GET /key`. Its `label` shows part of the key and is not read.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct About {
    /// What the key spent: not used, but every key has it.
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    limit: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    limit_remaining: Option<Dollars>,
    #[serde(default, deserialize_with = "lenient")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    is_free_tier: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    is_management_key: Option<bool>,
    /// The older name of the same.
    #[serde(default, deserialize_with = "lenient")]
    is_provisioning_key: Option<bool>,
}

/// What the answer says of the key. Only a 401 in the provider's own words speaks against it: a
/// proxy's page may carry any status.
pub(super) fn verdict(status: StatusCode, body: &[u8]) -> KeyVerdict {
    match status.as_u16() {
        200 => About::parse(body).map_or(DOWN, About::verdict),
        401 if ErrorReport::parse(body).is_some() => KeyVerdict::Rejected,
        429 => KeyVerdict::CouldNotCheck { why: CouldNotCheck::RateLimited },
        _ => DOWN,
    }
}

const DOWN: KeyVerdict = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };

impl About {
    /// Reads an answer that is about a key. A list (as at `/models`), or an object without a
    /// single field of a key's, is not.
    fn parse(body: &[u8]) -> Option<Self> {
        let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
        let about: Self = serde_json::from_str(answer.data.get())
            .ok()
            .filter(|_| answer.data.get().starts_with('{'))?;
        let is_key = about.usage.is_some()
            || about.limit.is_some()
            || about.is_free_tier.is_some()
            || about.manages();
        is_key.then_some(about)
    }

    fn manages(&self) -> bool {
        [self.is_management_key, self.is_provisioning_key].contains(&Some(true))
    }

    fn verdict(self) -> KeyVerdict {
        if self.manages() {
            return KeyVerdict::Management;
        }
        KeyVerdict::Valid(KeyFacts {
            limit: self.limit.map(|Dollars(limit)| limit),
            remaining: self.limit_remaining.map(|Dollars(remaining)| remaining),
            expires_at: self.expires_at,
            free_tier: self.is_free_tier.unwrap_or(false),
            standing: KeyStanding::Known,
        })
    }
}

#[cfg(test)]
mod tests {
    use shared::money::NanoUsd;

    use super::*;

    fn ask(status: u16, body: &str) -> KeyVerdict {
        verdict(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn facts_are_read_beside_a_valid_key() {
        let body = r#"{"data":{"label":"sk-or-v1-au7...890","limit":100,"limit_remaining":74.5,
            "is_free_tier":true,"is_management_key":false,"is_provisioning_key":false,
            "expires_at":"2027-12-31T23:59:59Z","rate_limit":{"requests":-1}}}"#;
        let facts = KeyFacts {
            limit: Some(NanoUsd::from_nanos(100_000_000_000)),
            remaining: Some(NanoUsd::from_nanos(74_500_000_000)),
            expires_at: DateTime::parse_from_rfc3339("2027-12-31T23:59:59Z").ok().map(Into::into),
            free_tier: true,
            standing: KeyStanding::Known,
        };
        assert_eq!(ask(200, body), KeyVerdict::Valid(facts));
        let least = r#"{"data":{"usage":0,"limit":null,"expires_at":"soon"}}"#;
        assert_eq!(ask(200, least), KeyVerdict::Valid(KeyFacts::default()));
    }

    #[test]
    fn a_key_that_makes_keys_is_refused_under_both_names() {
        for name in ["is_management_key", "is_provisioning_key"] {
            assert_eq!(
                ask(200, &format!(r#"{{"data":{{"{name}":true}}}}"#)),
                KeyVerdict::Management
            );
        }
    }

    #[test]
    fn only_the_provider_itself_can_reject_a_key() {
        let says_no = r#"{"error":{"message":"User not found.","code":401}}"#;
        assert_eq!(ask(401, says_no), KeyVerdict::Rejected);
        let busy = KeyVerdict::CouldNotCheck { why: CouldNotCheck::RateLimited };
        assert_eq!(ask(429, "{}"), busy);
        for (status, body) in [
            (401, "<html>Sign in to the guest network</html>"),
            (401, ""),
            (403, says_no),
            (404, says_no),
            (500, says_no),
            (302, ""),
            (200, ""),
            (200, "<html>"),
            (200, "{}"),
            (200, r#"{"data":[]}"#),
            (200, r#"{"data":{}}"#),
            (200, r#"{"data":{"id":"openai/gpt-4o"}}"#),
            (200, r#"{"data":"ok"}"#),
            (200, says_no),
        ] {
            assert_eq!(ask(status, body), DOWN, "{status} {body}");
        }
    }
}
