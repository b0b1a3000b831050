//! Recorded provider traffic, and a little of our own making.
//!
//! The recordings lie beside the repository and are left out where they are missing; the ones in
//! `tests/fixtures` are always there, in the same format.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, Response},
    routing::any,
};
use serde_json::Value;
use shared::params::Wire;

use crate::loopback::serve;

/// One answer of a provider.
pub(crate) struct Fixture {
    pub(crate) file: String,
    pub(crate) provider: String,
    pub(crate) wire: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What a stream says.
    pub(crate) expected: Option<Value>,
    /// What an error means.
    pub(crate) expect: Option<Value>,
}

impl Fixture {
    /// How its provider is asked; those without a wire of their own are like a server of the operator's.
    pub(crate) fn asked_over(&self) -> Wire {
        match self.provider.as_str() {
            "openrouter" => Wire::OpenRouter,
            "openai" => Wire::OpenAi,
            "anthropic" => Wire::Anthropic,
            "gemini" => Wire::Gemini,
            "deepseek" => Wire::DeepSeek,
            _ => Wire::Server,
        }
    }

    /// The header of the response that it came with.
    pub(crate) fn header_map(&self) -> HeaderMap {
        let header = |(name, value): &(String, String)| {
            (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
        };
        self.headers.iter().map(header).collect()
    }
}

/// A server that answers each fixture under its number, whatever is asked below that.
pub(crate) async fn replay(fixtures: &[Fixture]) -> SocketAddr {
    let replies: Vec<_> =
        fixtures.iter().map(|it| (it.status, it.header_map(), it.body.clone())).collect();
    let app = Router::new().route("/{number}/{*path}", any(reply)).with_state(replies);
    serve(app).await
}

type Reply = (u16, HeaderMap, Vec<u8>);

async fn reply(
    State(replies): State<Vec<Reply>>,
    Path((number, _)): Path<(usize, String)>,
) -> Response<Body> {
    let (status, headers, body) = replies[number].clone();
    let mut response = Response::builder().status(status).body(Body::from(body)).unwrap();
    response.headers_mut().extend(headers);
    response
}

/// Fixtures of one origin.
pub(crate) struct Set {
    pub(crate) is_recorded: bool,
    pub(crate) fixtures: Vec<Fixture>,
}

/// Our own fixtures, and the recorded ones where they are.
pub(crate) fn sets() -> Vec<Set> {
    let crate_dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sets =
        vec![Set { is_recorded: false, fixtures: load(&crate_dir.join("tests/fixtures")) }];
    let recorded = crate_dir.join("../../shared/data/provider-fixtures");
    if recorded.join("INDEX.json").exists() {
        sets.push(Set { is_recorded: true, fixtures: load(&recorded) });
    } else {
        println!("left out: the recorded fixtures are not here");
    }
    sets
}

fn load(dir: &std::path::Path) -> Vec<Fixture> {
    let index = std::fs::read(dir.join("INDEX.json")).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    index.iter().map(|entry| fixture(dir, entry)).collect()
}

fn fixture(dir: &std::path::Path, entry: &Value) -> Fixture {
    let file = entry["file"].as_str().unwrap();
    let headers = entry["headers"].as_object().unwrap();
    Fixture {
        file: file.to_owned(),
        provider: entry["provider"].as_str().unwrap_or("openrouter").to_owned(),
        wire: entry["wire"].as_str().unwrap().to_owned(),
        status: entry["status"].as_u64().unwrap().try_into().unwrap(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
        body: std::fs::read(dir.join(file)).unwrap(),
        expected: entry.get("expected").cloned(),
        expect: entry.get("expect").cloned(),
    }
}
