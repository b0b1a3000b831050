use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn said(json: &Value) -> Vec<String> {
    let problems = AdvancedParameters::from_json(json).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

fn accepted(json: &Value) -> Value {
    AdvancedParameters::from_json(json).unwrap_or_else(|said| panic!("{json}: {said:?}")).into()
}

#[test]
fn every_field_of_the_list_is_taken_up_to_its_bounds() {
    let all = json!({
        "top_k": 0, "min_p": 1, "top_a": 0, "seed": -7,
        "frequency_penalty": -2, "presence_penalty": 2, "repetition_penalty": 0,
        "stop": ["a", "b", "c", "d"],
        "logit_bias": {"50256": -100, "0": 100},
        "verbosity": "max",
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "strict": true, "schema": {"type": "object"}}},
        "reasoning": {"max_tokens": 1024, "exclude": true},
        "models": ["openai/gpt-5", "~anthropic/claude-opus-latest"],
        "plugins": [{"id": "context-compression", "enabled": false}],
        "provider": {
            "order": ["anthropic", "deepinfra/turbo"], "only": ["anthropic"], "ignore": ["Azure"],
            "allow_fallbacks": false, "require_parameters": true, "data_collection": "deny", "zdr": true,
            "quantizations": ["fp8", "bf16"], "sort": {"by": "price", "partition": "none"},
            "max_price": {"prompt": 1.5, "completion": "2.25"},
            "preferred_min_throughput": 50, "preferred_max_latency": {"p90": 3}
        },
    });
    assert_eq!(accepted(&all), all);
    let named: Vec<&str> = ALLOWED.iter().map(|field| field.name).collect();
    assert_eq!(named, all.as_object().unwrap().keys().collect::<Vec<_>>(), "the test has them all");
}

#[test]
fn what_is_wrong_is_named_with_its_range() {
    let wrong = json!({
        "top_k": -1, "min_p": 1.01, "top_a": "0.5", "seed": 0.5,
        "frequency_penalty": -2.1, "presence_penalty": 3, "repetition_penalty": -0.1,
        "verbosity": "loud",
        "stop": ["a", "b", "c", "d", "e"],
        "logit_bias": {"50256": 101, "the": 1},
        "models": ["https://evil.example/x"],
        "plugins": [{"id": "web"}],
        "tempreature": 1,
        "temperature": 1, "top_p": 1, "max_tokens": 5, "model": "a/b",
        "messages": [], "stream": false, "user": "me", "session_id": "x",
    });
    assert_eq!(
        said(&wrong),
        [
            "`frequency_penalty` must be from -2 to 2",
            "`logit_bias.50256` must be from -100 to 100",
            "`logit_bias.the` is no token id: a whole number",
            "`max_tokens` has a setting of its own: max_tokens",
            "`messages` is set by the bot itself and can't be changed",
            "`min_p` must be from 0 to 1",
            "`model` has a setting of its own: model",
            "`models[0]` is no model id like `author/model`",
            "`plugins[0].id` must be one of context-compression",
            "`presence_penalty` must be from -2 to 2",
            "`repetition_penalty` must be from 0 to 2",
            "`seed` must be a whole number from -9007199254740991 to 9007199254740991",
            "`session_id` is set by the bot itself and can't be changed",
            "`stop` must be a list of 1 to 4",
            "`stream` is set by the bot itself and can't be changed",
            "`temperature` has a setting of its own: temperature",
            "`tempreature` is no known parameter",
            "`top_a` must be a number",
            "`top_k` must be a whole number of 0 or more",
            "`top_p` has a setting of its own: top_p",
            "`user` is set by the bot itself and can't be changed",
            "`verbosity` must be one of low, medium, high, xhigh, max",
        ]
    );
    assert_eq!(said(&json!([])), ["the parameters must be an object"]);
    let endless = json!({"stop": "x".repeat(MAX_BYTES)});
    assert_eq!(said(&endless), ["the parameters take more than 32768 bytes"]);
    let marks = json!({"a`b\u{202e}@everyone": 1, "": 1});
    assert_eq!(
        said(&marks),
        ["`(no name)` is no known parameter", "`a?b??everyone` is no known parameter"]
    );
}

#[test]
fn reasoning_follows_its_rules() {
    let read = |json: Value| {
        AdvancedParameters::from_json(&json!({"reasoning": json})).map(|taken| taken.reasoning())
    };
    assert_eq!(AdvancedParameters::default().reasoning(), Reasoning::Unset);
    assert_eq!(read(json!({"exclude": true})), Ok(Reasoning::Unset));
    assert_eq!(read(json!({"effort": "none"})), Ok(Reasoning::Off));
    assert_eq!(read(json!({"enabled": false})), Ok(Reasoning::Off));
    assert_eq!(read(json!({"enabled": true})), Ok(Reasoning::On));
    assert_eq!(read(json!({"effort": "xhigh"})), Ok(Reasoning::Effort(Effort::Xhigh)));
    assert_eq!(read(json!({"max_tokens": 2000.0})), Ok(Reasoning::Budget(2000)));
    for effort in ["max", "xhigh", "high", "medium", "low", "minimal"] {
        let Ok(Reasoning::Effort(read)) = read(json!({"effort": effort})) else { panic!() };
        assert_eq!(read.as_str(), effort);
    }
    for (wrong, why) in [
        (
            json!({"effort": "most"}),
            "`reasoning.effort` must be one of max, xhigh, high, medium, low, minimal, none",
        ),
        (
            json!({"max_tokens": 1023}),
            "`reasoning.max_tokens` must be a whole number of 1024 or more",
        ),
        (
            json!({"effort": "high", "max_tokens": 2000}),
            "`reasoning.max_tokens` can't be set together with `reasoning.effort`",
        ),
        (
            json!({"effort": "none", "enabled": true}),
            "`reasoning.effort` can't be set together with `reasoning.enabled: true`",
        ),
        (
            json!({"enabled": false, "effort": "low"}),
            "`reasoning.effort` can't be set together with `reasoning.enabled: false`",
        ),
        (
            json!({"enabled": false, "max_tokens": 2000}),
            "`reasoning.max_tokens` can't be set together with `reasoning.enabled: false`",
        ),
        (json!({"summary": "auto"}), "`reasoning.summary` is no known parameter"),
        (json!({}), "`reasoning` holds nothing"),
        (json!("high"), "`reasoning` must be an object"),
    ] {
        assert_eq!(said(&json!({"reasoning": wrong})), [why]);
    }
    let budget =
        AdvancedParameters::from_json(&json!({"reasoning": {"max_tokens": 2000}})).unwrap();
    assert_eq!(budget.check_budget(2001), Ok(()));
    assert_eq!(
        budget.check_budget(2000).unwrap_err().to_string(),
        "`reasoning.max_tokens` must be below the answer's limit of 2000 tokens (max_tokens)"
    );
}

#[test]
fn objects_are_checked_to_their_ends() {
    for (wrong, why) in [
        (
            json!({"response_format": {"type": "xml"}}),
            "`response_format.type` must be one of text, json_object, json_schema",
        ),
        (
            json!({"response_format": {"json_schema": {"name": "x", "schema": {}}}}),
            "`response_format.type` is missing",
        ),
        (
            json!({"response_format": {"type": "json_schema"}}),
            "`response_format.json_schema` is missing",
        ),
        (
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}}),
            "`response_format.json_schema.name` must be 1 to 64 letters, digits, `-` or `_`",
        ),
        (
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"x": ["\u{0}"]}}}}),
            "`response_format.json_schema.schema` holds a null character",
        ),
        (
            json!({"response_format": {"type": "text", "json_schema": {"name": "x", "schema": {}}}}),
            "`response_format.json_schema` only goes with the type json_schema",
        ),
        (
            json!({"provider": {"sort": "cheap"}}),
            "`provider.sort` must be one of price, throughput, latency, exacto",
        ),
        (json!({"provider": {"api_key": "sk"}}), "`provider.api_key` is no known parameter"),
        (
            json!({"provider": {"max_price": {"prompt": -1}}}),
            "`provider.max_price.prompt` must be from 0 to 1000000",
        ),
        (
            json!({"provider": {"max_price": {"prompt": "-1"}}}),
            "`provider.max_price.prompt` must be an amount in dollars",
        ),
        (
            json!({"provider": {"order": ["<@1>"]}}),
            "`provider.order[0]` is no provider's name like `deepinfra`",
        ),
        (json!({"plugins": [{"enabled": true}]}), "`plugins[0].id` is missing"),
        (json!({"stop": "\u{0}"}), "`stop` holds a null character"),
        (json!({"stop": [""]}), "`stop[0]` must be a text of 1 to 200 characters"),
    ] {
        assert_eq!(said(&wrong), [why]);
    }
}

#[test]
fn null_is_not_set_and_a_value_has_one_form() {
    assert_eq!(
        accepted(&json!({"top_k": null, "provider": {"zdr": true, "sort": null}})),
        json!({"provider": {"zdr": true}})
    );
    assert_eq!(
        accepted(&json!({"top_k": 40.0, "stop": "END", "min_p": 1.0})),
        json!({"top_k": 40, "stop": ["END"], "min_p": 1})
    );
    assert_eq!(said(&json!({"nothing": 1})).len(), 1, "but an unknown field is still told");
}

#[test]
fn a_file_holds_what_has_a_setting_of_its_own_too() {
    let file = json!({
        "model": "openai/gpt-5", "temperature": 0.7, "top_p": 1, "max_tokens": 4000, "top_k": 40,
        "reasoning": {"max_tokens": 3999},
    });
    let read = ParameterFile::from_json(&file).unwrap();
    assert_eq!(read.model.unwrap().as_str(), "openai/gpt-5");
    assert_eq!((read.temperature, read.top_p, read.max_tokens), (Some(0.7), Some(1.0), Some(4000)));
    assert_eq!(Value::from(read.advanced), json!({"top_k": 40, "reasoning": {"max_tokens": 3999}}));
    let wrong = json!({
        "model": "gpt", "temperature": 2.5, "top_p": -1, "max_tokens": 0, "typo": 1,
    });
    let said: Vec<String> =
        ParameterFile::from_json(&wrong).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "`model` is no model id like `author/model`",
            "`temperature` must be from 0 to 2",
            "`top_p` must be from 0 to 1",
            "`max_tokens` must be a whole number of 1 or more",
            "`typo` is no known parameter",
        ]
    );
    let narrow = json!({"max_tokens": 1024, "reasoning": {"max_tokens": 1024}});
    assert!(ParameterFile::from_json(&narrow).is_err());
}

#[test]
fn older_parameters_are_converted_and_every_change_is_told() {
    let older = json!({
        "topK": 40, "frequencyPenalty": 3, "minP": null, "seed": "x",
        "temperature": 0.7, "maxTokens": 100,
        "transforms": ["middle-out"], "route": "fallback", "streamResponse": true,
        "reasoningEffort": "high", "reasoning": {"maxTokens": 100},
        "logitBias": {"50256": -100},
    });
    let (taken, dropped) = AdvancedParameters::from_legacy(older.as_object().unwrap());
    assert_eq!(
        Value::from(taken),
        json!({
            "top_k": 40, "frequency_penalty": 2, "logit_bias": {"50256": -100},
            "plugins": [{"id": "context-compression"}], "reasoning": {"max_tokens": 1024},
        })
    );
    let told: Vec<(&str, &DropReason)> =
        dropped.iter().map(|dropped| (dropped.field.as_str(), &dropped.why)).collect();
    assert_eq!(
        told,
        [
            ("frequencyPenalty", &DropReason::Clamped { to: json!(2) }),
            ("maxTokens", &DropReason::HasOwnSetting("max_tokens")),
            ("reasoning", &DropReason::Clamped { to: json!({"max_tokens": 1024}) }),
            ("reasoningEffort", &DropReason::Invalid(ParameterIssue::Conflict("reasoning"))),
            ("route", &DropReason::Unknown),
            ("seed", &DropReason::Invalid(ParameterIssue::WrongType("a whole number"))),
            ("streamResponse", &DropReason::Unknown),
            ("temperature", &DropReason::HasOwnSetting("temperature")),
        ]
    );
    assert_eq!(dropped[0].value, json!(3), "with what was there");
}

/// Any JSON, whose objects often use the names that the list knows.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-150_i64..150).prop_map(Value::from),
        any::<f64>().prop_map(
            |number| serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)
        ),
        (-3.0..3.0).prop_map(|number: f64| json!(number)),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(
            &[
                "none",
                "high",
                "low",
                "text",
                "json_object",
                "json_schema",
                "price",
                "a/b",
                "context-compression",
                "deny"
            ][..]
        )
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any_name(), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_name() -> impl Strategy<Value = String> {
    const INNER: &[&str] = &[
        "effort",
        "max_tokens",
        "enabled",
        "exclude",
        "type",
        "id",
        "order",
        "zdr",
        "sort",
        "max_price",
        "prompt",
        "50256",
        "model",
        "stream",
        "topK",
    ];
    let known: Vec<String> = ALLOWED.iter().map(|field| field.name.to_owned()).collect();
    prop_oneof![
        4 => prop::sample::select(known),
        3 => prop::sample::select(INNER).prop_map(str::to_owned),
        1 => ".{0,20}",
    ]
}

fn any_parameters() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((any_name(), any_json()), 0..6)
        .prop_map(|fields| fields.into_iter().collect())
}

fn only_allowed(parameters: &AdvancedParameters) -> bool {
    parameters.as_json().keys().all(|name| ALLOWED.iter().any(|field| field.name == name))
}

proptest! {
    #[test]
    fn any_json_in_only_allowed_fields_out(fields in any_parameters()) {
        let (taken, dropped) = AdvancedParameters::from_legacy(&fields);
        prop_assert!(only_allowed(&taken));
        prop_assert_eq!(AdvancedParameters::from_json(&taken.clone().into()), Ok(taken.clone()));
        let set = fields.values().filter(|value| !value.is_null()).count();
        let moved = dropped.iter().filter(|d| matches!(d.why, DropReason::Clamped { .. })).count();
        prop_assert_eq!(taken.as_json().len() + dropped.len() - moved, set, "each is accounted for");

        match AdvancedParameters::from_json(&Value::Object(fields)) {
            Ok(accepted) => {
                prop_assert!(only_allowed(&accepted));
                let text = serde_json::to_string(&accepted).unwrap();
                prop_assert_eq!(AdvancedParameters::from_json(&accepted.clone().into()), Ok(accepted.clone()));
                prop_assert_eq!(serde_json::from_str::<AdvancedParameters>(&text).unwrap(), accepted);
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    let said = problem.to_string();
                    prop_assert!(said.len() < 300 && !said.contains(char::is_control), "{said:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_object_is_refused(json in any_json()) {
        if let Ok(taken) = AdvancedParameters::from_json(&json) {
            prop_assert!(json.is_object() && only_allowed(&taken));
        }
    }
}
