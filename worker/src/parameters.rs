//! What a personality asks of its model, fitted to what the model can: pure.
//!
//! The owner hears of a setting that doesn't fit when it is made. At the call an answer must not fail
//! over it: it is lowered, or left out.

use serde_json::{Map, Value};
use shared::{
    catalogue::{Catalogue, Model},
    model::Provider,
    params::{AdvancedParameters, MIN_BUDGET, Reasoning},
};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// Who runs the model.
    pub(crate) provider: Provider,
    /// The model that answers.
    pub(crate) model: &'a str,
    /// The model that the personality's settings were made for.
    pub(crate) made_for: Option<&'a str>,
    /// The longest answer, in tokens.
    pub(crate) max_tokens: u32,
    /// How much the model has to read, in bytes of text.
    pub(crate) prompt_bytes: usize,
    /// The rest.
    pub(crate) advanced: &'a AdvancedParameters,
}

/// What is sent.
#[derive(Debug, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) max_tokens: u32,
    pub(crate) advanced: Map<String, Value>,
}

/// Fits what is asked to what the catalogue says of the model. Of a model that it does not know,
/// everything is sent as it was set.
pub(crate) fn fit(asked: &Asked<'_>, catalogue: &Catalogue) -> Fitted {
    let model = catalogue.find_at(asked.provider, asked.model);
    let ceiling = model.and_then(|model| room(model, asked.prompt_bytes));
    let max_tokens = asked.max_tokens.min(ceiling.unwrap_or(u32::MAX));
    let mut advanced = asked.advanced.as_json().clone();
    if !asked.made_for.is_some_and(|made_for| made_for.eq_ignore_ascii_case(asked.model)) {
        leave_out_what_goes_with_another_model(&mut advanced);
    }
    fit_reasoning(&mut advanced, asked.advanced.reasoning(), model, max_tokens);
    Fitted { max_tokens, advanced }
}

/// The longest answer that a model can give to so long a prompt, in tokens. Providers refuse a call
/// whose prompt and longest answer together don't fit.
fn room(model: &Model, prompt_bytes: usize) -> Option<u32> {
    /// A token of most languages has more bytes than this.
    const BYTES_A_TOKEN: usize = 3;
    /// What is left for an answer when the prompt alone is too long: that is for the provider to say.
    const LEAST: i64 = 256;
    let prompt = i64::try_from(prompt_bytes / BYTES_A_TOKEN).unwrap_or(i64::MAX);
    let left = model.context_length.map(|context| context.saturating_sub(prompt).max(LEAST));
    let most = match (model.max_output, left) {
        (Some(most), Some(left)) => most.min(left),
        (most, left) => most.or(left)?,
    };
    u32::try_from(most).ok()
}

/// Whoever pays chose this model. It is not exchanged for the fallbacks of another, which may cost
/// more, nor looked for where only the other one is served. What protects the conversation stays.
fn leave_out_what_goes_with_another_model(advanced: &mut Map<String, Value>) {
    const STAYS: [&str; 5] =
        ["data_collection", "zdr", "enforce_distillable_text", "ignore", "sort"];
    advanced.remove("models");
    if let Some(routing) = advanced.get_mut("provider").and_then(Value::as_object_mut) {
        routing.retain(|name, _| STAYS.contains(&name.as_str()));
        if routing.is_empty() {
            advanced.remove("provider");
        }
    }
}

fn fit_reasoning(
    advanced: &mut Map<String, Value>,
    asked: Reasoning,
    model: Option<&Model>,
    max_tokens: u32,
) {
    let reasons = model.is_none_or(Model::reasons);
    let mandatory = model
        .and_then(|model| model.reasoning.as_ref())
        .is_some_and(|reasoning| reasoning.mandatory);
    // one that always reasons refuses a call that forbids it
    if !reasons || (mandatory && asked == Reasoning::Off) {
        advanced.remove("reasoning");
        return;
    }
    let Reasoning::Budget(budget) = asked else { return };
    if budget < i64::from(max_tokens) {
        return;
    }
    // half for the thoughts, half for the answer; too little for that is too little to think
    let half = i64::from(max_tokens / 2);
    let Some(reasoning) = advanced.get_mut("reasoning").and_then(Value::as_object_mut) else {
        return;
    };
    if half >= MIN_BUDGET {
        reasoning.insert("max_tokens".to_owned(), half.into());
    } else {
        reasoning.remove("max_tokens");
        reasoning.insert("effort".to_owned(), "low".into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::catalogue;

    use super::*;

    fn known() -> Catalogue {
        let entry = |id: &str, most: i64, more: Value| {
            let mut entry = json!({
                "id": id,
                "top_provider": {"max_completion_tokens": most},
                "supported_parameters": ["max_tokens"],
            });
            for (key, value) in more.as_object().unwrap() {
                entry[key] = value.clone();
            }
            entry
        };
        let listed = json!({"data": [
            entry("a/plain", 4_096, json!({})),
            entry("a/narrow", 8_192, json!({"context_length": 8_192})),
            entry("a/tiny", 512, json!({"context_length": 1_024})),
            entry("a/thinker", 16_384, json!({"reasoning": {"mandatory": false}})),
            entry("a/brooder", 1_500, json!({"reasoning": {"mandatory": true}})),
        ]});
        Catalogue::new(catalogue::read(listed.to_string().as_bytes()).unwrap())
    }

    #[expect(clippy::needless_pass_by_value, reason = "a table of cases reads better")]
    fn fitted(
        model: &str,
        made_for: Option<&str>,
        max_tokens: u32,
        advanced: Value,
    ) -> (u32, Value) {
        let advanced = AdvancedParameters::from_json(&advanced).unwrap();
        let provider = Provider::OpenRouter;
        let prompt_bytes = 3_000;
        let asked =
            Asked { provider, model, made_for, max_tokens, prompt_bytes, advanced: &advanced };
        let Fitted { max_tokens, advanced } = fit(&asked, &known());
        (max_tokens, advanced.into())
    }

    #[test]
    fn what_fits_is_sent_as_it_was_set() {
        let set = json!({
            "top_k": 40, "reasoning": {"max_tokens": 2000}, "models": ["a/plain"],
            "provider": {"only": ["x"], "zdr": true},
        });
        let same = fitted("a/thinker", Some("A/Thinker"), 4000, set.clone());
        assert_eq!(same, (4000, set.clone()));
        assert_eq!(
            fitted("un/known", Some("un/known"), 900_000, json!({"reasoning": {"enabled": false}})),
            (900_000, json!({"reasoning": {"enabled": false}}))
        );
    }

    #[test]
    fn a_limit_above_the_models_is_lowered() {
        assert_eq!(fitted("a/plain", None, 9_000, json!({})), (4_096, json!({})));
        // what the prompt takes is not there for the answer
        assert_eq!(fitted("a/narrow", None, 9_000, json!({})).0, 7_192);
        assert_eq!(fitted("a/tiny", None, 9_000, json!({})).0, 256);
        let (max_tokens, advanced) = fitted(
            "a/thinker",
            None,
            90_000,
            json!({"reasoning": {"max_tokens": 80_000, "exclude": true}}),
        );
        assert_eq!(
            (max_tokens, &advanced["reasoning"]),
            (16_384, &json!({"max_tokens": 8_192, "exclude": true}))
        );
        let (_, advanced) =
            fitted("a/brooder", None, 90_000, json!({"reasoning": {"max_tokens": 2_000}}));
        assert_eq!(advanced, json!({"reasoning": {"effort": "low"}}), "too little for a budget");
        let (_, advanced) =
            fitted("a/thinker", None, 2_000, json!({"reasoning": {"max_tokens": 1_999}}));
        assert_eq!(advanced, json!({"reasoning": {"max_tokens": 1_999}}));
    }

    #[test]
    fn reasoning_is_asked_only_of_a_model_that_reasons() {
        assert_eq!(
            fitted("a/plain", None, 100, json!({"reasoning": {"effort": "high"}})).1,
            json!({})
        );
        assert_eq!(
            fitted("a/brooder", None, 100, json!({"reasoning": {"effort": "none"}})).1,
            json!({})
        );
        let off = json!({"reasoning": {"effort": "none"}});
        assert_eq!(fitted("a/thinker", None, 100, off.clone()).1, off);
    }

    #[test]
    fn what_goes_with_the_personalitys_model_stays_with_it() {
        let set = json!({
            "top_k": 40, "models": ["a/plain"],
            "provider": {"only": ["x"], "max_price": {"prompt": 1}, "data_collection": "deny"},
        });
        let own = json!({"top_k": 40, "provider": {"data_collection": "deny"}});
        assert_eq!(fitted("a/thinker", Some("a/other"), 100, set.clone()).1, own);
        assert_eq!(fitted("a/thinker", None, 100, set).1, own);
        let routed = json!({"provider": {"order": ["x"]}});
        assert_eq!(fitted("a/thinker", None, 100, routed).1, json!({}));
    }
}
