//! `/personality config` and what the catalogue of models knows.

use serde_json::{Value, json};
use shared::{catalogue, model::Provider, personality::ModelSettings};

use super::{super::stage::Stage, create, stage, told};

/// Says which models there are. What was asked before is remembered for a moment, so this comes first.
async fn list(stage: &Stage, models: &[Value]) {
    let listed = json!({ "data": models }).to_string();
    let models = catalogue::read(listed.as_bytes()).unwrap();
    stage.db.store().replace_catalogue(Provider::OpenRouter, &models).await.unwrap();
}

fn model(id: &str, inputs: &[&str], context: u64) -> Value {
    json!({
        "id": id, "context_length": context, "supported_parameters": ["max_tokens", "temperature"],
        "architecture": {"input_modalities": inputs, "output_modalities": ["text"]},
        "top_provider": {"max_completion_tokens": 4_000},
        "pricing": {"prompt": "0.0000002", "completion": "0.0000004"},
    })
}

fn models() -> [Value; 3] {
    [
        model("test/thinker", &["text"], 128_000),
        model("test/such-thinker", &["text"], 32_000),
        model("test/seer", &["text", "image"], 1_000_000),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_suggested_with_their_price_and_context() {
    let stage = stage().await;
    list(&stage, &models()).await;
    let alice = stage.discord.user("alice");
    create(&alice, "Ada", false).await;
    let suggested = async |option: &str, partial: &str| {
        alice.autocomplete("general", "personality config", option, partial).await.unwrap()
    };
    let found = suggested("model", "thinker").await;
    let thinker = json!({
        "name": "test/thinker · $0.20 in, $0.40 out per M · 128K", "value": "test/thinker",
    });
    assert!(found.contains(&thinker) && found.len() == 2, "{found:?}");
    let found = suggested("model", "such").await;
    assert_eq!(found[0]["name"], "test/such-thinker · $0.20 in, $0.40 out per M · 32K");
    // only those that look at pictures
    let found = suggested("vision_model", "test").await;
    let seer = json!({
        "name": "test/seer · $0.20 in, $0.40 out per M · 1M", "value": "test/seer",
    });
    assert_eq!(found, [seer]);

    let chosen =
        json!({"personality": "ada", "model": thinker["value"], "vision_model": "test/seer"});
    let set = told(&alice, "config", chosen).await;
    assert!(set.contains("model: `test/thinker`") && !set.contains('⚠'), "{set}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_gone_or_has_changed_is_said_with_the_nearest() {
    let stage = stage().await;
    list(&stage, &models()).await;
    let alice = stage.discord.user("alice");
    for name in ["Ada", "Bea"] {
        create(&alice, name, false).await;
    }
    let configured = async |name: &str, settings: ModelSettings| {
        let names = stage.db.store().names_visible_to(stage.account("alice")).await.unwrap();
        let found = names.iter().find(|it| it.display_name == name).unwrap();
        stage.db.set_model(found.personality_id, settings).await;
        told(&alice, "config", json!({ "personality": name })).await
    };
    // set when there was such a model, and when its answers could be longer
    let gone = ModelSettings {
        model: Some("test/old-thinker".into()),
        vision_model: Some("test/sear".into()),
        ..ModelSettings::default()
    };
    let shown = configured("Ada", gone).await;
    for said in ["⚠️ there is no model `test/old-thinker`, or not any more", "`test/such-thinker`"]
    {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(shown.contains("no model `test/sear`") && shown.contains("`test/seer`"), "{shown}");
    let changed = ModelSettings {
        model: Some("test/thinker".into()),
        vision_model: Some("test/such-thinker".into()),
        max_tokens: Some(9_000),
        top_p: Some(0.5),
        ..ModelSettings::default()
    };
    let shown = configured("Bea", changed).await;
    for said in [
        "⚠️ max_tokens is 9000, but an answer of this model has at most 4000 tokens",
        "⚠️ `top_p` is set, but this model ignores it",
        "`test/such-thinker`",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // it is saved all the same: the catalogue may be behind
    let set = json!({ "personality": "bea", "model": "test/thinkre", "max_tokens": 100 });
    let set = told(&alice, "config", set).await;
    assert!(set.starts_with("Saved.") && set.contains("model: `test/thinkre`"), "{set}");
    assert!(set.contains("no model `test/thinkre`") && set.contains("`test/thinker`"), "{set}");
    stage.stop().await;
}
