//! What a refusal means, and whether the call may be made again.
//!
//! A pure function of status, headers, body and time of day. The class is read from the error
//! table in docs/ARCHITECTURE.md: first what the provider says of itself in fixed words (reasons,
//! types, codes), then the status. Whether to repeat is another question with its own answer
//! (its section Repeating a call): only what provably was not begun.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use shared::model::FailureKind;

use super::{CallError, Cut};

mod kind;
mod report;
mod retry_after;

pub use report::ErrorReport;

/// What a failed response says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class, by the error table in docs/ARCHITECTURE.md.
    pub kind: FailureKind,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// The body has the shape of the provider's own errors; no proxy in between wrote it.
    pub reported: bool,
}

/// Reads a failed response, or a 200 whose body is an error.
#[must_use]
pub fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Failure {
    let report = ErrorReport::parse(body);
    classify_report(status, headers, report.as_ref(), now)
}

/// Reads an error that came inside a stream, where neither a status nor headers say anything.
#[must_use]
pub fn classify_in_stream(report: &ErrorReport) -> FailureKind {
    kind::of(StatusCode::OK, Some(report))
}

fn classify_report(
    status: StatusCode,
    headers: &HeaderMap,
    report: Option<&ErrorReport>,
    now: DateTime<Utc>,
) -> Failure {
    let kind = kind::of(status, report);
    let waiting_helps =
        matches!(kind, FailureKind::Quota | FailureKind::RateLimited | FailureKind::Transient);
    let retry_after = if waiting_helps { retry_after::read(headers, report, now) } else { None };
    Failure { kind, retry_after, reported: report.is_some() }
}

/// What the caller may do about a response with `status`, which is not a success.
#[must_use]
pub fn call_error(status: StatusCode, failure: Failure) -> CallError {
    let Failure { kind, retry_after, reported } = failure;
    let code = status.as_u16();
    let turned_away = match code {
        408 => false,
        400..=499 => true,
        // a gateway in between says 503 too, and it doesn't know what the provider did
        503 => reported,
        _ => false,
    };
    match kind {
        _ if !turned_away => CallError::Ambiguous { kind, cut: Cut::Status(code) },
        FailureKind::RateLimited => CallError::Throttled { kind, retry_after },
        FailureKind::Transient if matches!(code, 429 | 503) => {
            CallError::Throttled { kind, retry_after }
        }
        _ => CallError::Rejected { kind, retry_after },
    }
}

#[cfg(test)]
mod tests;
