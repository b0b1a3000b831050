//! Columns of an older database.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use serde_json::Value;
use shared::{ids::DiscordUserId, store::legacy::Row};

/// A column as text; ids may be numbers.
pub(super) fn text(row: &Row, column: &str) -> Option<String> {
    match row.get(column)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A column with a Discord id.
pub(super) fn snowflake(row: &Row, column: &str) -> Option<u64> {
    let id = text(row, column)?.parse().ok()?;
    (1..=i64::MAX.cast_unsigned()).contains(&id).then_some(id)
}

/// A column with a Discord account.
pub(super) fn account(row: &Row, column: &str) -> Option<DiscordUserId> {
    snowflake(row, column).map(DiscordUserId::from)
}

/// A column with yes or no.
pub(super) fn flag(row: &Row, column: &str) -> Option<bool> {
    row.get(column)?.as_bool()
}

/// A column with a time; one without a zone is UTC, as Prisma writes it.
pub(super) fn time(row: &Row, column: &str) -> Option<DateTime<Utc>> {
    let text = row.get(column)?.as_str()?;
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(|| {
        let naive = NaiveDateTime::parse_from_str(&text.replace(' ', "T"), "%Y-%m-%dT%H:%M:%S%.f");
        naive.ok().map(|naive| naive.and_utc())
    })?;
    Some(time.trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let row =
            json!({ "a": "2025-11-01T12:00:00.5", "b": "2025-11-01T13:00:00.5+01:00", "c": 7 });
        let Value::Object(row) = row else { return };
        assert_eq!(time(&row, "a"), time(&row, "b"));
        assert!(time(&row, "a").is_some());
        assert_eq!((time(&row, "c"), time(&row, "d")), (None, None));
        assert_eq!(text(&row, "c").as_deref(), Some("7"));
    }
}
