//! What is said about a stretch of time that nobody can mean.

use shared::timezone::SpanError;

/// What is wrong with it, and how it is said.
#[must_use]
pub const fn refused(why: SpanError) -> &'static str {
    match why {
        SpanError::NotADay => {
            "📅 I can't read that day. Write `from` and `to` as year, month and day: `2026-11-20`."
        }
        SpanError::Backwards => {
            "📅 That range ends before it begins. `from` is the first day, `to` the last; without a \
             `to`, it ends today."
        }
        SpanError::Length => {
            "📅 A range has 1 to 365 days. `period: all` shows everything; a year at a time, the days."
        }
        SpanError::NoFirst => {
            "📅 `to` is the last day of a range: say `from` too, or how many `days`."
        }
        SpanError::Twice => {
            "📅 Say it in one way: a `period`, or `from` and `to`, or one of them with `days`."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_range_says_what_to_write() {
        use SpanError::{Backwards, Length, NoFirst, NotADay, Twice};
        let all = [NotADay, Backwards, Length, NoFirst, Twice].map(refused);
        insta::assert_snapshot!(all.join("\n\n"));
    }
}
