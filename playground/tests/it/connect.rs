//! OpenRouter's way to a key without pasting one, as the stand-in plays it.

use playground::provider::{Refusal, StandInProvider};
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};

use crate::provider::{get, stand_in};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client() -> Client {
    // whoever came first has installed it
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

async fn exchange(provider: &StandInProvider, body: &Value) -> (u16, Value) {
    let url = format!("{}/auth/keys", provider.base_url());
    let response = client().post(url).json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn with(code: &str) -> Value {
    json!({"code": code, "code_verifier": VERIFIER, "code_challenge_method": "S256"})
}

/// The page where somebody agrees.
async fn page(provider: &StandInProvider, query: &str) -> reqwest::Response {
    let root = provider.base_url().replace("/api/v1", "");
    client().get(format!("{root}/auth?{query}")).send().await.unwrap()
}

#[tokio::test]
async fn a_code_from_the_page_becomes_a_key_that_works() {
    let provider = stand_in().await;
    let query = format!("code_challenge={CHALLENGE}&code_challenge_method=S256&key_label=Troupe");
    let page = page(&provider, &query).await.text().await.unwrap();
    let code = page.split("<code id=code>").nth(1).unwrap().split('<').next().unwrap();
    let (status, body) = exchange(&provider, &with(code)).await;
    assert_eq!(status, 200, "{body}");
    let key = body["key"].as_str().unwrap();
    assert!(key.starts_with("sk-or-v1-") && key.len() == 73, "{key}");
    assert_eq!(get(&provider, "/key", key).await.0, 200);
    assert_eq!(provider.ledger().counters().exchanges, 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_code_is_told_apart() {
    let provider = stand_in().await;
    let [used, expired, stolen] = [(); 3].map(|()| provider.mint_code(CHALLENGE));
    assert_eq!(exchange(&provider, &with(&used)).await.0, 200);
    provider.expire_code(&expired);
    let thief = json!({"code": stolen, "code_verifier": "x", "code_challenge_method": "S256"});
    let plain =
        json!({"code": stolen, "code_verifier": VERIFIER, "code_challenge_method": "plain"});
    for (body, status, said) in [
        (with(&used), 403, "already used"),
        (with(&expired), 403, "expired"),
        (thief, 403, "code_verifier"),
        (plain, 400, "code_challenge_method"),
        (with("auth_code_nobodys"), 403, "Invalid code"),
        (json!({}), 400, "Invalid request"),
    ] {
        let (code, answer) = exchange(&provider, &body).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(code, status, "{body}");
        assert!(message.contains(said), "{message}");
    }
    assert_eq!(exchange(&provider, &with(&stolen)).await.0, 200, "a thief does not use it up");
    provider.refuse_exchanges(Some(Refusal::status(502)));
    assert_eq!(exchange(&provider, &with(&stolen)).await.0, 502);
    let url = format!("{}/auth/keys", provider.base_url());
    assert_eq!(client().get(url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn with_a_callback_the_code_goes_there_and_without_a_challenge_there_is_none() {
    let provider = stand_in().await;
    let query = format!(
        "code_challenge={CHALLENGE}&code_challenge_method=S256&callback_url=http://127.0.0.1:1/back?s=1"
    );
    let sent = page(&provider, &query).await;
    assert_eq!(sent.status(), 302);
    let location = sent.headers()["location"].to_str().unwrap();
    assert!(location.starts_with("http://127.0.0.1:1/back?s=1&code=auth_code_"), "{location}");
    assert_eq!(page(&provider, "code_challenge_method=S256").await.status(), 400);
    assert_eq!(page(&provider, &format!("code_challenge={CHALLENGE}")).await.status(), 400);
}
