use std::fmt;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::BudgetUnit;
use crate::money::NanoUsd;

/// How much a budget allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many tokens of prompts and answers.
    Tokens(i64),
    /// So many dollars.
    Dollars(NanoUsd),
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountProblem {
    /// It can't be read, or says neither dollars nor tokens.
    #[error("no amount: write dollars as `$2.50` and tokens as `200k tokens`")]
    Malformed,
    /// Nothing, or less.
    #[error("an amount has to be more than nothing")]
    NotPositive,
    /// More than anybody spends.
    #[error("an amount has to be less than a million dollars or a trillion tokens")]
    TooMuch,
}

const MAX_TOKENS: i64 = 1_000_000_000_000;
/// In billionths.
const MAX_DOLLARS: i64 = 1_000_000 * 1_000_000_000;

/// A number in plain digits, so many times, without what is less than one.
fn whole(number: &str, times: i64) -> Result<i64, AmountProblem> {
    // what a program may write, `1e9`, nobody types
    if !number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) {
        return Err(AmountProblem::Malformed);
    }
    let number = Decimal::from_str_exact(number).map_err(|_| AmountProblem::Malformed)?;
    let product = number.checked_mul(times.into()).and_then(|product| product.trunc().to_i64());
    match product {
        Some(..1) => Err(AmountProblem::NotPositive),
        Some(product) => Ok(product),
        None => Err(AmountProblem::TooMuch),
    }
}

impl Amount {
    /// Reads what a person types: `$5`, `2.50 usd`, `5 dollars`, `200k`, `200,000 tokens`, `1.5M`.
    ///
    /// A bare number is neither: whoever means dollars would set a limit of a few tokens.
    pub fn parse(typed: &str) -> Result<Self, AmountProblem> {
        let text = typed.trim().to_ascii_lowercase().replace([',', '_', ' ', '\u{a0}'], "");
        let dollars =
            ["$", "usd", "us$"].iter().find_map(|mark| text.strip_prefix(mark)).or_else(|| {
                ["$", "usd", "dollars", "dollar"].iter().find_map(|mark| text.strip_suffix(mark))
            });
        if let Some(number) = dollars {
            return Self::dollars(number);
        }
        let counted = ["tokens", "token", "tok"].iter().find_map(|mark| text.strip_suffix(mark));
        let number = counted.unwrap_or(&text);
        let (number, unit) = match number.strip_suffix(['k', 'm', 'b']) {
            Some(short) => (short, number.chars().last().unwrap_or_default()),
            None if counted.is_some() => (number, ' '),
            None => return Err(AmountProblem::Malformed),
        };
        Self::tokens(number, unit)
    }

    fn dollars(number: &str) -> Result<Self, AmountProblem> {
        match whole(number, 1_000_000_000)? {
            nanos if nanos > MAX_DOLLARS => Err(AmountProblem::TooMuch),
            nanos => Ok(Self::Dollars(NanoUsd::from_nanos(nanos))),
        }
    }

    fn tokens(number: &str, unit: char) -> Result<Self, AmountProblem> {
        let times = match unit {
            'k' => 1_000,
            'm' => 1_000_000,
            'b' => 1_000_000_000,
            _ => 1,
        };
        match whole(number, times)? {
            tokens if tokens > MAX_TOKENS => Err(AmountProblem::TooMuch),
            tokens => Ok(Self::Tokens(tokens)),
        }
    }

    /// The amount of this unit that is stored as `amount`.
    #[must_use]
    pub const fn of(unit: BudgetUnit, amount: i64) -> Self {
        match unit {
            BudgetUnit::Tokens => Self::Tokens(amount),
            BudgetUnit::Dollars => Self::Dollars(NanoUsd::from_nanos(amount)),
        }
    }

    /// What is counted.
    #[must_use]
    pub const fn unit(self) -> BudgetUnit {
        match self {
            Self::Tokens(_) => BudgetUnit::Tokens,
            Self::Dollars(_) => BudgetUnit::Dollars,
        }
    }

    /// Tokens, or billionths of a dollar.
    #[must_use]
    pub const fn units(self) -> i64 {
        match self {
            Self::Tokens(tokens) => tokens,
            Self::Dollars(amount) => amount.nanos(),
        }
    }
}

/// `200,000 tokens`, `$2.50`
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dollars(amount) => amount.fmt(f),
            Self::Tokens(tokens) => {
                let digits = tokens.unsigned_abs().to_string();
                if *tokens < 0 {
                    f.write_str("-")?;
                }
                for (place, digit) in digits.chars().enumerate() {
                    if place > 0 && (digits.len() - place).is_multiple_of(3) {
                        f.write_str(",")?;
                    }
                    write!(f, "{digit}")?;
                }
                f.write_str(if *tokens == 1 { " token" } else { " tokens" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn dollars(cents: i64) -> Amount {
        Amount::Dollars(NanoUsd::from_nanos(cents * 10_000_000))
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, cents) in [
            ("$5", 500),
            (" $ 2.50 ", 250),
            ("2.50 USD", 250),
            ("usd 3", 300),
            ("US$1,000", 100_000),
            ("10 dollars", 1_000),
            ("0.01$", 1),
        ] {
            assert_eq!(Amount::parse(typed), Ok(dollars(cents)), "{typed}");
        }
        for (typed, tokens) in [
            ("200k", 200_000),
            ("200 K tokens", 200_000),
            ("1.5M", 1_500_000),
            ("250,000 tokens", 250_000),
            ("1 token", 1),
            ("0.5k tokens", 500),
            ("2b", 2_000_000_000),
        ] {
            assert_eq!(Amount::parse(typed), Ok(Amount::Tokens(tokens)), "{typed}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        use AmountProblem::{Malformed, NotPositive, TooMuch};
        for (typed, why) in [
            ("", Malformed),
            ("5", Malformed),
            ("$", Malformed),
            ("five dollars", Malformed),
            ("€5", Malformed),
            ("$1e9", Malformed),
            ("k", Malformed),
            ("$0", NotPositive),
            ("$-5", NotPositive),
            ("0 tokens", NotPositive),
            ("0.0001k", NotPositive),
            ("-3k", NotPositive),
            ("$1000001", TooMuch),
            ("99999b", TooMuch),
        ] {
            assert_eq!(Amount::parse(typed), Err(why), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(tokens in 1..MAX_TOKENS) {
            let amount = Amount::Tokens(tokens);
            prop_assert_eq!(Amount::parse(&amount.to_string()), Ok(amount));
        }

        #[test]
        fn nothing_typed_is_a_panic(typed in ".{0,20}") {
            let _ = Amount::parse(&typed);
        }
    }
}
