//! What a call costs by the catalogue's prices: afterwards, where the provider does not say; and at
//! most, before it is made.

use chrono::{DateTime, Timelike, Utc};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use super::{Price, PriceOverride, Pricing};
use crate::{model::TokenCounts, money::NanoUsd};

/// The tokens of one call, as far as prices tell them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsedTokens {
    /// The whole prompt.
    pub input: i64,
    /// The part of it that came from the provider's cache.
    pub cached: i64,
    /// The part of it that was written to the cache.
    pub cache_write: i64,
    /// The whole answer, reasoning included.
    pub output: i64,
}

impl UsedTokens {
    /// What the provider counted. `None` when it did not count both prompt and answer.
    #[must_use]
    pub fn of(counts: &TokenCounts) -> Option<Self> {
        let (input, output) = (counts.input?, counts.output?);
        Some(Self {
            input,
            output,
            cached: counts.cached.unwrap_or_default(),
            cache_write: counts.cache_write.unwrap_or_default(),
        })
    }
}

impl Pricing {
    /// What a call that used this many tokens at this time costs. `None` when a price is missing or
    /// varies, or holds under a condition that nobody here knows.
    #[must_use]
    pub fn estimate(&self, used: UsedTokens, at: DateTime<Utc>) -> Option<NanoUsd> {
        if self.overrides.iter().any(|special| special.unknown_condition) {
            return None;
        }
        let holding = |special: &&PriceOverride| special.holds(used.input, at);
        let price = |name: &str| {
            let special = self.overrides.iter().filter(holding);
            special.rev().find_map(|special| special.prices.get(name)).or(self.base.get(name))
        };
        let price = |name| fixed(price(name)).ok();
        let prompt = price("prompt")??;
        let completion = price("completion")??;
        let read = price("input_cache_read")?.unwrap_or(prompt);
        let write = price("input_cache_write")?.unwrap_or(prompt);
        let request = price("request")?.unwrap_or_default();
        let plain = used.input.checked_sub(used.cached)?.checked_sub(used.cache_write)?.max(0);
        let parts = [
            (plain, prompt),
            (used.cached, read),
            (used.cache_write, write),
            (used.output, completion),
            (1, request),
        ];
        self.sum(parts)
    }

    /// What a call of at most this many tokens costs at most, whatever the time and the cache.
    /// `None` when a price is missing or varies.
    #[must_use]
    pub fn worst(&self, input: i64, output: i64) -> Option<NanoUsd> {
        const INPUT: [&str; 4] =
            ["prompt", "input_cache_read", "input_cache_write", "input_cache_write_1h"];
        const OUTPUT: [&str; 2] = ["completion", "internal_reasoning"];
        self.base.get("prompt")?;
        self.base.get("completion")?;
        let (input_price, output_price) =
            (self.dearest(&INPUT).ok()??, self.dearest(&OUTPUT).ok()??);
        let request = self.dearest(&["request"]).ok()?.unwrap_or_default();
        self.sum([(input, input_price), (output, output_price), (1, request)])
    }

    /// The highest of these prices under any condition; `None` where none of them is there.
    fn dearest(&self, names: &[&str]) -> Result<Option<Decimal>, Varies> {
        let special = self.overrides.iter().map(|special| &special.prices);
        let mut dearest = None;
        for prices in std::iter::once(&self.base).chain(special) {
            for name in names {
                dearest = dearest.max(fixed(prices.get(*name))?);
            }
        }
        Ok(dearest)
    }

    fn sum<const N: usize>(&self, parts: [(i64, Decimal); N]) -> Option<NanoUsd> {
        let mut dollars = Decimal::ZERO;
        for (count, price) in parts {
            dollars = dollars.checked_add(price.checked_mul(count.into())?)?;
        }
        let discount = match self.discount {
            Some(Price::Fixed(part)) => part,
            _ => Decimal::ZERO,
        };
        let charged = Decimal::ONE - discount;
        let nanos = dollars.checked_mul(charged)?.checked_mul(Decimal::from(1_000_000_000))?;
        // up: a fraction of a billionth is never lost from a budget
        let nanos = nanos.round_dp_with_strategy(0, RoundingStrategy::AwayFromZero);
        nanos.to_i64().map(NanoUsd::from_nanos)
    }
}

impl PriceOverride {
    /// Whether all its conditions are met by a prompt of this length at this time.
    fn holds(&self, prompt_tokens: i64, at: DateTime<Utc>) -> bool {
        let long_enough = self.min_prompt_tokens.is_none_or(|least| prompt_tokens > least);
        let now = i64::from(at.hour()) * 100 + i64::from(at.minute());
        let in_time = match (self.utc_start, self.utc_end) {
            (Some(start), Some(end)) if start > end => now >= start || now < end,
            (start, end) => {
                start.is_none_or(|start| now >= start) && end.is_none_or(|end| now < end)
            }
        };
        !self.unknown_condition && long_enough && in_time
    }
}

/// There is a price, and it depends on what answers.
struct Varies;

/// `None`: there is no such price.
fn fixed(price: Option<&Price>) -> Result<Option<Decimal>, Varies> {
    match price {
        None => Ok(None),
        Some(Price::Fixed(price)) => Ok(Some(*price)),
        Some(Price::Varies) => Err(Varies),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pricing(said: &Value) -> Pricing {
        let entry = json!({"id": "a/b", "name": "B", "pricing": said});
        let listed = json!({"data": [entry]}).to_string();
        super::super::read(listed.as_bytes()).unwrap().remove(0).pricing
    }

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-11-21T{time}:00Z").parse().unwrap()
    }

    fn nanos(amount: Option<NanoUsd>) -> Option<i64> {
        amount.map(NanoUsd::nanos)
    }

    #[test]
    fn cached_and_written_parts_have_their_own_prices() {
        let used = UsedTokens { input: 1_000, cached: 600, cache_write: 100, output: 50 };
        let full = pricing(&json!({
            "prompt": "0.000003", "completion": "0.000015", "request": "0.001",
            "input_cache_read": "0.0000003", "input_cache_write": "0.00000375",
        }));
        // 300 * 3000 + 600 * 300 + 100 * 3750 + 50 * 15000 + 1000000
        assert_eq!(nanos(full.estimate(used, at("12:00"))), Some(3_205_000));
        let plain = pricing(&json!({"prompt": "0.000003", "completion": "0.000015"}));
        assert_eq!(nanos(plain.estimate(used, at("12:00"))), Some(3_750_000));
    }

    #[test]
    fn special_prices_hold_under_their_conditions_and_the_last_wins() {
        let priced = pricing(&json!({
            "prompt": "0.000001", "completion": "0.000002",
            "overrides": [
                {"min_prompt_tokens": 200_000, "prompt": "0.000004"},
                {"utc_start": 2200, "utc_end": 400, "completion": "0.000001"},
                {"utc_start": 300, "utc_end": 400, "completion": "0.000003"},
            ],
        }));
        let of = |input, time| {
            let used = UsedTokens { input, output: 1_000, ..UsedTokens::default() };
            nanos(priced.estimate(used, at(time)))
        };
        assert_eq!(of(1_000, "12:00"), Some(1_000_000 + 2_000_000));
        assert_eq!(of(1_000, "22:00"), Some(1_000_000 + 1_000_000));
        assert_eq!(of(1_000, "03:30"), Some(1_000_000 + 3_000_000));
        assert_eq!(of(1_000, "04:00"), Some(1_000_000 + 2_000_000));
        assert_eq!(of(200_000, "12:00"), Some(200_000_000 + 2_000_000), "strictly more");
        assert_eq!(of(200_001, "12:00"), Some(200_001 * 4_000 + 2_000_000));
        assert_eq!(nanos(priced.worst(1_000, 1_000)), Some(4_000_000 + 3_000_000));
    }

    #[test]
    fn what_varies_or_is_missing_is_unknown() {
        let used = UsedTokens { input: 1, output: 1, ..UsedTokens::default() };
        for unknown in [
            json!({"prompt": "-1", "completion": "-1"}),
            json!({"prompt": "0.1"}),
            json!({"prompt": "0.1", "completion": "0.1", "input_cache_read": "-1"}),
        ] {
            assert_eq!(pricing(&unknown).estimate(used, at("12:00")), None, "{unknown}");
            assert_eq!(pricing(&unknown).worst(1, 1), None, "{unknown}");
        }
        let odd =
            json!({"prompt": "1", "completion": "1", "overrides": [{"weekday": 5, "prompt": "2"}]});
        assert_eq!(pricing(&odd).estimate(used, at("12:00")), None);
        assert_eq!(nanos(pricing(&odd).worst(1, 0)), Some(2_000_000_000));
    }

    #[test]
    fn a_discount_is_taken_off_and_fractions_round_up() {
        let half = pricing(&json!({"prompt": "0.000003", "completion": "0", "discount": 0.5}));
        let used = UsedTokens { input: 3, ..UsedTokens::default() };
        assert_eq!(nanos(half.estimate(used, at("12:00"))), Some(4_500));
        let tiny = pricing(&json!({"prompt": "0.0000000001", "completion": "0"}));
        assert_eq!(nanos(tiny.estimate(used, at("12:00"))), Some(1));
    }

    #[test]
    fn the_worst_case_is_never_below_what_is_charged() {
        let priced = pricing(&json!({
            "prompt": "0.000001", "completion": "0.000002", "input_cache_write": "0.00000125",
            "overrides": [{"min_prompt_tokens": 500, "completion": "0.000004"}],
        }));
        for input in [0, 100, 501, 10_000] {
            for cache_write in [0, input / 2, input] {
                let used = UsedTokens { input, cache_write, output: 700, cached: 0 };
                assert!(priced.estimate(used, at("12:00")) <= priced.worst(input, 700));
            }
        }
    }
}
