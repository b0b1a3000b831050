//! OpenRouter's way to a key without pasting one (OAuth with PKCE, RFC 7636): a page that gives a code to
//! whoever agrees, and the exchange of code and verifier for a key.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::{Query, Request, State},
    http::{HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Api, KeyPlan, Refusal, world::World};

/// The codes that were given out.
#[derive(Debug, Default)]
pub(super) struct Codes {
    given: HashMap<String, Grant>,
}

#[derive(Debug)]
struct Grant {
    challenge: String,
    standing: Standing,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fresh,
    Used,
    Expired,
}

impl Codes {
    pub(super) fn mint(&mut self, challenge: &str) -> String {
        let number = self.given.len() + 1;
        let code = format!("auth_code_{}", &sha256_hex(&format!("{number}:{challenge}"))[..32]);
        let grant = Grant { challenge: challenge.to_owned(), standing: Standing::Fresh };
        self.given.insert(code.clone(), grant);
        code
    }

    pub(super) fn expire(&mut self, code: &str) {
        if let Some(grant) = self.given.get_mut(code) {
            grant.standing = Standing::Expired;
        }
    }

    /// Takes a code in, once. All that can be wrong with it is one status at OpenRouter; the texts tell
    /// it apart here.
    fn take(&mut self, code: &str, verifier: &str) -> Result<(), Refusal> {
        let refuse = |message: &str| Err(Refusal::saying(403, message, Value::Null));
        let Some(grant) = self.given.get_mut(code) else {
            return refuse("Invalid code");
        };
        match grant.standing {
            Standing::Used => return refuse("Code already used"),
            Standing::Expired => return refuse("Code expired"),
            Standing::Fresh => {}
        }
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != grant.challenge {
            return refuse("Invalid code_verifier");
        }
        grant.standing = Standing::Used;
        Ok(())
    }
}

/// `GET /auth`: the page where somebody agrees. With a callback it sends them there, else it shows the
/// code.
pub(super) async fn page(
    State(world): State<Arc<World>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response<Body> {
    let method = query.get("code_challenge_method").map(String::as_str);
    let challenge = query.get("code_challenge").filter(|_| method == Some("S256"));
    let Some(challenge) = challenge.filter(|challenge| challenge.len() == 43) else {
        return Refusal::saying(400, "Invalid code_challenge", Value::Null)
            .response(Api::OpenRouter);
    };
    let code = world.codes().mint(challenge);
    let mut response = match query.get("callback_url") {
        Some(callback) => {
            let joint = if callback.contains('?') { '&' } else { '?' };
            let to = HeaderValue::from_str(&format!("{callback}{joint}code={code}"));
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FOUND;
            response.headers_mut().extend(to.ok().map(|to| (header::LOCATION, to)));
            response
        }
        None => Response::new(Body::from(format!(
            "<!doctype html><html lang=en><title>Stand-in: connect</title><p>This is the stand-in for \
             OpenRouter. Give this code to the app that sent you here; it is good once, for ten \
             minutes:</p><p><code id=code>{code}</code></p></html>"
        ))),
    };
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

/// `POST /auth/keys`: a key for a code and its verifier.
pub(super) async fn exchange(State(world): State<Arc<World>>, request: Request) -> Response<Body> {
    world.ledger().count(|counters| counters.exchanges += 1);
    let refusal = world.scripts().exchanges.clone();
    if let Some(refusal) = refusal {
        return refusal.response(Api::OpenRouter);
    }
    let bytes = to_bytes(request.into_body(), 16 * 1024).await.unwrap_or_default();
    let asked: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    match key_for(&world, &asked) {
        Ok(key) => {
            let body = json!({"key": key, "user_id": "user_stand_in"}).to_string();
            let mut response = Response::new(Body::from(body));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        }
        Err(refusal) => refusal.response(Api::OpenRouter),
    }
}

fn key_for(world: &World, asked: &Value) -> Result<String, Refusal> {
    let invalid = |message: &str| Refusal::saying(400, message, Value::Null);
    let text = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
    let code = text("code").ok_or_else(|| invalid("Invalid request"))?;
    if text("code_challenge_method") != Some("S256") {
        return Err(invalid("Invalid code_challenge_method"));
    }
    world.codes().take(code, text("code_verifier").unwrap_or_default())?;
    let key = format!("sk-or-v1-{}", sha256_hex(code));
    world.accounts().insert((Api::OpenRouter, key.clone()), KeyPlan::with_credit(NEW_CREDIT));
    Ok(key)
}

/// What is on a key that was got this way: five dollars.
const NEW_CREDIT: i64 = 5_000_000_000;

fn sha256_hex(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_code_is_good_once_and_for_its_verifier_alone() {
        let mut codes = Codes::default();
        let (code, other) = (codes.mint(CHALLENGE), codes.mint(CHALLENGE));
        assert_ne!(code, other);
        assert!(codes.take(&code, "stolen").is_err());
        assert!(codes.take(&code, VERIFIER).is_ok());
        assert!(codes.take(&code, VERIFIER).is_err(), "used");
        codes.expire(&other);
        assert!(codes.take(&other, VERIFIER).is_err(), "expired");
        assert!(codes.take("auth_code_nobodys", VERIFIER).is_err());
    }
}
