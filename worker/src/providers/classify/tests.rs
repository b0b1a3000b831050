use http::{HeaderValue, header::RETRY_AFTER};

use super::*;

const NOW: i64 = 1_795_300_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn read(status: u16, headers: &[(&'static str, &str)], body: &str) -> (Failure, CallError) {
    let status = StatusCode::from_u16(status).unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    let failure = classify(status, &headers, body.as_bytes(), now());
    (failure, call_error(status, failure))
}

const OWN_WORDS: &str = r#"{"error":{"message":"no","code":0}}"#;

#[test]
fn only_what_provably_was_not_begun_is_repeated() {
    for status in [500, 502, 504, 524, 529, 408, 302, 599] {
        for body in [OWN_WORDS, "", "<html>bad gateway</html>"] {
            let (_, error) = read(status, &[("retry-after", "1")], body);
            let cut = Cut::Status(status);
            let kind = FailureKind::Transient;
            assert_eq!(error, CallError::Ambiguous { kind, cut }, "{status} {body}");
            assert!(!error.may_be_repeated());
        }
    }
    let wait = Some(Duration::from_secs(3));
    let (_, overloaded) = read(503, &[("retry-after", "3")], OWN_WORDS);
    let kind = FailureKind::Transient;
    assert_eq!(overloaded, CallError::Throttled { kind, retry_after: wait });
    let (_, gateway) = read(503, &[("retry-after", "3")], "<html>unavailable</html>");
    assert_eq!(gateway, CallError::Ambiguous { kind, cut: Cut::Status(503) });
    let (_, busy) = read(429, &[("retry-after", "3")], "");
    assert_eq!(busy, CallError::Throttled { kind: FailureKind::RateLimited, retry_after: wait });
    for status in [400, 401, 402, 403, 404, 413, 422, 418] {
        let (_, error) = read(status, &[("retry-after", "3")], OWN_WORDS);
        assert!(matches!(error, CallError::Rejected { .. }), "{status} {error:?}");
        assert!(!error.may_be_repeated() && !error.may_have_cost());
    }
}

#[test]
fn a_rush_on_ones_own_credit_is_waited_for_and_a_daily_limit_is_not() {
    let in_flight = r#"{"error":{"code":402,"metadata":{"reason":"in_flight_budget_exhausted"}}}"#;
    let (_, error) = read(402, &[("retry-after", "15")], in_flight);
    assert!(error.may_be_repeated());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(15)));

    let daily = r#"{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day"}}"#;
    let (_, error) = read(429, &[("x-ratelimit-reset", "1795392000000")], daily);
    let retry_after = Some(Duration::from_secs(92_000));
    assert_eq!(error, CallError::Rejected { kind: FailureKind::Quota, retry_after });
}

#[test]
fn a_proxys_page_speaks_against_neither_account_nor_model() {
    for status in [403, 404] {
        let (failure, _) = read(status, &[], "<html>not here</html>");
        assert_eq!(failure.kind, FailureKind::Transient, "{status}");
    }
}

#[test]
fn the_wait_is_read_in_all_its_forms() {
    let week = Duration::from_hours(7 * 24);
    let seconds = |n| Some(Duration::from_secs(n));
    let in_twenty_seconds =
        (now() + Duration::from_secs(20)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (text, expected) in [
        ("15", seconds(15)),
        (" 0 ", seconds(0)),
        ("1.5", Some(Duration::from_millis(1500))),
        (in_twenty_seconds.as_str(), seconds(20)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", seconds(0)),
        ("18446744073709551615", Some(week)),
        ("1e300", Some(week)),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ] {
        let (failure, _) = read(429, &[(RETRY_AFTER.as_str(), text)], OWN_WORDS);
        assert_eq!(failure.retry_after, expected, "{text:?}");
    }
    let (failure, _) = read(429, &[("x-ratelimit-reset", "1795300060")], OWN_WORDS);
    assert_eq!(failure.retry_after, seconds(60));
    let (failure, _) = read(401, &[("retry-after", "15")], OWN_WORDS);
    assert_eq!(failure.retry_after, None, "waiting does not mend a key");
}

#[test]
fn a_header_that_is_no_text_is_passed_over() {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(b"\xFF\xFE").unwrap());
    let failure = classify(StatusCode::TOO_MANY_REQUESTS, &headers, b"", now());
    assert_eq!(failure.retry_after, None);
}

#[test]
fn no_shape_of_body_is_too_odd() {
    for body in [
        "null",
        "[]",
        "[[]]",
        "7",
        "\"text\"",
        "{\"error\":7}",
        "{\"error\":[]}",
        "{\"error\":{}}",
        "{\"error\":{\"code\":-1,\"metadata\":\"x\",\"details\":{},\"message\":{}}}",
        "{\"choices\":{\"0\":1}}",
        "{\"error\":{\"code\":99999}}",
        "{",
        "\u{FFFD}",
    ] {
        let (failure, _) = read(400, &[], body);
        assert_eq!(failure.kind, FailureKind::BadRequest, "{body}");
    }
}
