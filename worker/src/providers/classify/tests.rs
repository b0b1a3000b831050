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
fn every_provider_has_words_of_its_own() {
    use FailureKind as Kind;
    let anthropic = |kind: &str, message: &str| {
        format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}}}}"#)
    };
    let spend_limit = r#"{"type":"error","error":{"type":"rate_limit_error","message":"no","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    let daily = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}"#;
    let gemini = |message: &str| {
        format!(r#"[{{"error":{{"code":400,"message":"{message}","status":"INVALID_ARGUMENT"}}}}]"#)
    };
    for (status, body, kind) in [
        (402, anthropic("billing_error", "no"), Kind::Quota),
        (403, anthropic("permission_error", "no"), Kind::Policy),
        (413, anthropic("request_too_large", "no"), Kind::TooLong),
        (429, anthropic("rate_limit_error", "no"), Kind::RateLimited),
        (429, spend_limit.to_owned(), Kind::Quota),
        (500, anthropic("api_error", "no"), Kind::Transient),
        (529, anthropic("overloaded_error", "no"), Kind::Transient),
        (400, anthropic("invalid_request_error", "prompt is too long: 9 > 8"), Kind::TooLong),
        (
            400,
            anthropic("invalid_request_error", "Your credit balance is too low to access"),
            Kind::Quota,
        ),
        (429, daily.to_owned(), Kind::Quota),
        (
            400,
            gemini("The input token count (9) exceeds the maximum number of tokens allowed (8)."),
            Kind::TooLong,
        ),
        (400, gemini("User location is not supported for the API use."), Kind::Policy),
        (402, r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#.to_owned(), Kind::Quota),
        (429, r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#.to_owned(), Kind::Quota),
        (403, r#"{"error":{"code":"unsupported_country_region_territory","message":"no"}}"#.to_owned(), Kind::Policy),
    ] {
        assert_eq!(read(status, &[], &body).0.kind, kind, "{status} {body}");
    }
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
    let both = [("retry-after-ms", "1500"), (RETRY_AFTER.as_str(), "2")];
    let (failure, _) = read(429, &both, OWN_WORDS);
    assert_eq!(failure.retry_after, Some(Duration::from_millis(1500)));
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
