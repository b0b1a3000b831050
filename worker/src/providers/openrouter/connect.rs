//! `POST /auth/keys`: a key for a code and its verifier.

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    model::{CodeProblem, KeyVerdict},
    secret::UserApiKey,
};

use crate::providers::{
    classify::ErrorReport,
    endpoint::{BUSY, DOWN},
};

/// The body of the exchange. It lives as long as the call.
pub(super) fn body(code: &SecretString, verifier: &SecretString) -> Value {
    json!({
        "code": code.expose_secret(),
        "code_verifier": verifier.expose_secret(),
        "code_challenge_method": "S256",
    })
}

/// The answer. The account's id beside the key is not read. Not `Debug`.
#[derive(Deserialize)]
struct Answer {
    key: String,
}

/// The key, or what is to be said instead.
pub(super) fn key(status: StatusCode, body: &[u8]) -> Result<UserApiKey, KeyVerdict> {
    match status.as_u16() {
        200 => {
            let answer: Answer = serde_json::from_slice(body).map_err(|_| DOWN)?;
            // wiped when it is read
            let key = SecretString::from(answer.key);
            UserApiKey::from_typed(key.expose_secret()).map_err(|_| DOWN)
        }
        400 | 401 | 403 | 404 | 409 | 410 => match ErrorReport::parse(body) {
            Some(report) => Err(KeyVerdict::NotConnected { why: problem(report.message()) }),
            // a page of something in between
            None => Err(DOWN),
        },
        429 => Err(BUSY),
        _ => Err(DOWN),
    }
}

/// What is wrong with the code, as far as the provider says it: one status stands for all.
fn problem(message: &str) -> CodeProblem {
    let names_verifier = message.contains("verifier");
    // "invalid code or code_verifier" leaves open which
    let names_code = message.replace("code_verifier", "").contains("code");
    if message.contains("expired") {
        CodeProblem::Expired
    } else if message.contains("used") {
        CodeProblem::Used
    } else if names_verifier && !names_code {
        CodeProblem::Stolen
    } else {
        CodeProblem::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Option<KeyVerdict> {
        key(StatusCode::from_u16(status).unwrap(), body.as_bytes()).err()
    }

    #[test]
    fn a_key_is_read_and_nothing_else_is_one() {
        let got = key(StatusCode::OK, br#"{"key":"sk-or-v1-0123456789","user_id":"user_1"}"#);
        assert_eq!(got.unwrap().expose(), "sk-or-v1-0123456789");
        for body in ["", "{}", "<html>", r#"{"key":7}"#, r#"{"key":""}"#, r#"{"key":"a b"}"#] {
            assert_eq!(refused(200, body), Some(DOWN), "{body}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_code_is_told_apart_where_the_provider_does() {
        for (message, why) in [
            ("Code expired", CodeProblem::Expired),
            ("Code already used", CodeProblem::Used),
            ("Invalid code_verifier", CodeProblem::Stolen),
            ("Invalid code", CodeProblem::Wrong),
            ("Invalid code or code_verifier", CodeProblem::Wrong),
            ("Forbidden", CodeProblem::Wrong),
        ] {
            let body = json!({"error": {"code": 403, "message": message}}).to_string();
            assert_eq!(refused(403, &body), Some(KeyVerdict::NotConnected { why }), "{message}");
        }
    }

    #[test]
    fn only_the_provider_itself_refuses_a_code() {
        let says_no = r#"{"error":{"message":"Invalid code","code":403}}"#;
        assert_eq!(refused(429, says_no), Some(BUSY));
        for (status, body) in [
            (403, "<html>Sign in to the guest network</html>"),
            (403, ""),
            (302, ""),
            (405, says_no),
            (500, says_no),
            (502, ""),
        ] {
            assert_eq!(refused(status, body), Some(DOWN), "{status} {body}");
        }
    }
}
