//! `GET /models` as `OpenRouter` writes it, and whoever speaks like it.
//!
//! Read leniently: an entry without a usable id is left out, and an odd field is as good as none.
//! Everything is bounded, since it is kept and shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Model, Price, PriceOverride, Pricing, ReasoningFacts};
use crate::model::ModelId;

/// The most models that are kept.
pub const MAX_MODELS: usize = 5_000;
const MAX_NAME_CHARS: usize = 100;
const MAX_WORDS: usize = 64;
const MAX_OVERRIDES: usize = 16;

/// What was answered is no list of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list of models")]
pub struct Unreadable;

/// Reads a provider's list.
pub fn read(body: &[u8]) -> Result<Vec<Model>, Unreadable> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unreadable)?;
    let listed = body.get("data").and_then(Value::as_array).ok_or(Unreadable)?;
    Ok(listed.iter().filter_map(model).take(MAX_MODELS).collect())
}

fn model(entry: &Value) -> Option<Model> {
    let id = ModelId::parse(entry.get("id")?.as_str()?).ok()?;
    let top = entry.get("top_provider");
    let architecture = entry.get("architecture");
    Some(Model {
        name: name(entry).unwrap_or_else(|| id.as_str().to_owned()),
        context_length: count(entry.get("context_length"))
            .or_else(|| count(top.and_then(|top| top.get("context_length")))),
        max_output: count(top.and_then(|top| top.get("max_completion_tokens"))),
        input_modalities: words(architecture.and_then(|known| known.get("input_modalities"))),
        output_modalities: words(architecture.and_then(|known| known.get("output_modalities"))),
        supported_parameters: words(entry.get("supported_parameters")),
        pricing: entry.get("pricing").and_then(Value::as_object).map(pricing).unwrap_or_default(),
        reasoning: entry.get("reasoning").and_then(Value::as_object).map(reasoning),
        expires: entry.get("expiration_date").and_then(Value::as_str).and_then(date),
        alias_of: entry
            .pointer("/alias_target/slug")
            .and_then(Value::as_str)
            .and_then(|slug| ModelId::parse(slug).ok()),
        id,
    })
}

fn name(entry: &Value) -> Option<String> {
    let said = entry.get("name")?.as_str()?;
    let visible: String = said.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    let visible = visible.trim();
    (!visible.is_empty()).then(|| visible.to_owned())
}

/// A number of tokens. Zero and less say nothing.
fn count(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).filter(|count| *count > 0)
}

fn date(text: &str) -> Option<NaiveDate> {
    text.get(..10).unwrap_or(text).parse().ok()
}

/// A list of plain words; others are left out.
fn words(value: Option<&Value>) -> Vec<String> {
    let listed = value.and_then(Value::as_array).into_iter().flatten();
    let plain = listed.filter_map(Value::as_str).filter(|word| is_plain(word));
    plain.take(MAX_WORDS).map(str::to_owned).collect()
}

fn is_plain(word: &str) -> bool {
    (1..=64).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn reasoning(said: &Map<String, Value>) -> ReasoningFacts {
    let switch = |name| said.get(name).and_then(Value::as_bool).unwrap_or_default();
    ReasoningFacts {
        mandatory: switch("mandatory"),
        efforts: said
            .get("supported_efforts")
            .filter(|efforts| efforts.is_array())
            .map(|efforts| words(Some(efforts)))
            .filter(|efforts| !efforts.is_empty()),
        takes_budget: switch("supports_max_tokens"),
    }
}

fn pricing(said: &Map<String, Value>) -> Pricing {
    let overrides = said.get("overrides").and_then(Value::as_array).into_iter().flatten();
    let overrides = overrides.filter_map(Value::as_object).take(MAX_OVERRIDES);
    Pricing {
        base: prices(said),
        overrides: overrides.map(price_override).collect(),
        discount: said.get("discount").and_then(discount),
    }
}

/// A part of one, which providers write as a number.
fn discount(value: &Value) -> Option<Price> {
    match Price::parse(&value.as_number()?.to_string()).ok()? {
        Price::Fixed(part) if part <= Decimal::ONE => Some(Price::Fixed(part)),
        _ => None,
    }
}

fn price_override(said: &Map<String, Value>) -> PriceOverride {
    const KNOWN: [&str; 3] = ["min_prompt_tokens", "utc_start", "utc_end"];
    // prices are texts; whatever else there is decides when they hold
    let is_condition =
        |name: &String, value: &Value| !value.is_string() && !KNOWN.contains(&&**name);
    PriceOverride {
        min_prompt_tokens: said.get("min_prompt_tokens").and_then(whole),
        utc_start: said.get("utc_start").and_then(whole),
        utc_end: said.get("utc_end").and_then(whole),
        unknown_condition: said.iter().any(|(name, value)| {
            is_condition(name, value)
                || (KNOWN.contains(&name.as_str()) && whole(value).is_none() && !value.is_null())
        }),
        prices: prices(said),
    }
}

/// A whole number, which may be written with a point.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let text = value.as_f64().filter(|float| float.fract() == 0.0)?;
        format!("{text:.0}").parse().ok()
    })
}

/// The fields that are prices: texts of a number.
fn prices(said: &Map<String, Value>) -> BTreeMap<String, Price> {
    let texts = said.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
    texts
        .filter(|(name, _)| is_plain(name))
        .filter_map(|(name, text)| Some((name.clone(), Price::parse(text).ok()?)))
        .take(MAX_WORDS)
        .collect()
}
