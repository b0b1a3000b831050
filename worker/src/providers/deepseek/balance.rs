use http::StatusCode;
use serde::Deserialize;
use shared::{
    model::{KeyFacts, KeyVerdict},
    money::NanoUsd,
};

use crate::providers::{
    classify::ErrorReport,
    endpoint::{BUSY, DOWN},
    lenient::{Dollars, lenient},
};

/// The answer of `GET /user/balance`.
#[derive(Deserialize)]
struct Balance {
    #[serde(default, deserialize_with = "lenient")]
    is_available: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    balance_infos: Option<Vec<Purse>>,
}

#[derive(Deserialize)]
struct Purse {
    #[serde(default, deserialize_with = "lenient")]
    currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    total_balance: Option<Dollars>,
}

/// What the answer says of the key, and of what is left.
pub(super) fn verdict(status: StatusCode, body: &[u8]) -> KeyVerdict {
    match status.as_u16() {
        200 => Balance::parse(body).map_or(DOWN, |balance| {
            KeyVerdict::Valid(KeyFacts { remaining: balance.left(), ..KeyFacts::default() })
        }),
        401 if ErrorReport::parse(body).is_some() => KeyVerdict::Rejected,
        429 => BUSY,
        _ => DOWN,
    }
}

impl Balance {
    /// Reads an answer that is about a balance.
    fn parse(body: &[u8]) -> Option<Self> {
        let balance: Self =
            serde_json::from_slice(body).ok().filter(|_| body.trim_ascii().starts_with(b"{"))?;
        (balance.is_available.is_some() || balance.balance_infos.is_some()).then_some(balance)
    }

    /// What is left in dollars. Yuan are not converted; but nothing is nothing in every currency.
    fn left(&self) -> Option<NanoUsd> {
        let mut purses = self.balance_infos.iter().flatten();
        let dollars = purses.find(|purse| purse.currency.as_deref() == Some("USD"));
        match dollars.and_then(|purse| purse.total_balance) {
            Some(Dollars(left)) => Some(left),
            None => (self.is_available == Some(false)).then_some(NanoUsd::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(status: u16, body: &str) -> KeyVerdict {
        verdict(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    fn left(nanos: Option<i64>) -> KeyVerdict {
        let remaining = nanos.map(NanoUsd::from_nanos);
        KeyVerdict::Valid(KeyFacts { remaining, ..KeyFacts::default() })
    }

    #[test]
    fn dollars_are_told_and_yuan_are_not_converted() {
        let both = r#"{"is_available":true,"balance_infos":[
            {"currency":"CNY","total_balance":"110.00","granted_balance":"10.00"},
            {"currency":"USD","total_balance":"4.25","topped_up_balance":"4.25"}]}"#;
        assert_eq!(ask(200, both), left(Some(4_250_000_000)));
        let yuan =
            r#"{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110"}]}"#;
        assert_eq!(ask(200, yuan), left(None));
        assert_eq!(ask(200, &yuan.replace("true", "false")), left(Some(0)));
    }

    #[test]
    fn only_the_provider_itself_can_reject_a_key() {
        let says_no = r#"{"error":{"message":"no","type":"authentication_error"}}"#;
        assert_eq!(ask(401, says_no), KeyVerdict::Rejected);
        assert_eq!(ask(429, says_no), BUSY);
        for (status, body) in [(401, "<html>"), (200, "[]"), (200, "{}"), (200, ""), (500, says_no)]
        {
            assert_eq!(ask(status, body), DOWN, "{status} {body}");
        }
    }
}
