//! What a call ends as when the provider, or the way to it, fails.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Response, StatusCode},
    routing::any,
};
use futures_util::stream::{self, StreamExt};
use shared::model::FailureKind;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use worker::providers::{CallError, ChatProvider, ChatStream, Cut, Limits, StreamItem};

use crate::loopback::{Heard, KEY, key, provider, request, serve};

/// Limits that a test can wait for.
fn hasty() -> Limits {
    Limits {
        first_byte: Duration::from_millis(200),
        idle: Duration::from_millis(200),
        total: Duration::from_millis(600),
        aside: Duration::from_millis(400),
        answer_bytes: 64 * 1024,
        ..Limits::default()
    }
}

const CHUNK: &str =
    "data: {\"id\":\"gen-1\",\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";

/// How a call to `base_url` ends: without an answer, or with what was heard.
async fn call(base_url: &str, limits: Limits) -> (Heard, Option<CallError>) {
    match provider(base_url, limits).stream(Some(&key()), &request()).await {
        Ok(stream) => {
            let heard = Heard::from(stream).await;
            let error = heard.error;
            (heard, error)
        }
        Err(error) => (Heard::default(), Some(error)),
    }
}

async fn call_app(make: fn() -> Response<Body>, limits: Limits) -> (Heard, Option<CallError>) {
    let address = serve(Router::new().fallback(any(move || async move { make() }))).await;
    call(&format!("http://{address}/SECRET-PATH"), limits).await
}

/// A server below HTTP: each connection is handed to `treat`.
async fn call_socket<F>(treat: fn(TcpStream) -> F) -> (Heard, Option<CallError>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(treat(socket));
        }
    });
    call(&format!("http://{address}"), hasty()).await
}

fn ambiguous(kind: FailureKind, cut: Cut) -> CallError {
    CallError::Ambiguous { kind, cut }
}

fn interrupted(cut: Cut) -> CallError {
    ambiguous(FailureKind::Interrupted, cut)
}

fn events(body: impl Into<Body>) -> Response<Body> {
    Response::builder().header("content-type", "text/event-stream").body(body.into()).unwrap()
}

/// `first`, and then `again` and again, with a pause before each.
fn endless(first: &'static str, again: &'static str, pause: Duration) -> Body {
    let rest = stream::repeat(()).then(move |()| async move {
        if pause.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(pause).await;
        }
        Ok::<_, Infallible>(Bytes::from_static(again.as_bytes()))
    });
    let first = stream::once(async move { Ok(Bytes::from_static(first.as_bytes())) });
    Body::from_stream(first.chain(rest))
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let not_sent = Some(CallError::NotSent { kind: FailureKind::Transient });
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(call(&format!("http://{closed}"), hasty()).await.1, not_sent, "refused");
    let plain = serve(Router::new()).await;
    assert_eq!(call(&format!("https://{plain}"), hasty()).await.1, not_sent, "TLS");
    let patient = Limits { first_byte: Duration::from_secs(30), ..Limits::default() };
    assert_eq!(call("https://nobody.invalid", patient).await.1, not_sent, "name");
}

#[tokio::test]
async fn after_a_connection_nothing_is_certain() {
    let (_, at_once) = call_socket(|socket| async move { drop(socket) }).await;
    assert_eq!(at_once, Some(interrupted(Cut::Connection)));
    let (_, after_reading) = call_socket(|mut socket| async move {
        let mut request = [0; 64];
        assert!(socket.read(&mut request).await.unwrap() > 0);
    })
    .await;
    assert_eq!(after_reading, Some(interrupted(Cut::Connection)));
    let (_, silence) = call_socket(|mut socket| async move {
        let mut request = Vec::new();
        let _until_closed = socket.read_to_end(&mut request).await;
    })
    .await;
    assert_eq!(silence, Some(interrupted(Cut::FirstByteTimeout)));
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_what_came_before() {
    let (heard, error) = call_socket(|mut socket| async move {
        let mut request = [0; 64];
        assert!(socket.read(&mut request).await.unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("{head}{:x}\r\n{CHUNK}\r\n", CHUNK.len());
        socket.write_all(chunk.as_bytes()).await.unwrap();
    })
    .await;
    assert_eq!((heard.text().as_str(), error), ("Hello", Some(interrupted(Cut::Connection))));
}

#[tokio::test]
async fn comments_are_life_but_do_not_extend_the_whole() {
    let pause = Duration::from_millis(20);
    let long = Duration::from_mins(10);
    let silent = |first| async move {
        let address = serve(
            Router::new().fallback(any(move || async move { events(endless(first, "", long)) })),
        )
        .await;
        call(&format!("http://{address}"), hasty()).await
    };
    let (heard, error) = silent(CHUNK).await;
    assert_eq!((heard.text().as_str(), error), ("Hello", Some(interrupted(Cut::IdleTimeout))));
    // finished and paid, only the goodbye is missing
    let finished = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],\"usage\":{\"cost\":0}}\n\n";
    let (heard, error) = silent(finished).await;
    assert_eq!((heard.text().as_str(), error), ("Hello", None));

    let address = serve(Router::new().fallback(any(move || async move {
        events(endless(CHUNK, ": OPENROUTER PROCESSING\n\n", pause))
    })))
    .await;
    let (heard, error) = call(&format!("http://{address}"), hasty()).await;
    assert_eq!(error, Some(interrupted(Cut::TotalTimeout)));
    assert!(heard.items.iter().filter(|item| **item == StreamItem::KeepAlive).count() > 10);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_by_its_size() {
    let text = || events(endless(CHUNK, CHUNK, Duration::ZERO));
    let patient = Limits { answer_bytes: 1000, ..Limits::default() };
    let (heard, error) = call_app(text, patient).await;
    assert_eq!((heard.text().len(), error), (1000, Some(interrupted(Cut::TooLarge))));

    let line = || {
        events(endless(
            "data: ",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            Duration::ZERO,
        ))
    };
    assert_eq!(call_app(line, Limits::default()).await.1, Some(interrupted(Cut::TooLarge)));

    let json =
        || events(endless("{\"choices\":[", "                                ", Duration::ZERO));
    assert_eq!(call_app(json, patient).await.1, Some(interrupted(Cut::TooLarge)));
}

#[tokio::test]
async fn what_is_not_an_answer_is_told_apart() {
    let html = || events("<!doctype html><title>502</title>");
    let not_an_answer = Some(ambiguous(FailureKind::Transient, Cut::NotAnAnswer));
    assert_eq!(call_app(html, hasty()).await.1, not_an_answer);
    assert_eq!(call_app(|| events(""), hasty()).await.1, not_an_answer);
    assert_eq!(call_app(|| events("\n\n \n"), hasty()).await.1, not_an_answer);
    assert_eq!(call_app(|| events("{}"), hasty()).await.1, not_an_answer);
    assert_eq!(
        call_app(|| events("{\"choices\":[{"), hasty()).await.1,
        Some(interrupted(Cut::EndedEarly))
    );
    assert_eq!(
        call_app(|| events("\x1F\u{8B}\u{8}garbage"), hasty()).await.1,
        Some(interrupted(Cut::EndedEarly))
    );
    assert_eq!(
        call_app(|| events(": only\n\n: comments\n\n"), hasty()).await.1,
        Some(interrupted(Cut::EndedEarly))
    );
    assert_eq!(
        call_app(|| events("data: not json\n\n"), hasty()).await.1,
        Some(interrupted(Cut::NotAnAnswer))
    );
}

#[tokio::test]
async fn a_long_line_is_read_and_an_unfinished_goodbye_is_one() {
    let long = || {
        let text = "x".repeat(300 * 1024);
        events(format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE]"
        ))
    };
    let (heard, error) = call_app(long, Limits::default()).await;
    assert_eq!((heard.text().len(), error), (300 * 1024, None));
}

#[tokio::test]
async fn nobody_is_followed() {
    let moved = || {
        let response = Response::builder().status(302).header("location", "/elsewhere");
        response.body(Body::empty()).unwrap()
    };
    let (_, error) = call_app(moved, hasty()).await;
    assert_eq!(error, Some(ambiguous(FailureKind::Transient, Cut::Status(302))));
}

#[tokio::test]
async fn an_error_is_read_in_time_and_to_its_cap() {
    let endless_error = || {
        let body =
            endless("{\"error\":{\"code\":429,\"message\":\"wait\"}}", "", Duration::from_mins(10));
        let mut response = events(body);
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
    };
    let kind = FailureKind::RateLimited;
    let (_, error) = call_app(endless_error, hasty()).await;
    assert_eq!(error, Some(CallError::Throttled { kind, retry_after: None }));
    let huge_error = || {
        let mut response = events(endless("{", "\"x\":1,", Duration::ZERO));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
    };
    let patient = Limits { aside: Duration::from_mins(10), ..Limits::default() };
    let capped = timeout(Duration::from_secs(20), call_app(huge_error, patient)).await;
    let (_, error) = capped.unwrap();
    assert_eq!(error, Some(CallError::Throttled { kind, retry_after: None }));
}

#[tokio::test]
async fn the_headers_name_the_call_unless_they_echo_the_key() {
    let start = |id: &'static str| async move {
        let app = Router::new().fallback(any(move || async move {
            let mut response = events("data: [DONE]\n\n");
            response.headers_mut().insert("x-generation-id", id.parse().unwrap());
            response
        }));
        let address = serve(app).await;
        let provider = provider(&format!("http://{address}"), hasty());
        provider.stream(Some(&key()), &request()).await.unwrap()
    };
    let id = |stream: ChatStream| stream.generation_id().map(str::to_owned);
    assert_eq!(id(start("gen-1762179802-UN8p").await).as_deref(), Some("gen-1762179802-UN8p"));
    assert_eq!(id(start(KEY).await), None);
    assert_eq!(id(start("two words").await), None);
}

#[tokio::test]
async fn no_error_repeats_a_key_an_address_or_what_the_provider_said() {
    let mut shown = Vec::new();
    let echo = || {
        let body = format!("{{\"error\":{{\"code\":401,\"message\":\"SECRET-BODY {KEY}\"}}}}");
        let mut response = events(body);
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert("x-generation-id", KEY.parse().unwrap());
        response
    };
    let mid_stream = || {
        events(format!(
            "{CHUNK}data: {{\"error\":{{\"code\":\"SECRET-BODY\",\"message\":\"{KEY}\"}},\"model\":\"{KEY}\"}}\n\n"
        ))
    };
    for (heard, error) in [
        call_app(echo, hasty()).await,
        call_app(mid_stream, hasty()).await,
        call_app(|| events("<html>SECRET-BODY"), hasty()).await,
        call_app(|| events("data: SECRET-BODY\n\n"), hasty()).await,
        call_socket(|socket| async move { drop(socket) }).await,
        call("http://127.0.0.1:1/SECRET-PATH", hasty()).await,
        call("https://nobody.invalid/SECRET-PATH", hasty()).await,
    ] {
        let error = error.unwrap();
        shown.push(format!("{error} {error:?} {error:#?} {heard:?}"));
    }
    assert_eq!(shown.len(), 7);
    let windows = KEY.as_bytes().windows(8).map(|window| str::from_utf8(window).unwrap());
    let needles: Vec<_> =
        windows.chain(["SECRET", "127.0.0.1", "nobody", "Hello", "private"]).collect();
    for text in shown {
        for needle in &needles {
            assert!(!text.contains(needle), "{needle} in {text}");
        }
    }
    let request = format!("{:?} {:?}", request(), key());
    assert!(!request.contains("private") && !request.contains("c0ffee"), "{request}");
}
