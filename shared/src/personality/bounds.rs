//! How far the settings of a personality may go: one table, for commands, imports and the database.
//!
//! The database holds the same ranges as constraints; a test compares the migrations with this.

use std::fmt;

/// Turns of the conversation, where a personality does not say.
pub const DEFAULT_HISTORY: i64 = 50;
/// Messages that are referred to, where a personality does not say.
pub const DEFAULT_REFERENCES: i64 = 20;
/// People mentioned, where a personality does not say.
pub const DEFAULT_MENTIONS: i64 = 10;
/// Channels mentioned, where a personality does not say.
pub const DEFAULT_CHANNELS: i64 = 5;
/// Roles mentioned, where a personality does not say.
pub const DEFAULT_ROLES: i64 = 5;
/// Memories, where a personality does not say.
pub const DEFAULT_MEMORIES: i64 = 20;
/// Turns by which memories are searched, where a personality does not say.
pub const DEFAULT_MEMORY_TURNS: i64 = 3;

/// How far one setting may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The setting, as its column, its field and its option are called.
    pub name: &'static str,
    /// From where to where.
    pub range: Range,
}

/// A range, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Whole numbers.
    Whole(i64, i64),
    /// Whole numbers from here on.
    AtLeast(i64),
    /// Any numbers.
    Real(f64, f64),
}

/// Every bound.
pub const BOUNDS: [Bound; 11] = [
    bound("temperature", Range::Real(0.0, 2.0)),
    bound("top_p", Range::Real(0.0, 1.0)),
    bound("max_tokens", Range::AtLeast(1)),
    bound("memory_score_threshold", Range::Real(0.0, 1.0)),
    bound("memory_limit", Range::Whole(0, 1000)),
    bound("max_conversation_history", Range::Whole(0, 200)),
    bound("max_referenced_messages", Range::Whole(1, 50)),
    bound("max_mentions_per_message", Range::Whole(1, 50)),
    bound("max_channels_per_message", Range::Whole(1, 20)),
    bound("max_roles_per_message", Range::Whole(1, 20)),
    bound("ltm_search_history_turns", Range::Whole(0, 10)),
];

const fn bound(name: &'static str, range: Range) -> Bound {
    Bound { name, range }
}

/// The range of a setting.
#[must_use]
pub fn of(name: &str) -> Option<Range> {
    BOUNDS.iter().find(|bound| bound.name == name).map(|bound| bound.range)
}

impl Range {
    /// Whether a whole number lies in it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "numbers that large are outside anyhow")]
    pub fn holds_whole(self, value: i64) -> bool {
        match self {
            Self::Whole(from, to) => (from..=to).contains(&value),
            Self::AtLeast(from) => value >= from,
            Self::Real(..) => self.holds_real(value as f64),
        }
    }

    /// Whether a number lies in it. What is no number lies nowhere.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the ends are small")]
    pub fn holds_real(self, value: f64) -> bool {
        match self {
            Self::Whole(from, to) => value >= from as f64 && value <= to as f64,
            Self::AtLeast(from) => value.is_finite() && value >= from as f64,
            Self::Real(from, to) => value >= from && value <= to,
        }
    }
}

/// `0–200`, `at least 1`.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(from, to) => write!(f, "{from}–{to}"),
            Self::AtLeast(from) => write!(f, "at least {from}"),
            Self::Real(from, to) => write!(f, "{from}–{to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_belong_to_a_range() {
        let history = of("max_conversation_history").unwrap();
        assert!(history.holds_whole(0) && history.holds_whole(200));
        assert!(!history.holds_whole(-1) && !history.holds_whole(201));
        let temperature = of("temperature").unwrap();
        assert!(temperature.holds_real(0.0) && temperature.holds_real(2.0));
        for wrong in [-0.01, 2.01, f64::NAN, f64::INFINITY] {
            assert!(!temperature.holds_real(wrong), "{wrong}");
        }
        assert_eq!(of("system_prompt"), None);
    }

    /// The ranges as a constraint says them.
    fn constraint(bound: &Bound) -> String {
        let name = bound.name;
        match bound.range {
            Range::Whole(from, to) => format!("CHECK ({name} BETWEEN {from} AND {to})"),
            Range::AtLeast(from) => format!("CHECK ({name} >= {from})"),
            Range::Real(from, to) => format!("CHECK ({name} BETWEEN {from} AND {to})"),
        }
    }

    #[test]
    fn the_database_holds_the_same_bounds() {
        let sqlite = include_str!("../../../migrations/sqlite/0003_personalities.sql");
        let postgres = include_str!("../../../migrations/postgres/0003_personalities.sql");
        for bound in &BOUNDS {
            let constraint = constraint(bound);
            assert!(sqlite.contains(&constraint), "sqlite: {constraint}");
            assert!(postgres.contains(&constraint), "postgres: {constraint}");
        }
    }
}
