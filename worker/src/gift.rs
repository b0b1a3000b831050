//! What the operator gives to a guest of somebody else's personality: pure.
//!
//! Whoever may make personalities could otherwise choose, for everybody without a key, what the
//! operator pays. The model is chosen where the request is made; this is the rest that costs.

use serde_json::Value;
use shared::{params::AdvancedParameters, personality::ModelSettings};

/// The settings, without what makes an answer dearer than the operator's own settings do: another model
/// for pictures, models to fall back to, choice among a model's servers, an answer of more than `most`
/// tokens.
pub(crate) fn modest(settings: &ModelSettings, most: u32) -> ModelSettings {
    let most = i64::from(most);
    ModelSettings {
        model: None,
        vision_model: None,
        max_tokens: settings.max_tokens.map(|tokens| tokens.min(most)),
        advanced: without_choice(&settings.advanced),
        ..settings.clone()
    }
}

/// What protects the conversation stays.
fn without_choice(advanced: &AdvancedParameters) -> AdvancedParameters {
    const STAYS: [&str; 3] = ["data_collection", "zdr", "enforce_distillable_text"];
    let mut fields = advanced.as_json().clone();
    fields.remove("models");
    if let Some(routing) = fields.get_mut("provider").and_then(Value::as_object_mut) {
        routing.retain(|name, _| STAYS.contains(&name.as_str()));
        if routing.is_empty() {
            fields.remove("provider");
        }
    }
    // less of what was taken is taken too
    AdvancedParameters::from_json(&Value::Object(fields)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_guest_gets_what_the_operator_set_and_no_more() {
        let advanced = json!({
            "top_k": 40, "models": ["a/dear"], "reasoning": {"effort": "high"},
            "provider": {"sort": "throughput", "only": ["dear"], "zdr": true},
        });
        let dear = ModelSettings {
            model: Some("a/dear".into()),
            vision_model: Some("a/dearer".into()),
            max_tokens: Some(100_000),
            temperature: Some(0.5),
            advanced: AdvancedParameters::from_json(&advanced).unwrap(),
            ..ModelSettings::default()
        };
        let modest_one = modest(&dear, 1_024);
        assert_eq!((&modest_one.model, &modest_one.vision_model), (&None, &None));
        assert_eq!((modest_one.max_tokens, modest_one.temperature), (Some(1_024), Some(0.5)));
        assert_eq!(
            Value::Object(modest_one.advanced.as_json().clone()),
            json!({"top_k": 40, "reasoning": {"effort": "high"}, "provider": {"zdr": true}})
        );
        let short = ModelSettings { max_tokens: Some(9), ..dear };
        assert_eq!(modest(&short, 1_024).max_tokens, Some(9));
        let none = modest(&ModelSettings::default(), 1_024);
        assert_eq!(none, ModelSettings::default());
    }
}
