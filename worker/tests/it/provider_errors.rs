//! Every recorded error body is of the class that its index says.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, Response, StatusCode},
    routing::post,
};
use chrono::DateTime;
use shared::model::FailureKind;
use worker::providers::{
    CallError, ChatProvider, Cut, Limits,
    classify::{call_error, classify},
};

use crate::{
    fixtures::{Fixture, sets},
    loopback::{Heard, key, provider, request, serve},
};

fn kind(fixture: &Fixture) -> FailureKind {
    let class = fixture.expect.as_ref().unwrap()["class"].as_str().unwrap();
    FailureKind::from_stored(class).unwrap_or_else(|| panic!("unknown class {class}"))
}

fn headers(fixture: &Fixture) -> HeaderMap {
    let header = |(name, value): &(String, String)| {
        (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
    };
    fixture.headers.iter().map(header).collect()
}

#[test]
fn every_error_is_of_the_class_that_its_index_says() {
    let now = DateTime::from_timestamp(1_795_300_000, 0).unwrap();
    for set in sets() {
        let errors: Vec<_> = set.fixtures.iter().filter(|f| f.expect.is_some()).collect();
        for fixture in &errors {
            let status = StatusCode::from_u16(fixture.status).unwrap();
            let failure = classify(status, &headers(fixture), &fixture.body, now);
            assert_eq!(failure.kind, kind(fixture), "{}", fixture.file);
            let wait = fixture.expect.as_ref().unwrap()["retry_after_s_at_now_1795300000"].as_f64();
            let said = failure.retry_after.map(|wait| wait.as_secs_f64());
            assert_eq!(said, wait, "{}", fixture.file);
        }
        let checked = errors.len();
        assert!(checked == if set.is_recorded { 31 } else { 4 }, "{checked} errors");
    }
}

#[tokio::test]
async fn every_error_of_openrouter_is_told_by_what_may_be_done() {
    let now = DateTime::from_timestamp(1_795_300_000, 0).unwrap();
    for set in sets() {
        let errors: Vec<_> = set
            .fixtures
            .into_iter()
            .filter(|f| f.expect.is_some() && f.file.contains("openrouter"))
            .collect();
        let replies: Vec<_> =
            errors.iter().map(|f| (f.status, headers(f), f.body.clone())).collect();
        let app =
            Router::new().route("/{number}/chat/completions", post(replay)).with_state(replies);
        let address = serve(app).await;
        for (number, fixture) in errors.iter().enumerate() {
            let provider = provider(&format!("http://{address}/{number}"), Limits::default());
            let status = StatusCode::from_u16(fixture.status).unwrap();
            let (error, expected) = match provider.start(Some(&key()), &request()).await {
                Ok(stream) => {
                    let (kind, cut) = (kind(fixture), Cut::ErrorReported);
                    (Heard::from(stream).await.error.unwrap(), CallError::Ambiguous { kind, cut })
                }
                Err(error) => {
                    let failure = classify(status, &headers(fixture), &fixture.body, now);
                    (error, call_error(status, failure))
                }
            };
            assert_eq!(error, expected, "{}", fixture.file);
            assert_eq!(error.kind(), kind(fixture), "{}", fixture.file);
            assert_eq!(error.may_have_cost(), status.is_success(), "{}", fixture.file);
        }
        let checked = errors.len();
        assert!(checked == if set.is_recorded { 17 } else { 4 }, "{checked} errors");
    }
}

type Reply = (u16, HeaderMap, Vec<u8>);

async fn replay(State(replies): State<Vec<Reply>>, Path(number): Path<usize>) -> Response<Body> {
    let (status, headers, body) = replies[number].clone();
    let mut response = Response::builder().status(status).body(Body::from(body)).unwrap();
    response.headers_mut().extend(headers);
    response
}
