use std::{collections::BTreeMap, fmt};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What one unit (a token, an image, a request) costs, in US dollars and exactly as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Price {
    /// So much.
    Fixed(Decimal),
    /// It depends on what answers. Providers write `-1`, with which nobody must compute.
    Varies,
}

/// A text that is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a price")]
pub struct NoPrice;

impl Price {
    /// Reads a price as providers write it: `0.00000015`, `3e-7`, `-1`.
    pub fn parse(text: &str) -> Result<Self, NoPrice> {
        let text = text.trim();
        let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
        match exact {
            Ok(price) if price.is_sign_negative() && !price.is_zero() => Ok(Self::Varies),
            Ok(price) => Ok(Self::Fixed(price)),
            Err(_) => Err(NoPrice),
        }
    }

    /// What a million of them cost, if that can be said.
    #[must_use]
    pub fn per_million(self) -> Option<Decimal> {
        match self {
            Self::Fixed(price) => {
                price.checked_mul(Decimal::from(1_000_000)).map(|price| price.normalize())
            }
            Self::Varies => None,
        }
    }

    /// Nothing is to be paid.
    #[must_use]
    pub fn is_free(self) -> bool {
        matches!(self, Self::Fixed(price) if price.is_zero())
    }
}

impl TryFrom<String> for Price {
    type Error = NoPrice;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Price> for String {
    fn from(price: Price) -> Self {
        match price {
            Price::Fixed(price) => price.to_string(),
            Price::Varies => "-1".to_owned(),
        }
    }
}

/// For a million, with the places that it needs, at most four: `$0.15`, `$2.50`, `$0.0699`, `$12`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(price) = self.per_million() else { return f.write_str("varies") };
        let rounded = price.round_dp(4).normalize();
        match rounded.scale() {
            0 | 2.. => write!(f, "${rounded}"),
            _ => write!(f, "${rounded:.2}"),
        }
    }
}

/// What a model costs, under the names that its provider uses: `prompt`, `completion`, `request`, …
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// Under ordinary conditions.
    #[serde(default)]
    pub base: BTreeMap<String, Price>,
    /// Under special ones. Of those that apply, the later ones win, price by price.
    #[serde(default)]
    pub overrides: Vec<PriceOverride>,
    /// The part of every price that is taken off, from 0 to 1.
    #[serde(default)]
    pub discount: Option<Price>,
}

/// Prices that hold under conditions, all of which must be met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceOverride {
    /// The whole prompt has more tokens than this.
    #[serde(default)]
    pub min_prompt_tokens: Option<i64>,
    /// It is this time of day or later, UTC, as `HHMM`.
    #[serde(default)]
    pub utc_start: Option<i64>,
    /// It is earlier than this time of day, UTC, as `HHMM`.
    #[serde(default)]
    pub utc_end: Option<i64>,
    /// There is a condition that nobody here knows, so it can't be said when these prices hold.
    #[serde(default)]
    pub unknown_condition: bool,
    /// The prices that change.
    #[serde(default)]
    pub prices: BTreeMap<String, Price>,
}

impl Pricing {
    /// What a token of the prompt costs.
    #[must_use]
    pub fn prompt(&self) -> Option<Price> {
        self.base.get("prompt").copied()
    }

    /// What a token of the answer costs.
    #[must_use]
    pub fn completion(&self) -> Option<Price> {
        self.base.get("completion").copied()
    }

    /// Nobody can say what a token costs before it is answered.
    #[must_use]
    pub fn varies(&self) -> bool {
        self.prompt() == Some(Price::Varies) || self.completion() == Some(Price::Varies)
    }
}
