//! The stretch of time that somebody asks about: a period by its name, or days from one to another.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::{Period, Timezone};

/// The longest range of days.
const MAX_DAYS: i64 = 365;

/// What was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// A period that ends with now.
    Named(Period),
    /// From the beginning of one day to the end of another, or of the same.
    Days {
        /// The first.
        first: NaiveDate,
        /// The last: not before it.
        last: NaiveDate,
    },
}

/// How a span is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskedSpan<'a> {
    /// By name.
    pub period: Option<Period>,
    /// The first day.
    pub from: Option<&'a str>,
    /// The last day; today, if there is a first.
    pub to: Option<&'a str>,
    /// So many days up to the last one, or from the first one on.
    pub days: Option<i64>,
}

/// Why nothing can be meant by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// A day is written in some other way.
    #[error("a day is written as in 2026-11-20")]
    NotADay,
    /// It ends before it begins.
    #[error("the last day is before the first")]
    Backwards,
    /// More days than are shown, or none.
    #[error("a range has 1 to 365 days")]
    Length,
    /// There is a last day, but no first.
    #[error("the first day is missing")]
    NoFirst,
    /// More than one way to say it at once.
    #[error("a period, or a range of days: not both")]
    Twice,
}

impl Span {
    /// What is meant. The month, if nothing was said.
    pub fn read(asked: AskedSpan<'_>, today: NaiveDate) -> Result<Self, SpanError> {
        let AskedSpan { period, from, to, days } = asked;
        if let Some(period) = period {
            let only = from.is_none() && to.is_none() && days.is_none();
            return if only { Ok(Self::Named(period)) } else { Err(SpanError::Twice) };
        }
        let from = from.map(day).transpose()?;
        let to = to.map(day).transpose()?;
        let days = days.map(|days| {
            let others = (1..=MAX_DAYS).contains(&days).then(|| days.unsigned_abs() - 1);
            others.map(Days::new).ok_or(SpanError::Length)
        });
        let (first, last) = match (from, to, days.transpose()?) {
            (None, None, None) => return Ok(Self::Named(Period::Month)),
            (Some(_), Some(_), Some(_)) => return Err(SpanError::Twice),
            (None, Some(_), None) => return Err(SpanError::NoFirst),
            (Some(first), Some(last), None) => (first, last),
            (Some(first), None, None) => (first, today),
            (Some(first), None, Some(others)) => (first, first + others),
            (None, last, Some(others)) => {
                let last = last.unwrap_or(today);
                (last - others, last)
            }
        };
        match (last - first).num_days() {
            ..0 => Err(SpanError::Backwards),
            0..MAX_DAYS => Ok(Self::Days { first, last }),
            _ => Err(SpanError::Length),
        }
    }

    /// From when to when it lasts, in UTC: its first moment, and the first after it.
    #[must_use]
    pub fn bounds(self, now: DateTime<Utc>, zone: Timezone) -> Range<DateTime<Utc>> {
        match self {
            Self::Named(period) => period.bounds(now, zone),
            Self::Days { first, last } => zone.start_of(first)..zone.start_of(last + Days::new(1)),
        }
    }
}

/// A day as everybody can write it, in years that calendars and both engines know.
fn day(text: &str) -> Result<NaiveDate, SpanError> {
    let text = text.trim();
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| (1971..=9000).contains(&day.year()))
        .ok_or(SpanError::NotADay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        from: Option<&str>,
        to: Option<&str>,
        days: Option<i64>,
    ) -> Result<(String, String), SpanError> {
        let today = "2026-11-20".parse().unwrap();
        match Span::read(AskedSpan { period: None, from, to, days }, today)? {
            Span::Named(period) => Ok((period.to_string(), String::new())),
            Span::Days { first, last } => Ok((first.to_string(), last.to_string())),
        }
    }

    #[test]
    fn ranges_are_read_as_people_write_them() {
        let days = |first: &str, last: &str| Ok((first.to_owned(), last.to_owned()));
        assert_eq!(read(None, None, None), days("month", ""));
        assert_eq!(read(None, None, Some(1)), days("2026-11-20", "2026-11-20"));
        assert_eq!(read(None, None, Some(365)), days("2025-11-21", "2026-11-20"));
        assert_eq!(read(Some(" 2026-11-1 "), None, None), days("2026-11-01", "2026-11-20"));
        let february = days("2028-02-01", "2028-02-29");
        assert_eq!(read(Some("2028-02-01"), Some("2028-02-29"), None), february);
        assert_eq!(read(Some("2028-02-01"), None, Some(29)), february);
        assert_eq!(read(None, Some("2028-02-29"), Some(29)), february);
        let year = days("2025-11-21", "2026-11-20");
        assert_eq!(read(Some("2025-11-21"), Some("2026-11-20"), None), year);
    }

    #[test]
    fn what_is_no_range_is_told_apart() {
        use SpanError::{Backwards, Length, NoFirst, NotADay, Twice};
        assert_eq!(read(Some("2026-11-20"), Some("2026-11-19"), None), Err(Backwards));
        assert_eq!(read(Some("2026-11-21"), None, None), Err(Backwards), "begins tomorrow");
        assert_eq!(read(Some("2025-11-20"), Some("2026-11-20"), None), Err(Length));
        for none in [0, -1, 366, 400, i64::MIN, i64::MAX] {
            assert_eq!(read(None, None, Some(none)), Err(Length), "{none}");
        }
        for text in ["yesterday", "20.11.2026", "2026-02-30", "+12026-01-01", "1492-10-12", ""] {
            assert_eq!(read(Some(text), None, None), Err(NotADay), "{text}");
        }
        assert_eq!(read(None, Some("2026-11-20"), None), Err(NoFirst));
        assert_eq!(read(Some("2026-11-20"), Some("2026-11-20"), Some(1)), Err(Twice));
        let both = AskedSpan { period: Some(Period::All), days: Some(3), ..AskedSpan::default() };
        assert_eq!(Span::read(both, "2026-11-20".parse().unwrap()), Err(Twice));
    }

    #[test]
    fn a_range_lasts_from_midnight_to_midnight_there() {
        let bounds = |zone: &str, first: &str, last: &str| {
            let span = Span::Days { first: first.parse().unwrap(), last: last.parse().unwrap() };
            let bounds = span.bounds(DateTime::UNIX_EPOCH, zone.parse().unwrap());
            [bounds.start, bounds.end].map(|moment| moment.format("%m-%dT%H:%M").to_string())
        };
        assert_eq!(
            bounds("Asia/Kathmandu", "2026-11-20", "2026-11-20"),
            ["11-19T18:15", "11-20T18:15"]
        );
        assert_eq!(
            bounds("America/St_Johns", "2026-11-20", "2026-11-20"),
            ["11-20T03:30", "11-21T03:30"]
        );
        let spring = bounds("Europe/Berlin", "2026-03-29", "2026-03-29");
        assert_eq!(spring, ["03-28T23:00", "03-29T22:00"]);
        let autumn = bounds("Europe/Berlin", "2026-10-25", "2026-10-25");
        assert_eq!(autumn, ["10-24T22:00", "10-25T23:00"]);
    }
}
