//! `/timezone`.

use chrono::{DateTime, Utc};
use shared::timezone::{Timezone, UnknownTimezone};

/// The zone was set.
#[must_use]
pub fn set(zone: Timezone, now: DateTime<Utc>) -> String {
    format!(
        "🕒 Your timezone is now **{zone}**: {}. Your days, weeks and months in `/usage` begin at \
         midnight there, and personalities know your time of day.",
        zone.local(now)
    )
}

/// The zone as it is.
#[must_use]
pub fn show(zone: Timezone, now: DateTime<Utc>) -> String {
    format!("🕒 Your timezone is **{zone}**: {}. `/timezone set` changes it.", zone.local(now))
}

/// What was typed names no zone.
#[must_use]
pub fn unknown(unknown: &UnknownTimezone) -> String {
    let names: Vec<_> = unknown.suggestions.iter().map(|zone| format!("`{zone}`")).collect();
    let meant = match names.as_slice() {
        [] => String::new(),
        [only] => format!(" Did you mean {only}?"),
        [others @ .., last] => format!(" Did you mean {} or {last}?", others.join(", ")),
    };
    format!(
        "There is no timezone of that name, so nothing was changed.{meant} Type a city, such as \
         `Paris` or `New York`, and choose from the list that appears."
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn zones_are_shown_with_their_time() {
        let now = "2026-11-20T13:05:59Z".parse().unwrap();
        let zone: Timezone = "Europe/Paris".parse().unwrap();
        let unknown_to = |text: &str| unknown(&text.parse::<Timezone>().unwrap_err());
        let said = [
            set(zone, now),
            show(Timezone::UTC, now),
            unknown_to("Europe/Pariss"),
            unknown_to("aris"),
            unknown_to("the moon"),
        ];
        assert_snapshot!(said.join("\n\n"));
    }
}
