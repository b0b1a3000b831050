use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, header::RETRY_AFTER};

use super::ErrorReport;

/// No provider means more than this; and a duration that is added to an instant must not overflow.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// Times since 1970 beyond this are in milliseconds: as seconds it is the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// How long the provider asks to wait, from the first place that says it readably.
pub(super) fn read(
    headers: &HeaderMap,
    report: Option<&ErrorReport>,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let wait = header("retry-after-ms")
        .and_then(|text| from_seconds(text.trim().parse::<f64>().ok()? / 1000.0))
        .or_else(|| header(RETRY_AFTER.as_str()).and_then(|text| from_retry_after(text, now)))
        .or_else(|| report?.retry_after_s.and_then(from_seconds))
        .or_else(|| from_delay(report?.retry_delay.as_deref()?))
        .or_else(|| from_reset(header("x-ratelimit-reset")?, now))
        .or_else(|| from_reset(report?.rate_limit_reset.as_deref()?, now))?;
    Some(wait.min(LONGEST))
}

/// RFC 9110 10.2.3: seconds, or a date. Some send fractions of a second.
fn from_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return from_seconds(seconds);
    }
    until(DateTime::parse_from_rfc2822(text.trim()).ok()?.to_utc(), now)
}

fn from_seconds(seconds: f64) -> Option<Duration> {
    // `nan` and `inf` are numbers to a parser
    let seconds = seconds.is_finite().then(|| seconds.min(LONGEST.as_secs_f64()))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `34.4s`
fn from_delay(text: &str) -> Option<Duration> {
    from_seconds(text.trim().strip_suffix('s')?.parse().ok()?)
}

/// A moment since 1970: `OpenRouter` writes milliseconds, others seconds.
fn from_reset(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let epoch: i64 = text.trim().parse().ok()?;
    let reset = if epoch >= MILLISECONDS_FROM {
        DateTime::from_timestamp_millis(epoch)?
    } else {
        DateTime::from_timestamp(epoch, 0)?
    };
    until(reset, now)
}

/// A moment that has passed is a wait of nothing.
fn until(moment: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
    (moment - now).max(TimeDelta::zero()).to_std().ok()
}
