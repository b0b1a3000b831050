//! Money in whole nano-dollars.

use std::{fmt, ops::Add};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

/// An amount of US dollars in billionths: exact, addable, and fine enough for one token.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct NanoUsd(i64);

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many billionths of a dollar.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The amount in billionths of a dollar.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Reads a number of dollars as providers write it: `0.25`, `"0.00000015"`, `3.9e-06`.
    ///
    /// Rounds half up to a whole billionth. `None` for what isn't a number or doesn't fit.
    #[must_use]
    pub fn parse(dollars: &str) -> Option<Self> {
        let dollars = dollars.trim();
        let exact =
            Decimal::from_str_exact(dollars).or_else(|_| Decimal::from_scientific(dollars)).ok()?;
        let nanos = exact.checked_mul(Decimal::from(1_000_000_000_i64))?;
        nanos.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().map(Self)
    }
}

impl Add for NanoUsd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for NanoUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Dollars and cents, with as many further places as a small amount needs: `$12.34`, `$0.0021`.
impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let places: u32 = match nanos {
            0 | 1_000_000_000.. => 2,
            10_000_000.. => 3,
            100_000.. => 4,
            1_000.. => 6,
            _ => 9,
        };
        let unit = 10_u64.pow(9 - places);
        let rounded = nanos.saturating_add(unit / 2) / unit;
        let scale = 10_u64.pow(places);
        let (whole, rest) = (rounded / scale, rounded % scale);
        write!(f, "{sign}${whole}.{rest:0width$}", width = places as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_providers_write() {
        let nanos = |text| NanoUsd::parse(text).map(NanoUsd::nanos);
        assert_eq!(nanos("3.9e-06"), Some(3_900));
        assert_eq!(nanos("0.00000015"), Some(150));
        assert_eq!(nanos("12"), Some(12_000_000_000));
        assert_eq!(nanos(" -0.5 "), Some(-500_000_000));
        assert_eq!(nanos("0.0000000005"), Some(1), "half a nano rounds up");
        assert_eq!(nanos("0.00000000049"), Some(0));
        for bad in ["", "null", "1.2.3", "NaN", "1e99", "free"] {
            assert_eq!(nanos(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn shows_small_amounts_with_the_places_they_need() {
        let shown = |nanos| NanoUsd::from_nanos(nanos).to_string();
        assert_eq!(shown(0), "$0.00");
        assert_eq!(shown(12_345_000_000), "$12.35");
        assert_eq!(shown(25_500_000), "$0.026");
        assert_eq!(shown(2_100_000), "$0.0021");
        assert_eq!(shown(3_900), "$0.000004");
        assert_eq!(shown(7), "$0.000000007");
        assert_eq!(shown(-1_500_000_000), "-$1.50");
        assert_eq!(shown(999_999_999), "$1.000");
    }
}
