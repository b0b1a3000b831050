//! A personality's birthday.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A leap year, so that the 29th of February is a birthday where no year is said.
const ANY_YEAR: i32 = 2000;

/// A day of the year, and perhaps the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birthday {
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
    /// 1–9999, if it is known.
    pub year: Option<i32>,
}

/// No such day exists, or it is not written as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day: write it as 1852-11-27, or as 11-27 without a year")]
pub struct NoBirthday;

impl Birthday {
    /// A day that exists.
    pub fn new(month: u8, day: u8, year: Option<i32>) -> Result<Self, NoBirthday> {
        let date = NaiveDate::from_ymd_opt(year.unwrap_or(ANY_YEAR), month.into(), day.into());
        match date {
            Some(date) if (1..=9999).contains(&date.year()) => Ok(Self { month, day, year }),
            _ => Err(NoBirthday),
        }
    }

    /// From the three columns of a row, where they hold a day.
    #[must_use]
    pub fn from_columns(month: Option<i64>, day: Option<i64>, year: Option<i64>) -> Option<Self> {
        let (month, day) = (u8::try_from(month?).ok()?, u8::try_from(day?).ok()?);
        let year = year.map(i32::try_from).transpose().ok()?;
        Self::new(month, day, year).ok()
    }
}

impl FromStr for Birthday {
    type Err = NoBirthday;

    /// `1852-11-27`, or `11-27`; also with dots or slashes in that order.
    fn from_str(typed: &str) -> Result<Self, NoBirthday> {
        let parts: Vec<&str> = typed.trim().split(['-', '/', '.']).collect();
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i32>().ok().filter(|_| digits).ok_or(NoBirthday)
        };
        let small = |part: &str| u8::try_from(number(part)?).map_err(|_| NoBirthday);
        match parts[..] {
            [year, month, day] if year.len() == 4 => {
                Self::new(small(month)?, small(day)?, Some(number(year)?))
            }
            [month, day] => Self::new(small(month)?, small(day)?, None),
            _ => Err(NoBirthday),
        }
    }
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written_alike() {
        for (typed, shown) in [
            ("1852-11-27", "1852-11-27"),
            (" 11-27 ", "11-27"),
            ("2-9", "02-09"),
            ("02-29", "02-29"),
            ("2024-02-29", "2024-02-29"),
            ("1815/12/10", "1815-12-10"),
        ] {
            assert_eq!(typed.parse::<Birthday>().unwrap().to_string(), shown, "{typed}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for typed in [
            "",
            "27",
            "13-01",
            "00-10",
            "02-30",
            "2023-02-29",
            "0000-01-01",
            "99-01-01",
            "-1-1",
            "+1-1",
            "1852-11-27-1",
            "27 November",
            "300-1",
            "10000-01-01",
        ] {
            assert_eq!(typed.parse::<Birthday>(), Err(NoBirthday), "{typed}");
        }
        assert_eq!(Birthday::from_columns(Some(2), Some(300), None), None);
        assert_eq!(Birthday::from_columns(None, Some(3), Some(1900)), None);
    }
}
