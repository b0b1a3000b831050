//! What a person lets their own keys cost, by day and by month.
//!
//! A budget is counted, never kept in a counter: what the usage log says for the period, plus what the
//! calls under way may cost at most. The store decides at the fence, under the person's lock
//! (`store/budgets.rs`); this room knows what a budget is, how one is typed, and when it is reached.

mod amount;
mod state;

use std::fmt;

pub use amount::{Amount, AmountProblem};
pub use state::{ALERTS, BudgetState, Spent, Totals};

use crate::{model::text_enum, money::NanoUsd, timezone::Period};

text_enum! {
    /// For how long a budget is.
    pub enum BudgetPeriod {
        /// From midnight to midnight, where the person is.
        Day = "day",
        /// From the first of a month to the next.
        Month = "month",
    }
}

text_enum! {
    /// What a budget counts.
    pub enum BudgetUnit {
        /// Tokens of prompts and answers.
        Tokens = "tokens",
        /// US dollars.
        Dollars = "usd",
    }
}

impl BudgetPeriod {
    /// The stretch of time that it names.
    #[must_use]
    pub const fn period(self) -> Period {
        match self {
            Self::Day => Period::Today,
            Self::Month => Period::Month,
        }
    }
}

/// A limit that a person set. There is at most one for each period and unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// For how long.
    pub period: BudgetPeriod,
    /// How much.
    pub amount: Amount,
    /// No call is made that could go past it; else it only warns.
    pub is_hard: bool,
}

/// The most that one call can use and cost, worked out before it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorstCase {
    /// Tokens of prompt and answer.
    pub tokens: i64,
    /// What they cost; `None` where the price is not known.
    pub cost: Option<NanoUsd>,
}

/// What the operator lets one guest use on the operator's key in a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestBudget {
    /// Tokens of prompts and answers.
    pub tokens: i64,
    /// Who goes past it is answered all the same, and the log says so.
    pub is_soft: bool,
}

/// The period and unit by which a budget is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BudgetId {
    /// For how long.
    pub period: BudgetPeriod,
    /// What it counts.
    pub unit: BudgetUnit,
}

impl Budget {
    /// Which of a person's it is.
    #[must_use]
    pub const fn id(&self) -> BudgetId {
        BudgetId { period: self.period, unit: self.amount.unit() }
    }
}

/// `day:usd`
impl fmt::Display for BudgetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.period, self.unit)
    }
}

impl BudgetId {
    /// Reads what [`Display`](fmt::Display) wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (period, unit) = text.split_once(':')?;
        Some(Self {
            period: BudgetPeriod::from_stored(period)?,
            unit: BudgetUnit::from_stored(unit)?,
        })
    }
}
