//! Every recorded error body is of the class that its index says.

use axum::http::StatusCode;
use chrono::DateTime;
use shared::model::FailureKind;
use worker::providers::{
    CallError, Cut, Delivery, Limits,
    classify::{call_error, classify},
};

use crate::{
    fixtures::{Fixture, replay, sets},
    loopback::{Heard, connect, key, request},
};

fn kind(fixture: &Fixture) -> FailureKind {
    let class = fixture.expect.as_ref().unwrap()["class"].as_str().unwrap();
    FailureKind::from_stored(class).unwrap_or_else(|| panic!("unknown class {class}"))
}

#[test]
fn every_error_is_of_the_class_that_its_index_says() {
    let now = DateTime::from_timestamp(1_795_300_000, 0).unwrap();
    for set in sets() {
        let errors: Vec<_> = set.fixtures.iter().filter(|f| f.expect.is_some()).collect();
        for fixture in &errors {
            let status = StatusCode::from_u16(fixture.status).unwrap();
            let failure = classify(status, &fixture.header_map(), &fixture.body, now);
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
async fn every_error_is_told_by_what_may_be_done_over_its_own_wire() {
    let now = DateTime::from_timestamp(1_795_300_000, 0).unwrap();
    for set in sets() {
        let errors: Vec<_> = set.fixtures.into_iter().filter(|f| f.expect.is_some()).collect();
        let address = replay(&errors).await;
        for (number, fixture) in errors.iter().enumerate() {
            let base_url = format!("http://{address}/{number}");
            let provider = connect(fixture.asked_over(), &base_url, Limits::default());
            for delivery in [Delivery::Streamed, Delivery::Whole] {
                let status = StatusCode::from_u16(fixture.status).unwrap();
                let started = provider.start(Some(&key()), &request(), delivery).await;
                let (error, expected) = match started {
                    Ok(stream) => {
                        let (kind, cut) = (kind(fixture), Cut::ErrorReported);
                        let error = Heard::from(stream).await.error.unwrap();
                        (error, CallError::Ambiguous { kind, cut })
                    }
                    Err(error) => {
                        let headers = fixture.header_map();
                        let failure = classify(status, &headers, &fixture.body, now);
                        (error, call_error(status, failure))
                    }
                };
                assert_eq!(error, expected, "{}", fixture.file);
                assert_eq!(error.kind(), kind(fixture), "{}", fixture.file);
                assert_eq!(error.may_have_cost(), status.is_success(), "{}", fixture.file);
            }
        }
        let checked = errors.len();
        assert!(checked == if set.is_recorded { 31 } else { 4 }, "{checked} errors");
    }
}
