//! From when to when a day, a week or a month lasts for somebody.
//!
//! Days are laid end to end: each begins at the first moment that bears its date and lasts until
//! the next begins. So every moment belongs to exactly one day, also where clocks are put back
//! across midnight, where midnight does not exist, and where a whole day was left out.

use std::{fmt, ops::Range, str::FromStr};

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone,
    Utc,
};

use super::Timezone;

/// A stretch of time that ends with now, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Since the day began.
    Today,
    /// Since Monday.
    Week,
    /// Since the first of the month.
    Month,
    /// Ever.
    All,
}

/// The name of no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period is today, week, month or all")]
pub struct UnknownPeriod;

impl Period {
    /// Every value, the shortest first.
    pub const ALL: [Self; 4] = [Self::Today, Self::Week, Self::Month, Self::All];

    /// The text that a command's choice carries.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "week",
            Self::Month => "month",
            Self::All => "all",
        }
    }

    /// The whole period around `now`, in UTC: its first moment, and the first after it.
    #[must_use]
    pub fn bounds(self, now: DateTime<Utc>, zone: Timezone) -> Range<DateTime<Utc>> {
        let today = day_of(now, zone);
        let (first, next) = match self {
            Self::Today => (today, today + Days::new(1)),
            Self::Week => {
                let monday = today - Days::new(today.weekday().num_days_from_monday().into());
                (monday, monday + Days::new(7))
            }
            Self::Month => {
                let first = today - Days::new(today.day0().into());
                (first, first + Months::new(1))
            }
            // what both engines can store, and compare as text
            Self::All => return DateTime::UNIX_EPOCH..END_OF_TIME,
        };
        start_of(first, zone)..start_of(next, zone)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|period| period.as_str() == text).ok_or(UnknownPeriod)
    }
}

/// The last second of the year 9999.
const END_OF_TIME: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(end) => end,
    None => DateTime::<Utc>::MAX_UTC,
};

/// The day to which a moment belongs: its date there, but for clocks put back across midnight.
pub(super) fn day_of(now: DateTime<Utc>, zone: Timezone) -> NaiveDate {
    let date = now.with_timezone(&zone.0).date_naive();
    let tomorrow = date + Days::new(1);
    // the evening that is lived again belongs to the day that had begun already
    if now >= start_of(tomorrow, zone) { tomorrow } else { date }
}

/// The first moment whose date there is `date`, or a later one if no moment has that date.
pub(super) fn start_of(date: NaiveDate, zone: Timezone) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.0.from_local_datetime(&midnight) {
        MappedLocalTime::Single(start) | MappedLocalTime::Ambiguous(start, _) => {
            start.with_timezone(&Utc)
        }
        MappedLocalTime::None => {
            // clocks jumped over midnight; look for the second at which they did
            let (mut before, mut after) =
                (midnight.and_utc() - TimeDelta::days(1), midnight.and_utc() + TimeDelta::days(1));
            while after - before > TimeDelta::seconds(1) {
                let between = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                if between.with_timezone(&zone.0).naive_local() < midnight {
                    before = between;
                } else {
                    after = between;
                }
            }
            after
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;

    use super::*;

    /// The bounds in UTC, as text without what is always the same.
    fn bounds(period: Period, now: &str, zone: &str) -> [String; 2] {
        let bounds = period.bounds(now.parse().unwrap(), zone.parse().unwrap());
        [bounds.start, bounds.end].map(|moment| moment.format("%Y-%m-%dT%H:%M").to_string())
    }

    #[test]
    fn days_weeks_and_months_begin_at_midnight_there() {
        let now = "2026-11-20T13:05:00Z";
        let of = |period| bounds(period, now, "Europe/Paris");
        assert_eq!(of(Period::Today), ["2026-11-19T23:00", "2026-11-20T23:00"]);
        assert_eq!(of(Period::Week), ["2026-11-15T23:00", "2026-11-22T23:00"]);
        assert_eq!(of(Period::Month), ["2026-10-31T23:00", "2026-11-30T23:00"]);
        assert_eq!(of(Period::All), ["1970-01-01T00:00", "9999-12-31T23:59"]);
        let of = |period| bounds(period, now, "UTC");
        assert_eq!(of(Period::Today), ["2026-11-20T00:00", "2026-11-21T00:00"]);
        assert_eq!(of(Period::Week), ["2026-11-16T00:00", "2026-11-23T00:00"]);
    }

    #[test]
    fn a_period_holds_its_first_moment_and_not_its_last() {
        let last = bounds(Period::Today, "2026-11-19T22:59:59.999999Z", "Europe/Paris");
        assert_eq!(last, ["2026-11-18T23:00", "2026-11-19T23:00"]);
        let first = bounds(Period::Today, "2026-11-19T23:00:00Z", "Europe/Paris");
        assert_eq!(first, ["2026-11-19T23:00", "2026-11-20T23:00"]);
        // a Sunday's last second belongs to the week that began on Monday
        let sunday = bounds(Period::Week, "2026-11-22T22:59:59Z", "Europe/Paris");
        assert_eq!(sunday, ["2026-11-15T23:00", "2026-11-22T23:00"]);
        let december = bounds(Period::Month, "2026-12-31T23:30:00Z", "Europe/Paris");
        assert_eq!(december, ["2026-12-31T23:00", "2027-01-31T23:00"]);
    }

    #[test]
    fn days_are_shorter_and_longer_when_clocks_change() {
        let spring = bounds(Period::Today, "2026-03-29T12:00:00Z", "Europe/Paris");
        assert_eq!(spring, ["2026-03-28T23:00", "2026-03-29T22:00"]);
        let autumn = bounds(Period::Today, "2026-10-25T12:00:00Z", "Europe/Paris");
        assert_eq!(autumn, ["2026-10-24T22:00", "2026-10-25T23:00"]);
        // half an hour, in both directions
        let spring = bounds(Period::Today, "2026-10-04T00:00:00Z", "Australia/Lord_Howe");
        assert_eq!(spring, ["2026-10-03T13:30", "2026-10-04T13:00"]);
        let autumn = bounds(Period::Today, "2026-04-05T00:00:00Z", "Australia/Lord_Howe");
        assert_eq!(autumn, ["2026-04-04T13:00", "2026-04-05T13:30"]);
    }

    #[test]
    fn a_day_without_midnight_begins_with_its_first_moment() {
        // Cairo goes from midnight to one o'clock
        let cairo = bounds(Period::Today, "2024-04-26T12:00:00Z", "Africa/Cairo");
        assert_eq!(cairo, ["2024-04-25T22:00", "2024-04-26T21:00"]);
    }

    #[test]
    fn a_day_with_two_midnights_begins_with_the_first() {
        // Havana goes back from one o'clock to midnight
        for now in ["2024-11-03T04:30:00Z", "2024-11-03T05:30:00Z"] {
            let havana = bounds(Period::Today, now, "America/Havana");
            assert_eq!(havana, ["2024-11-03T04:00", "2024-11-04T05:00"], "{now}");
        }
        // St. John's went back from a minute past midnight into the evening before
        for now in ["2010-11-07T02:30:00Z", "2010-11-07T03:00:00Z"] {
            let evening = bounds(Period::Today, now, "America/St_Johns");
            assert_eq!(evening, ["2010-11-07T02:30", "2010-11-08T03:30"], "{now}");
        }
    }

    #[test]
    fn a_day_that_was_left_out_takes_no_time() {
        // Samoa crossed the date line: no moment there is of 30 December 2011
        let before = bounds(Period::Today, "2011-12-30T09:59:59Z", "Pacific/Apia");
        assert_eq!(before, ["2011-12-29T10:00", "2011-12-30T10:00"]);
        let after = bounds(Period::Today, "2011-12-30T10:00:00Z", "Pacific/Apia");
        assert_eq!(after, ["2011-12-30T10:00", "2011-12-31T10:00"]);
    }

    #[test]
    fn periods_are_read_by_name() {
        for period in Period::ALL {
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        assert_eq!(" Week ".parse(), Ok(Period::Week));
        assert_eq!("year".parse::<Period>(), Err(UnknownPeriod));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn now_lies_in_every_period(
            seconds in 0_i64..4_102_444_800,
            zone in prop::sample::select(&TZ_VARIANTS[..]),
        ) {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            for period in Period::ALL {
                let bounds = period.bounds(now, Timezone(zone));
                prop_assert!(bounds.contains(&now), "{period} {now} {zone} {bounds:?}");
                for end in [bounds.start, bounds.end - TimeDelta::seconds(1)] {
                    prop_assert_eq!(period.bounds(end, Timezone(zone)), bounds.clone());
                }
                let next = period.bounds(bounds.end, Timezone(zone));
                prop_assert!(period == Period::All || next.start == bounds.end);
            }
        }
    }
}
