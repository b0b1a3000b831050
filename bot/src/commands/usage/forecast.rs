//! What the month will have cost, if it goes on as it began.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    ids::UserId,
    money::NanoUsd,
    timezone::{Period, Timezone},
};

use crate::{
    app::{App, in_time},
    caller::Trouble,
};

/// A month that is younger says too little of its end.
const TOO_EARLY: TimeDelta = TimeDelta::days(1);

/// A person's own month. `None` while nothing was spent, and on its first day.
pub(super) async fn of_this_month(
    app: &App,
    user: UserId,
    zone: Timezone,
    now: DateTime<Utc>,
) -> Result<Option<NanoUsd>, Trouble> {
    let month = Period::Month.bounds(now, zone);
    let spent = in_time(app.store.usage_sums(user, &month)).await?.cost;
    Ok(forecast(spent, &month, now))
}

/// As much per second as until now.
fn forecast(spent: NanoUsd, month: &Range<DateTime<Utc>>, now: DateTime<Utc>) -> Option<NanoUsd> {
    let gone = now - month.start;
    if spent <= NanoUsd::ZERO || gone < TOO_EARLY {
        return None;
    }
    let whole = (month.end - month.start).num_seconds();
    let all = i128::from(spent.nanos()) * i128::from(whole) / i128::from(gone.num_seconds());
    i64::try_from(all).ok().map(NanoUsd::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_goes_on_as_it_began() {
        let of = |spent, zone: &str, now: &str| {
            let now = now.parse().unwrap();
            let month = Period::Month.bounds(now, zone.parse().unwrap());
            forecast(NanoUsd::from_nanos(spent), &month, now).map(NanoUsd::nanos)
        };
        assert_eq!(of(10_000, "UTC", "2026-11-11T00:00:00Z"), Some(30_000));
        assert_eq!(of(10_000, "UTC", "2026-11-30T23:59:59Z"), Some(10_000));
        // an hour longer than thirty-one days
        let october = (31 * 24 + 1) * 1_000 / 24;
        assert_eq!(of(1_000, "Europe/Berlin", "2026-10-01T22:00:00Z"), Some(october));
        assert_eq!(of(10_000, "UTC", "2026-11-01T23:59:59Z"), None, "too early");
        assert_eq!(of(0, "UTC", "2026-11-11T00:00:00Z"), None);
        assert_eq!(of(i64::MAX, "UTC", "2026-11-02T00:00:00Z"), None, "more than money can be");
    }
}
