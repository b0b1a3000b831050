//! Which model answers, with which parameters, and what it never says.

use playground::provider::Script;
use serde_json::json;
use shared::{
    catalogue,
    ids::PersonalityId,
    model::Provider,
    params::AdvancedParameters,
    personality::ModelSettings,
    testing::{TestDb, VIOLA},
};

use crate::{
    play::answer,
    process::PATIENCE,
    scenario::{ALICES, BOBS},
    stage::Stage,
};

shared::each_engine!(
    parameters_arrive_as_they_are_set_and_fit_the_model,
    what_a_model_thinks_is_nowhere,
    a_persons_own_model_answers_on_their_own_key,
    a_model_that_is_gone_names_the_nearest,
);

fn viola() -> PersonalityId {
    VIOLA.parse().expect("an id")
}

/// Waits for the worker's own first look, then says which models there are.
async fn stage_with_models(db: TestDb) -> Stage {
    let stage = Stage::open(db).await;
    let store = stage.store().await;
    let waiting = async {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(50));
        while store.catalogue().await.expect("a look").is_empty() {
            ticks.tick().await;
        }
    };
    let came = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(came.is_ok(), "no worker read the list of models\n{}", stage.said());
    let entry = |id: &str, parameters: &[&str]| {
        json!({
            "id": id, "context_length": 128_000, "supported_parameters": parameters,
            "top_provider": {"max_completion_tokens": 4_000},
            "pricing": {"prompt": "0.0000002", "completion": "0.0000004"},
        })
    };
    let thinker = ["max_tokens", "temperature", "top_k", "reasoning"];
    let listed = json!({"data": [
        entry("test/thinker", &thinker), entry("test/such-thinker", &thinker), entry("test/plain", &["max_tokens"]),
    ]});
    let models = catalogue::read(listed.to_string().as_bytes()).expect("models");
    let replaced = store.replace_catalogue(Provider::OpenRouter, &models).await;
    replaced.expect("a catalogue");
    stage
}

async fn set(stage: &Stage, model: &str, advanced: serde_json::Value) {
    let settings = ModelSettings {
        model: Some(model.into()),
        temperature: Some(0.5),
        top_p: Some(0.9),
        max_tokens: Some(9_000),
        advanced: AdvancedParameters::from_json(&advanced).expect("parameters"),
        ..ModelSettings::default()
    };
    stage.db.set_model(viola(), settings).await;
}

async fn parameters_arrive_as_they_are_set_and_fit_the_model(db: TestDb) {
    let stage = stage_with_models(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let advanced = json!({
        "top_k": 40, "min_p": 0.1, "stop": ["END"], "logit_bias": {"50256": -100}, "seed": 7,
        "reasoning": {"effort": "low"}, "models": ["test/plain"],
        "provider": {"data_collection": "deny", "only": ["somebody"]},
        "response_format": {"type": "json_object"}, "verbosity": "low",
        "plugins": [{"id": "context-compression"}],
    });
    set(&stage, "test/thinker", advanced.clone()).await;
    answer(&stage, &alice, "general", "@Viola apples").await;
    let calls = stage.provider.ledger().calls();
    let body = &calls[0].body;
    for (name, value) in advanced.as_object().expect("an object") {
        assert_eq!(&body[name], value, "{name}");
    }
    assert_eq!((body["temperature"].as_f64(), body["top_p"].as_f64()), (Some(0.5), Some(0.9)));
    // lowered to what the model can, instead of failing
    assert_eq!(body["max_tokens"], 4_000);

    // this one does not reason
    set(&stage, "test/plain", json!({"top_k": 5, "reasoning": {"effort": "high"}})).await;
    answer(&stage, &alice, "general", "@Viola pears").await;
    let body = &stage.provider.ledger().calls()[1].body;
    assert_eq!((&body["top_k"], body.get("reasoning")), (&json!(5), None));
    stage.close().await;
}

async fn what_a_model_thinks_is_nowhere(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let text = "<Thinking>SECRETPLAN <think>more SECRETPLAN</think></thinking>\n\nPlums, then. \
                Write `<think>` so.";
    stage.provider.script_next(Script::text(text));
    alice.say("general", "@Viola plums").expect("said");
    let reply = stage.reply(&alice, "general", |said| said.content.contains("Plums")).await;
    assert_eq!(reply.content, "Plums, then. Write `<think>` so.");
    // nor is the model reminded of it
    answer(&stage, &alice, "general", "@Viola pears").await;
    let calls = stage.provider.ledger().calls();
    let again = calls[1].body.to_string();
    assert!(again.contains("Plums, then.") && !again.contains("SECRETPLAN"), "{again}");
    stage.close().await;
}

async fn a_persons_own_model_answers_on_their_own_key(db: TestDb) {
    let stage = stage_with_models(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    set(&stage, "test/plain", json!({"models": ["test/such-thinker"], "top_k": 5})).await;

    let found =
        alice.autocomplete("general", "model set", "model", "thinker").await.expect("a list");
    assert_eq!(found[0]["name"], "test/thinker · $0.20 in, $0.40 out per M · 128K");
    let chosen = json!({"model": found[0]["value"], "personality": "viola"});
    let set = alice.slash("general", "model set", chosen).expect("the command");
    let told = stage.private_answer(&set).await.content;
    assert!(told.contains("**Viola**") && told.contains("`test/thinker` ($0.20 in"), "{told}");
    let show = alice.slash("general", "model show", json!({"personality": "Viola"}));
    let told = stage.private_answer(&show.expect("the command")).await.content;
    assert!(told.contains("you chose it for this personality"), "{told}");

    answer(&stage, &alice, "general", "@Viola apples").await;
    answer(&stage, &bob, "general", "@Viola bananas").await;
    let calls = stage.provider.ledger().calls();
    assert_eq!(
        (calls[0].model.as_str(), calls[0].bearer.as_deref()),
        ("test/thinker", Some(ALICES))
    );
    assert_eq!((calls[1].model.as_str(), calls[1].bearer.as_deref()), ("test/plain", Some(BOBS)));
    // the fallbacks of the personality's model, which may cost more, are not hers
    assert_eq!((calls[0].body.get("models"), &calls[0].body["top_k"]), (None, &json!(5)));
    assert_eq!(calls[1].body["models"], json!(["test/such-thinker"]));

    for (typed, said) in [
        ("https://evil.example/v1/model", "That is an address"),
        ("test/thinkre", "The nearest that exists is `test/thinker`"),
    ] {
        let refused = alice.slash("general", "model set", json!({"model": typed}));
        let told = stage.private_answer(&refused.expect("the command")).await.content;
        assert!(told.contains(said) && !told.contains(typed), "{told}");
    }
    let reset = alice.slash("general", "model reset", json!({"personality": "viola"}));
    stage.private_answer(&reset.expect("the command")).await;
    answer(&stage, &alice, "general", "@Viola cherries").await;
    assert_eq!(stage.provider.ledger().calls()[2].model, "test/plain");
    stage.close().await;
}

async fn a_model_that_is_gone_names_the_nearest(db: TestDb) {
    let stage = stage_with_models(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    set(&stage, "test/no-such-thinker", json!({})).await;
    alice.say("general", "@Viola apples").expect("said");
    let told = alice.wait_for_message(alice.dm_channel(), PATIENCE, |said| {
        said.content.contains("The model `test/no-such-thinker`")
    });
    let told = told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said())).content;
    assert!(told.contains("`test/such-thinker`") && told.contains("`/model set`"), "{told}");
    assert!(told.contains("-# Reference: "), "{told}");
    stage.close().await;
}
