//! Personalities as files: what goes in comes out, whatever else is in them.

mod cards;
mod hostile;
mod older;
mod own;
mod pngs;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::{
    params::AdvancedParameters,
    personality::{Avatar, Definition, ModelSettings, PersonalityName, Picture},
};

fn named(name: &str) -> PersonalityName {
    PersonalityName::parse(name).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("not an object: {other}"),
    }
}

/// Everything that a personality can have.
fn full() -> Definition {
    Definition {
        aliases: vec![named("Vi"), named("Frau Vogel")],
        avatar: Some(Avatar::Kept(Picture::from_bytes(pngs::picture()).unwrap())),
        error_message: Some("*The curtain is stuck.*".into()),
        birthday: Some("1852-11-27".parse().unwrap()),
        is_public: true,
        settings: ModelSettings {
            model: Some("author/model:free".into()),
            vision_model: Some("author/eyes".into()),
            temperature: Some(0.7),
            top_p: Some(0.95),
            max_tokens: Some(777),
            memory_score_threshold: Some(0.3),
            memory_limit: Some(7),
            max_conversation_history: Some(0),
            max_referenced_messages: Some(3),
            max_mentions_per_message: Some(4),
            max_channels_per_message: Some(2),
            max_roles_per_message: Some(1),
            ltm_search_history_turns: Some(0),
            advanced: AdvancedParameters::from_json(&json!({
                "top_k": 40, "reasoning": { "effort": "low" }, "stop": ["END"],
            }))
            .unwrap(),
            ..ModelSettings::default()
        },
        custom_fields: object(json!({ "wackMessage": "wack", "deep": { "list": [1, 2.5, null] } })),
        ..Definition::new(named("Viola"), "You are {{char}}.\n\n## Mood\nSunny.")
    }
}

/// Any JSON that a card might hold.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e6..1.0e6_f64).prop_map(|n| Value::from((n * 64.0).round() / 64.0)),
        "[^\\x00]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
