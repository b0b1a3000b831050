use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{Amount, Budget, WorstCase};
use crate::{money::NanoUsd, timezone::Timezone};

/// The parts of a budget, in percent, whose use is told: once each in a period.
pub const ALERTS: [i64; 3] = [50, 80, 100];

/// What was used of something in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// What is known.
    pub settled: Totals,
    /// What calls under way, and calls of which nobody has said, may have used at most.
    pub reserved: Totals,
    /// Calls whose cost nobody knows and nobody could foresee. They count as nothing.
    pub unknown_cost: i64,
}

/// Tokens and dollars together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tokens.
    pub tokens: i64,
    /// Dollars.
    pub cost: NanoUsd,
}

/// A budget, and how far it is used in the period that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetState {
    /// Which.
    pub budget: Budget,
    /// The zone in which the period is counted.
    pub zone: Timezone,
    /// The period: its first moment, and the first after it.
    pub during: Range<DateTime<Utc>>,
    /// What was used.
    pub spent: Spent,
}

impl BudgetState {
    /// What is known to be used, in the budget's unit.
    #[must_use]
    pub const fn settled(&self) -> Amount {
        self.in_unit(self.spent.settled)
    }

    /// What may be used besides, in the budget's unit.
    #[must_use]
    pub const fn reserved(&self) -> Amount {
        self.in_unit(self.spent.reserved)
    }

    /// What can still be used for certain; never less than nothing.
    #[must_use]
    pub fn left(&self) -> Amount {
        let used = self.settled().units().saturating_add(self.reserved().units());
        let left = self.budget.amount.units().saturating_sub(used).max(0);
        Amount::of(self.budget.amount.unit(), left)
    }

    /// How much of it is used, in whole percent, rounded down.
    #[must_use]
    pub fn percent(&self) -> i64 {
        let part = i128::from(self.settled().units()) * 100
            / i128::from(self.budget.amount.units().max(1));
        i64::try_from(part).unwrap_or(i64::MAX)
    }

    /// Whether a call that costs at most `worst` could go past it. A call that nobody can foresee
    /// fits as long as anything is left.
    #[must_use]
    pub fn would_break(&self, worst: WorstCase) -> bool {
        let more = match self.budget.amount {
            Amount::Tokens(_) => worst.tokens,
            Amount::Dollars(_) => worst.cost.map_or(1, NanoUsd::nanos),
        };
        more > self.left().units()
    }

    /// The alerts that are due, the smallest first.
    pub fn alerts(&self) -> impl Iterator<Item = i64> {
        let percent = self.percent();
        ALERTS.into_iter().filter(move |alert| percent >= *alert)
    }

    const fn in_unit(&self, totals: Totals) -> Amount {
        match self.budget.amount {
            Amount::Tokens(_) => Amount::Tokens(totals.tokens),
            Amount::Dollars(_) => Amount::Dollars(totals.cost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::BudgetPeriod, *};

    fn state(amount: Amount, settled: i64, reserved: i64) -> BudgetState {
        let totals = |units| Totals { tokens: units, cost: NanoUsd::from_nanos(units) };
        BudgetState {
            budget: Budget { period: BudgetPeriod::Day, amount, is_hard: true },
            zone: Timezone::default(),
            during: DateTime::UNIX_EPOCH..DateTime::UNIX_EPOCH,
            spent: Spent { settled: totals(settled), reserved: totals(reserved), unknown_cost: 0 },
        }
    }

    #[test]
    fn a_call_fits_up_to_the_last_token() {
        let worst = |tokens| WorstCase { tokens, cost: None };
        let state = state(Amount::Tokens(100), 60, 30);
        assert_eq!(state.left(), Amount::Tokens(10));
        assert!(!state.would_break(worst(10)));
        assert!(state.would_break(worst(11)));
    }

    #[test]
    fn an_unforeseeable_cost_fits_while_anything_is_left() {
        let amount = Amount::Dollars(NanoUsd::from_nanos(100));
        let unknown = WorstCase { tokens: 5, cost: None };
        assert!(!state(amount, 60, 39).would_break(unknown));
        assert!(state(amount, 60, 40).would_break(unknown));
        let free = WorstCase { tokens: 5, cost: Some(NanoUsd::ZERO) };
        assert!(!state(amount, 200, 0).would_break(free), "what is free is never refused");
    }

    #[test]
    fn alerts_come_at_their_parts() {
        let due = |settled| state(Amount::Tokens(1_000), settled, 900).alerts().collect::<Vec<_>>();
        assert_eq!(due(499), Vec::<i64>::new());
        assert_eq!(due(500), [50]);
        assert_eq!(due(999), [50, 80]);
        assert_eq!(due(5_000), [50, 80, 100]);
    }
}
