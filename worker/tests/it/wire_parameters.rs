//! Every parameter over every wire is sent, translated, or left out by name; and what is sent is taken.

use std::fmt::Write as _;

use playground::provider::{Api, Script, StandInProvider};
use serde_json::{Value, json};
use shared::params::{TABLE, Taken, Wire};
use worker::providers::{ChatProvider, ChatRequest};

use crate::{
    loopback::{Heard, key},
    wires::{client, question, stand_in},
};

/// Models of each API, so that for each parameter there is one that takes it if any does.
const MODELS: [(Api, Wire, &[&str]); 6] = [
    (Api::OpenRouter, Wire::OpenRouter, &["openai/gpt-4o-mini"]),
    (Api::OpenAi, Wire::OpenAi, &["gpt-4o-mini", "gpt-5.2"]),
    (Api::Anthropic, Wire::Anthropic, &["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-opus-5"]),
    (Api::Gemini, Wire::Gemini, &["gemini-2.5-flash", "gemini-3-flash-preview"]),
    (Api::DeepSeek, Wire::DeepSeek, &["deepseek-v4-flash"]),
    (Api::Server, Wire::Server, &["llama3.2"]),
];

fn example(parameter: &str) -> Value {
    match parameter {
        "frequency_penalty" | "presence_penalty" => json!(0.5),
        "logit_bias" => json!({"50256": -100}),
        "max_tokens" => json!(3000),
        "min_p" | "top_a" => json!(0.05),
        "models" => json!(["a/b"]),
        "plugins" => json!([{"id": "context-compression"}]),
        "provider" => json!({"sort": "price"}),
        "reasoning" => json!({"effort": "medium"}),
        "repetition_penalty" => json!(1.1),
        "response_format" => json!({
            "type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}},
        }),
        "seed" => json!(7),
        "stop" => json!(["END"]),
        "temperature" => json!(1.5),
        "top_k" => json!(40),
        "top_p" => json!(0.9),
        "verbosity" => json!("max"),
        other => panic!("no example of {other}"),
    }
}

fn set(request: &mut ChatRequest, parameter: &str) {
    let value = example(parameter);
    match parameter {
        "max_tokens" => request.max_tokens = 3000,
        "temperature" => request.temperature = value.as_f64(),
        "top_p" => request.top_p = value.as_f64(),
        _ => {
            request.advanced.insert(parameter.to_owned(), value);
        }
    }
}

fn plain(model: &str) -> ChatRequest {
    ChatRequest { max_tokens: 4000, temperature: None, ..question(model) }
}

/// What the stand-in was asked, which took it.
async fn body(stand_in: &StandInProvider, client: &dyn ChatProvider, asked: &ChatRequest) -> Value {
    stand_in.script_next(Script::text("yes"));
    let heard = Heard::from(client.stream(Some(&key()), asked).await.unwrap()).await;
    assert_eq!(heard.error, None);
    stand_in.ledger().calls().pop().unwrap().body
}

/// The fields of `body` that are not in `plain`, or others there; within `generationConfig` too.
fn difference(plain: &Value, body: &Value) -> Value {
    let fields = body.as_object().unwrap().iter();
    let changed = fields.filter(|(name, value)| plain[name.as_str()] != **value);
    let changed = changed.map(|(name, value)| match name.as_str() {
        "generationConfig" => (name.clone(), difference(&plain[name], value)),
        _ => (name.clone(), value.clone()),
    });
    Value::Object(changed.collect())
}

#[tokio::test]
async fn every_parameter_is_sent_translated_or_left_out_as_the_table_says() {
    let stand_in = stand_in().await;
    let mut table = String::new();
    for (parameter, _) in TABLE {
        writeln!(table, "{parameter}: {}", example(parameter)).unwrap();
        for (api, wire, models) in MODELS {
            let client = client(&stand_in, api, wire);
            let taken = wire.takes(parameter).unwrap();
            let mut becomes = Vec::new();
            for model in models {
                let before = body(&stand_in, &*client, &plain(model)).await;
                let mut request = plain(model);
                set(&mut request, parameter);
                let after = body(&stand_in, &*client, &request).await;
                let change = difference(&before, &after);
                writeln!(table, "  {taken:?} {model}: {change}").unwrap();
                becomes.push(change);
            }
            let sent = json!({*parameter: example(parameter)});
            match taken {
                Taken::Sent => assert!(becomes.contains(&sent), "{parameter} {wire:?}"),
                Taken::Translated => {
                    assert!(!becomes.contains(&sent), "{parameter} {wire:?} is sent as it is");
                    let is_known = becomes.iter().any(|change| *change != json!({}));
                    assert!(is_known, "{parameter} {wire:?} is lost");
                }
                Taken::Refused => {
                    assert!(
                        becomes.iter().all(|change| *change == json!({})),
                        "{parameter} {wire:?}"
                    );
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn all_parameters_at_once_are_an_error_at_no_provider() {
    let stand_in = stand_in().await;
    for (api, wire, models) in MODELS {
        let client = client(&stand_in, api, wire);
        for model in models {
            for off in [false, true] {
                let mut request = plain(model);
                for (parameter, _) in TABLE {
                    set(&mut request, parameter);
                }
                if off {
                    request.advanced.insert("reasoning".to_owned(), json!({"enabled": false}));
                }
                let _taken = body(&stand_in, &*client, &request).await;
            }
        }
    }
}

#[tokio::test]
async fn reasoning_is_asked_for_in_each_providers_words() {
    let stand_in = stand_in().await;
    let mut table = String::new();
    for reasoning in [
        json!({"effort": "max"}),
        json!({"effort": "high"}),
        json!({"effort": "low"}),
        json!({"effort": "none"}),
        json!({"enabled": true}),
        json!({"enabled": false}),
        json!({"max_tokens": 2000}),
        json!({"exclude": true}),
    ] {
        writeln!(table, "{reasoning}").unwrap();
        for (api, wire, models) in MODELS {
            let client = client(&stand_in, api, wire);
            for model in models {
                let before = body(&stand_in, &*client, &plain(model)).await;
                let mut request = plain(model);
                request.advanced.insert("reasoning".to_owned(), reasoning.clone());
                let after = body(&stand_in, &*client, &request).await;
                writeln!(table, "  {model}: {}", difference(&before, &after)).unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}
