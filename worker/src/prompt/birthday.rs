//! What a personality knows of its birthday.

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use shared::personality::Birthday;

/// Its day, whether that is today where the person is, and its age where it knows its year.
pub(super) fn told(birthday: Birthday, today: NaiveDate) -> Value {
    let this_year = day_in(birthday, today.year());
    let day = NaiveDate::from_ymd_opt(2000, birthday.month.into(), birthday.day.into());
    let mut told = json!({
        "day": day.map(|day| day.format("%-d %B").to_string()),
        "is_today": this_year == Some(today),
    });
    let years = birthday
        .year
        .zip(this_year)
        .map(|(year, this_year)| today.year() - year - i32::from(today < this_year));
    if let Some(years) = years.filter(|years| *years >= 0) {
        told["age"] = json!(years);
    }
    told
}

/// Those born on the 29th of February celebrate on the 28th in other years.
fn day_in(birthday: Birthday, year: i32) -> Option<NaiveDate> {
    let (month, day) = (birthday.month.into(), u32::from(birthday.day));
    NaiveDate::from_ymd_opt(year, month, day)
        .or_else(|| NaiveDate::from_ymd_opt(year, month, day - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(birthday: &str, today: &str) -> String {
        told(birthday.parse().unwrap(), today.parse().unwrap()).to_string()
    }

    #[test]
    fn the_day_comes_round_and_one_gets_older() {
        let before = on("1990-11-27", "2026-11-26");
        assert_eq!(before, r#"{"age":35,"day":"27 November","is_today":false}"#);
        let today = on("1990-11-27", "2026-11-27");
        assert_eq!(today, r#"{"age":36,"day":"27 November","is_today":true}"#);
        assert_eq!(on("11-27", "2026-11-27"), r#"{"day":"27 November","is_today":true}"#);
        assert_eq!(on("2090-01-01", "2026-11-27"), r#"{"day":"1 January","is_today":false}"#);
    }

    #[test]
    fn a_leap_day_is_celebrated_every_year() {
        let day = |today| on("02-29", today).contains("true");
        assert!(day("2028-02-29") && day("2026-02-28"));
        assert!(!day("2028-02-28") && !day("2026-03-01"));
    }
}
