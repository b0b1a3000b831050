//! `/wallet limit`, its form, and what is told when a limit comes near.

use shared::{
    budget::{AmountProblem, Budget, BudgetId, BudgetPeriod, BudgetState, BudgetUnit},
    ids::RequestId,
};

use super::{counted, reference};

/// No limit is set.
pub const NONE: &str = "📏 You have set no limits, so your keys may spend what their provider lets them. \
    `/wallet limit` with `amount: $2` or `amount: 200k tokens` sets one for each day or month.";
/// The label of the form's one field; Discord takes 45 characters.
pub const FIELD: &str = "Dollars or tokens: $2.50 or 200k tokens";
/// The hint in the empty field.
pub const PLACEHOLDER: &str = "$2.50, 200k tokens, or none";

/// The limits of a person.
#[must_use]
pub fn list(states: &[BudgetState]) -> String {
    if states.is_empty() {
        return NONE.to_owned();
    }
    let mut lines = vec!["📏 **Your limits** (only you see this)".to_owned()];
    lines.extend(states.iter().map(|state| format!("- {}", line(state))));
    let unknown = states.iter().map(|state| state.spent.unknown_cost).max().unwrap_or_default();
    if unknown > 0 && states.iter().any(|state| state.budget.id().unit == BudgetUnit::Dollars) {
        lines.push(format!(
            "-# {} of unknown cost: a limit in dollars can't count them, one in tokens does.",
            counted(unknown, "answer is", "answers are")
        ));
    }
    lines.push("-# `amount: none` takes a limit away.".to_owned());
    lines.join("\n")
}

fn line(state: &BudgetState) -> String {
    let (settled, amount) = (state.settled(), state.budget.amount);
    let mut parts = vec![format!(
        "**{}**: {settled} of {amount} used ({} %)",
        a_period(state.budget.period),
        state.percent()
    )];
    if state.reserved().units() > 0 {
        parts.push(format!("up to {} more under way", state.reserved()));
    }
    parts.push(strictness(&state.budget).to_owned());
    parts.push(format!("begins anew <t:{}:R>", state.during.end.timestamp()));
    parts.join(" · ")
}

const fn strictness(budget: &Budget) -> &'static str {
    if budget.is_hard { "no answer goes past it" } else { "only warns" }
}

const fn a_period(period: BudgetPeriod) -> &'static str {
    match period {
        BudgetPeriod::Day => "Each day",
        BudgetPeriod::Month => "Each month",
    }
}

const fn adjective(period: BudgetPeriod) -> &'static str {
    match period {
        BudgetPeriod::Day => "daily",
        BudgetPeriod::Month => "monthly",
    }
}

/// A limit is set.
#[must_use]
pub fn set(state: &BudgetState) -> String {
    let Budget { period, amount, is_hard } = state.budget;
    let what = if is_hard {
        "No answer is asked for that could go past it."
    } else {
        "It only warns: answers go on past it."
    };
    let mut lines = vec![format!(
        "📏 Your {} limit is **{amount}**, in your timezone ({}). {what} You are told at 50, 80 and 100 %.",
        adjective(period),
        state.zone
    )];
    if state.left().units() == 0 {
        lines.push(format!(
            "⚠️ {} are used already{}. It begins anew <t:{}:R>.",
            state.settled(),
            if is_hard { ", so **nothing is answered on your keys until then**" } else { "" },
            state.during.end.timestamp()
        ));
    } else if state.settled().units() > 0 {
        lines.push(format!("{} of it are used already.", state.settled()));
    }
    lines.join("\n")
}

/// A limit is gone, or there was none.
#[must_use]
pub fn removed(period: BudgetPeriod, had_one: bool) -> String {
    if had_one {
        format!(
            "📏 Your {} limit is gone. `/wallet limit` shows those that are left.",
            adjective(period)
        )
    } else {
        format!("You have set no {} limit, so nothing was changed.", adjective(period))
    }
}

/// What was typed is no amount.
#[must_use]
pub const fn malformed(problem: AmountProblem) -> &'static str {
    match problem {
        AmountProblem::Malformed => {
            "That is no amount that I understand. Write dollars as `$2.50` and tokens as `200k tokens`; \
             `none` takes the limit away. Nothing was changed."
        }
        AmountProblem::NotPositive => {
            "A limit of nothing would let nothing be answered. `/wallet pause` stops a key, and \
             `amount: none` takes the limit away. Nothing was changed."
        }
        AmountProblem::TooMuch => {
            "That is more than I count: less than a million dollars or a trillion tokens. Nothing was \
             changed."
        }
    }
}

/// A call was not made, because it could have gone past this limit.
#[must_use]
pub fn over_budget(state: &BudgetState, request: Option<RequestId>) -> String {
    let Budget { period, amount, .. } = state.budget;
    let mut text = format!(
        "🛑 Your {} limit of **{amount}** stood in the way: {} are used{}, and this answer could have gone \
         past it. Nothing was spent. It begins anew <t:{}:R>.",
        adjective(period),
        state.settled(),
        if state.reserved().units() > 0 {
            format!(", up to {} more are under way", state.reserved())
        } else {
            String::new()
        },
        state.during.end.timestamp(),
    );
    if let Some(request) = request {
        text.push_str("\n-# Reference: ");
        text.push_str(&reference(request));
    }
    text
}

/// A part of a limit is used. `state` is how it stands by now, if the store answers.
#[must_use]
pub fn alert(budget: BudgetId, percent: i64, state: Option<&BudgetState>) -> String {
    let period = adjective(budget.period);
    let Some(state) = state else {
        return format!(
            "📏 {percent} % of your {period} limit are used. `/wallet limit` shows more."
        );
    };
    let next = match (percent >= 100, state.budget.is_hard) {
        (true, true) => " Until it begins anew, nothing that could cost more is answered.",
        (true, false) => " It only warns, so answers go on.",
        (false, _) => "",
    };
    format!(
        "📏 **{percent} %** of your {period} limit are used: {} of {}.{next} It begins anew <t:{}:R>.",
        state.settled(),
        state.budget.amount,
        state.during.end.timestamp()
    )
}

/// The button that opens the form.
#[must_use]
pub fn change(budget: BudgetId) -> String {
    format!("Change the {} limit", adjective(budget.period))
}

/// The form's title; Discord takes 45 characters.
#[must_use]
pub fn form_title(budget: BudgetId) -> String {
    format!("Your {} limit", adjective(budget.period))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use shared::{
        budget::{Amount, Spent, Totals},
        money::NanoUsd,
        timezone::Timezone,
    };

    use super::*;

    fn state(amount: Amount, is_hard: bool, settled: i64, reserved: i64) -> BudgetState {
        let totals = |units| Totals { tokens: units, cost: NanoUsd::from_nanos(units) };
        let zone: Timezone = "Europe/Berlin".parse().unwrap();
        let during =
            "2026-11-20T23:00:00Z".parse().unwrap().."2026-11-21T23:00:00Z".parse().unwrap();
        BudgetState {
            budget: Budget { period: BudgetPeriod::Day, amount, is_hard },
            zone,
            during,
            spent: Spent { settled: totals(settled), reserved: totals(reserved), unknown_cost: 2 },
        }
    }

    #[test]
    fn limits_say_what_is_used_and_when_they_begin_anew() {
        let dollars = Amount::Dollars(NanoUsd::from_nanos(5_000_000_000));
        let tokens = Amount::Tokens(200_000);
        let used = state(dollars, true, 1_250_000_000, 30_000_000);
        let full = state(dollars, true, 5_000_000_000, 0);
        let warns = state(tokens, false, 200_001, 0);
        let said = [
            list(&[]),
            list(&[used.clone(), warns.clone()]),
            set(&used),
            set(&full),
            set(&warns),
            set(&state(tokens, true, 0, 0)),
            removed(BudgetPeriod::Day, true),
            removed(BudgetPeriod::Month, false),
            over_budget(&used, None),
            alert(used.budget.id(), 50, Some(&used)),
            alert(full.budget.id(), 100, Some(&full)),
            alert(warns.budget.id(), 100, Some(&warns)),
            alert(used.budget.id(), 80, None),
        ];
        assert_snapshot!(said.join("\n\n"));
    }

    #[test]
    fn what_is_no_amount_is_answered_with_one_that_is() {
        use AmountProblem::{Malformed, NotPositive, TooMuch};
        assert_snapshot!([Malformed, NotPositive, TooMuch].map(malformed).join("\n\n"));
    }

    #[test]
    fn the_form_fits_discords_limits() {
        for period in BudgetPeriod::ALL {
            let budget = BudgetId { period: *period, unit: BudgetUnit::Dollars };
            assert!(form_title(budget).chars().count() <= 45);
            assert!(change(budget).chars().count() <= 80);
        }
        assert!(FIELD.chars().count() <= 45 && PLACEHOLDER.chars().count() <= 100);
    }
}
