//! Answers that the limiter gives itself, in Discord's shape, so that every client can read them.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// An error with Discord's body. The code is 0, "general error": it's none of Discord's own.
pub(super) fn error(status: StatusCode, message: &'static str) -> Response {
    (status, Json(json!({ "message": message, "code": 0 }))).into_response()
}

/// Try again after so long.
pub(super) fn limited(after: Duration) -> Response {
    let seconds = after.as_secs_f64();
    let body = json!({
        "message": "You are being rate limited.", "retry_after": seconds, "global": false, "code": 0,
    });
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
    let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole));
    response
}
