//! Keeps foreign pages out.
//!
//! Loopback is open to every page of the same browser. A page of another origin could post here, and
//! one whose name points at 127.0.0.1 (DNS rebinding) could even read. So the `Host` has to be ours,
//! and what changes something has to come from our own page.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Json, Response},
};
use serde_json::json;

/// What the page may load: itself, and pictures of this machine, from where a bot may serve the faces
/// of those in whose names it speaks.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob: http://127.0.0.1:*; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Lets a request through if our own page sent it, and forbids its answer to load anything else.
pub(super) async fn check(port: u16, request: Request, next: Next) -> Response {
    if !is_ours(port, request.method(), request.headers()) {
        let reason = json!({"error": "This page answers its own address only."});
        return (StatusCode::FORBIDDEN, Json(reason)).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_ours(port: u16, method: &Method, headers: &HeaderMap) -> bool {
    // a browser leaves out the port that HTTP has by itself
    let hosts = ["127.0.0.1", "localhost", "[::1]"]
        .map(|name| if port == 80 { name.to_owned() } else { format!("{name}:{port}") });
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = value(header::HOST).filter(|host| hosts.iter().any(|ours| ours == host))
    else {
        return false;
    };
    if method == Method::GET {
        return true;
    }
    let same_origin = match value(header::ORIGIN) {
        Some(origin) => origin.strip_prefix("http://") == Some(host),
        // a browser names the origin of every post; a program on this machine need not
        None => headers.get("sec-fetch-site").is_none(),
    };
    // JSON can't be posted across origins without asking first, which nobody here allows
    let is_json =
        value(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
    same_origin && is_json
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, value)| {
                (header::HeaderName::from_static(name), HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn only_our_own_page_may_act() {
        let json = ("content-type", "application/json");
        let ours = ("host", "127.0.0.1:7380");
        let post =
            |given: &[(&'static str, &'static str)]| is_ours(7380, &Method::POST, &headers(given));
        assert!(post(&[ours, json, ("origin", "http://127.0.0.1:7380")]));
        assert!(post(&[("host", "localhost:7380"), json, ("origin", "http://localhost:7380")]));
        assert!(post(&[ours, json]), "a program without a browser");
        assert!(!post(&[ours, json, ("origin", "https://evil.example")]));
        assert!(!post(&[ours, json, ("origin", "null")]));
        assert!(!post(&[ours, json, ("sec-fetch-site", "cross-site")]));
        assert!(!post(&[
            ours,
            ("content-type", "text/plain"),
            ("origin", "http://127.0.0.1:7380")
        ]));
        assert!(!post(&[("host", "evil.example:7380"), json]));
    }

    #[test]
    fn only_our_own_names_may_look() {
        let get = |host| is_ours(7380, &Method::GET, &headers(&[("host", host)]));
        assert!(get("127.0.0.1:7380") && get("localhost:7380") && get("[::1]:7380"));
        assert!(!get("evil.example:7380") && !get("127.0.0.1:80") && !get("127.0.0.1"));
        assert!(!is_ours(7380, &Method::GET, &HeaderMap::new()));
        assert!(is_ours(80, &Method::GET, &headers(&[("host", "localhost")])));
    }
}
