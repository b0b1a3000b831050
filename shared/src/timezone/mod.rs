//! A person's own time: which zone they live in, and when their days begin there.
//!
//! Everything is stored and compared in UTC. A zone matters in three places: the time that a
//! personality is told, the periods that `/usage` shows, and the days and months of budgets.

mod period;
mod search;
mod span;

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

pub use self::period::{Period, UnknownPeriod};
pub use self::span::{AskedSpan, Span, SpanError};

/// A zone of the IANA database, such as `Europe/Paris`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timezone(Tz);

/// Text that names no zone, and the zones that it may have meant. Does not repeat the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such timezone{}", did_you_mean(.suggestions))]
pub struct UnknownTimezone {
    /// At most three, the likeliest first.
    pub suggestions: Vec<Timezone>,
}

impl Timezone {
    /// What everybody has who never said otherwise.
    pub const UTC: Self = Self(Tz::UTC);

    /// The name under which it is stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The zones that somebody who has typed `partial` may be looking for, the likeliest first.
    #[must_use]
    pub fn search(partial: &str, limit: usize) -> Vec<Self> {
        search::matching(partial, limit)
    }

    /// The time of day there, as it is told to a model: `Friday, 20 November 2026, 14:05
    /// (Europe/Paris)`.
    #[must_use]
    pub fn local(self, now: DateTime<Utc>) -> String {
        format!("{} ({self})", now.with_timezone(&self.0).format("%A, %-d %B %Y, %H:%M"))
    }
}

impl Timezone {
    /// The same in short, for what was said before: `2026-11-20 14:05`.
    #[must_use]
    pub fn stamp(self, moment: DateTime<Utc>) -> String {
        moment.with_timezone(&self.0).format("%Y-%m-%d %H:%M").to_string()
    }

    /// Which day it is there.
    #[must_use]
    pub fn date(self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.0).date_naive()
    }

    /// The day to which a moment belongs: its date, but where clocks were put back across midnight.
    #[must_use]
    pub fn day_of(self, moment: DateTime<Utc>) -> NaiveDate {
        period::day_of(moment, self)
    }

    /// When a day begins there.
    #[must_use]
    pub fn start_of(self, day: NaiveDate) -> DateTime<Utc> {
        period::start_of(day, self)
    }
}

impl Default for Timezone {
    fn default() -> Self {
        Self::UTC
    }
}

/// Reads a name as a person types it: in any case, with spaces for underscores.
impl FromStr for Timezone {
    type Err = UnknownTimezone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().replace(' ', "_");
        TZ_VARIANTS
            .iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(&name))
            .map(|zone| Self(*zone))
            .ok_or_else(|| UnknownTimezone { suggestions: search::similar(text, 3) })
    }
}

impl fmt::Display for Timezone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Timezone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<DB: sqlx::Database> sqlx::Type<DB> for Timezone
where
    String: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as sqlx::Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as sqlx::Type<DB>>::compatible(ty)
    }
}

impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for Timezone
where
    String: sqlx::Encode<'q, DB>,
{
    fn encode_by_ref(
        &self,
        buf: &mut DB::ArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        <String as sqlx::Encode<'q, DB>>::encode(self.name().to_owned(), buf)
    }
}

impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for Timezone
where
    String: sqlx::Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        let name = <String as sqlx::Decode<'r, DB>>::decode(value)?;
        Ok(name.parse()?)
    }
}

fn did_you_mean(suggestions: &[Timezone]) -> String {
    let names: Vec<_> = suggestions.iter().map(|zone| zone.name()).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!("; did you mean {only}?"),
        [others @ .., last] => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<&'static str, String> {
        text.parse().map(Timezone::name).map_err(|unknown: UnknownTimezone| unknown.to_string())
    }

    #[test]
    fn names_are_read_as_people_type_them() {
        assert_eq!(read("Europe/Paris"), Ok("Europe/Paris"));
        assert_eq!(read("  europe/PARIS\n"), Ok("Europe/Paris"));
        assert_eq!(read("america/new york"), Ok("America/New_York"));
        assert_eq!(read("utc"), Ok("UTC"));
        assert_eq!(Timezone::default().name(), "UTC");
    }

    #[test]
    fn what_is_no_zone_comes_with_suggestions() {
        let message = |text| read(text).unwrap_err();
        assert_eq!(message("paris"), "there is no such timezone; did you mean Europe/Paris?");
        assert_eq!(
            message("Europe/Pariss"),
            "there is no such timezone; did you mean Europe/Paris?"
        );
        assert_eq!(message(""), "there is no such timezone");
        assert_eq!(message("the moon, far side"), "there is no such timezone");
    }

    #[test]
    fn every_zone_reads_its_own_name() {
        for zone in TZ_VARIANTS {
            assert_eq!(read(zone.name()), Ok(zone.name()));
        }
    }

    #[test]
    fn a_model_is_told_the_day_and_the_time() {
        let now = "2026-11-20T13:05:59Z".parse().unwrap();
        let told = |zone: &str| zone.parse::<Timezone>().unwrap().local(now);
        assert_eq!(told("Europe/Paris"), "Friday, 20 November 2026, 14:05 (Europe/Paris)");
        assert_eq!(told("Asia/Kathmandu"), "Friday, 20 November 2026, 18:50 (Asia/Kathmandu)");
        assert_eq!(
            told("Pacific/Kiritimati"),
            "Saturday, 21 November 2026, 03:05 (Pacific/Kiritimati)"
        );
    }
}
