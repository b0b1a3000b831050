use serde_json::json;

use super::*;
use crate::params::AdvancedParameters;

/// Entries as OpenRouter wrote them in August 2026, cut to what is read here.
fn listed() -> serde_json::Value {
    let entry = |id: &str,
                 name: &str,
                 context: i64,
                 most: serde_json::Value,
                 prices: serde_json::Value,
                 more: serde_json::Value| {
        let mut entry = json!({
            "id": id, "name": name, "context_length": context,
            "top_provider": {"context_length": context, "max_completion_tokens": most},
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "pricing": prices,
            "supported_parameters": ["max_tokens", "temperature", "top_p", "stop"],
        });
        for (key, value) in more.as_object().unwrap() {
            entry[key] = value.clone();
        }
        entry
    };
    let effort =
        json!({"mandatory": true, "supported_efforts": ["high", "medium", "low", "minimal"]});
    json!({"data": [
        entry("anthropic/claude-opus-5", "Claude Opus 5", 1_000_000, json!(128_000), json!({"prompt": "0.000005", "completion": "0.000025"}),
            json!({"reasoning": {"mandatory": false, "supported_efforts": null}, "supported_parameters": ["reasoning", "max_tokens", "temperature"]})),
        entry("anthropic/claude-sonnet-5", "Anthropic: Claude Sonnet 5", 1_000_000, json!(128_000), json!({"prompt": "0.000002", "completion": "0.00001"}), json!({})),
        entry("~anthropic/claude-sonnet-latest", "Claude Sonnet Latest", 1_000_000, json!(128_000), json!({"prompt": "0.000002", "completion": "0.00001"}),
            json!({"alias_target": {"slug": "anthropic/claude-sonnet-5"}})),
        entry("openai/gpt-5-mini", "OpenAI: GPT-5 Mini", 400_000, json!(128_000), json!({"prompt": "0.00000025", "completion": "0.000002"}),
            json!({"reasoning": effort, "supported_parameters": ["reasoning", "max_tokens"]})),
        entry("openai/gpt-5.6-luna:batch", "OpenAI: GPT-5.6 Luna (batch)", 1_050_000, json!(128_000), json!({"prompt": "0.0000001", "completion": "0.0000006"}), json!({})),
        entry("openai/gpt-5.6-luna", "OpenAI: GPT-5.6 Luna", 1_050_000, json!(128_000),
            json!({"prompt": "0.0000001", "completion": "0.0000006", "overrides": [
                {"min_prompt_tokens": 272_000, "completion": "0.0000009"},
                {"utc_start": 100, "utc_end": 400.0, "prompt": "0.00000005"},
                {"moon": true, "prompt": "0"}]}), json!({})),
        entry("openai/gpt-4o-mini", "OpenAI: GPT-4o-mini", 128_000, json!(16_384), json!({"prompt": "0.00000015", "completion": "0.0000006"}), json!({})),
        entry("deepseek/deepseek-v4-flash", "DeepSeek: V4 Flash", 1_048_576, json!(null), json!({"prompt": "0.00000006986", "completion": "0.00000013972"}),
            json!({"architecture": {"input_modalities": ["text"], "output_modalities": ["text"]}})),
        entry("google/gemma-4-31b-it:free", "Google: Gemma 4 31B (free)", 262_144, json!(32_768), json!({"prompt": "0", "completion": "0"}), json!({})),
        entry("google/lyria-3", "Lyria", 1_000, json!(1_000), json!({"prompt": "0", "completion": "0"}),
            json!({"architecture": {"input_modalities": ["text"], "output_modalities": ["audio"]}})),
        entry("openrouter/auto", "Auto Router", 2_000_000, json!(null), json!({"prompt": "-1", "completion": "-1"}), json!({"supported_parameters": []})),
        entry("z-ai/glm-4.5", "Z.ai: GLM 4.5", 131_072, json!(98_304), json!({"prompt": "0.0000006", "completion": "0.0000022"}), json!({"expiration_date": "2026-12-31"})),
    ]})
}

fn catalogue() -> Catalogue {
    Catalogue::new(read(listed().to_string().as_bytes()).unwrap())
}

fn ids<'a>(models: impl IntoIterator<Item = &'a Model>) -> Vec<&'a str> {
    models.into_iter().map(|model| model.id.as_str()).collect()
}

fn said(model: &str, settings: &serde_json::Value) -> Vec<String> {
    let file = crate::params::ParameterFile::from_json(settings).unwrap();
    let asked = Asked {
        model,
        temperature: file.temperature,
        top_p: file.top_p,
        max_tokens: file.max_tokens,
        advanced: &file.advanced,
    };
    let today = "2026-11-21".parse().unwrap();
    check(&asked, &catalogue(), today).iter().map(ToString::to_string).collect()
}

#[test]
fn a_list_is_read_with_its_facts() {
    let catalogue = catalogue();
    assert_eq!(catalogue.models().len(), 12);
    let luna = catalogue.find("OpenAI/GPT-5.6-luna").unwrap();
    assert_eq!((luna.context_length, luna.max_output), (Some(1_050_000), Some(128_000)));
    let prices = &luna.pricing;
    assert_eq!(prices.prompt(), Some(Price::parse("0.0000001").unwrap()));
    assert_eq!(prices.overrides[0].min_prompt_tokens, Some(272_000));
    assert_eq!(
        (prices.overrides[1].utc_start, prices.overrides[1].utc_end),
        (Some(100), Some(400))
    );
    assert_eq!(
        prices.overrides.iter().map(|over| over.unknown_condition).collect::<Vec<_>>(),
        [false, false, true]
    );
    let mini = catalogue.find("openai/gpt-5-mini").unwrap();
    assert!(mini.reasoning.as_ref().unwrap().mandatory && mini.reasons());
    assert!(!catalogue.find("openai/gpt-4o-mini").unwrap().reasons());
    let glm = catalogue.find("z-ai/glm-4.5").unwrap();
    assert!(!glm.is_expired("2026-12-31".parse().unwrap()));
    assert!(glm.is_expired("2027-01-01".parse().unwrap()));
    assert_eq!(
        catalogue
            .find("~anthropic/claude-sonnet-latest")
            .unwrap()
            .alias_of
            .as_ref()
            .unwrap()
            .as_str(),
        "anthropic/claude-sonnet-5"
    );
    assert!(
        catalogue.find("openai/gpt-4o-mini:nitro").is_some(),
        "only another choice of provider"
    );
    assert!(catalogue.find("openai/gpt-4o-mini:free").is_none(), "another model");
    // what is stored comes back as it was
    for model in catalogue.models() {
        let stored = serde_json::to_string(model).unwrap();
        assert_eq!(&serde_json::from_str::<Model>(&stored).unwrap(), model);
    }
}

#[test]
fn odd_entries_cost_nobody_else_anything() {
    let odd = json!({"data": [
        null, 7, {}, {"id": 5}, {"id": "https://evil.example/x"}, {"id": "no-slash"},
        {"id": "a/bare"},
        {"id": "a/odd", "name": "\u{7}\n", "context_length": "many", "top_provider": [], "architecture": 3,
         "pricing": {"prompt": 0.1, "completion": "free", "request": "-1"}, "reasoning": true,
         "expiration_date": "soon", "supported_parameters": ["ok", "no\u{0}", 5, "a b"]},
    ], "total_count": 99});
    let models = read(odd.to_string().as_bytes()).unwrap();
    assert_eq!(ids(&models), ["a/bare", "a/odd"]);
    let odd = &models[1];
    assert_eq!((odd.name.as_str(), odd.context_length, odd.expires), ("a/odd", None, None));
    assert_eq!(odd.supported_parameters, ["ok"]);
    assert_eq!((odd.pricing.prompt(), odd.pricing.completion()), (None, None));
    assert_eq!(odd.label(), "a/odd · price unknown");
    for bad in ["", "{", "[]", r#"{"data":{}}"#, r#"{"error":{"code":500}}"#] {
        assert_eq!(read(bad.as_bytes()), Err(Unreadable), "{bad}");
    }
}

#[test]
fn the_recorded_list_is_read_whole() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/openrouter-models-sample.json");
    let Ok(recorded) = std::fs::read(path) else { return };
    let models = read(&recorded).unwrap();
    assert_eq!(models.len(), 27);
    assert!(models.iter().all(|model| model.label().chars().count() <= 100));
    let catalogue = Catalogue::new(models);
    assert!(catalogue.suggest("", 100).iter().all(|model| !model.is_batch() && !model.is_router()));
    assert_eq!(
        catalogue.nearest("anthropic/claude-opus-4.1", 1)[0].as_str(),
        "anthropic/claude-opus-5"
    );
}

#[test]
fn a_line_tells_price_and_context() {
    let catalogue = catalogue();
    let label = |id| catalogue.find(id).unwrap().label();
    insta::assert_snapshot!(
        ids(catalogue.models()).into_iter().map(label).collect::<Vec<_>>().join("\n")
    );
    let mut long = catalogue.models()[0].clone();
    long.id = crate::model::ModelId::parse(&format!("a/{}", "b".repeat(98))).unwrap();
    assert_eq!(long.label().chars().count(), 100);
}

#[test]
fn suggestions_leave_out_what_nobody_can_chat_with() {
    let catalogue = catalogue();
    let all = ids(catalogue.suggest("", 25));
    assert_eq!(all.len(), 9);
    for hidden in ["openai/gpt-5.6-luna:batch", "openrouter/auto", "google/lyria-3"] {
        assert!(!all.contains(&hidden), "{hidden}");
    }
    assert_eq!(ids(catalogue.suggest("gpt", 2)), ["openai/gpt-5-mini", "openai/gpt-5.6-luna"]);
    assert_eq!(
        ids(catalogue.suggest("Sonnet claude", 25)),
        ["anthropic/claude-sonnet-5", "~anthropic/claude-sonnet-latest"]
    );
    assert_eq!(ids(catalogue.suggest("OPENAI/gpt-4o-mini", 25)), ["openai/gpt-4o-mini"]);
    assert!(catalogue.suggest("zzz", 25).is_empty());
}

#[test]
fn the_nearest_are_of_the_family_or_nearly_spelt_so() {
    let catalogue = catalogue();
    let nearest =
        |wanted| catalogue.nearest(wanted, 2).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        nearest("anthropic/claude-3-opus"),
        ["anthropic/claude-opus-5", "anthropic/claude-sonnet-5"]
    );
    assert_eq!(nearest("openia/gtp-4o-mini")[0], "openai/gpt-4o-mini");
    assert_eq!(nearest("gpt-5-mini")[0], "openai/gpt-5-mini");
    assert_eq!(nearest("google/gemma-3-27b-it:free"), ["google/gemma-4-31b-it:free"]);
    assert_eq!(nearest("DEEPSEEK/deepseek-v3-flash"), ["deepseek/deepseek-v4-flash"]);
    assert!(nearest("z-ai/glm-4.6").is_empty(), "what goes soon is no way out");
    for far in ["", "qwen/qwen3-235b", "xyzzy", &"x".repeat(5000)] {
        assert!(nearest(far).is_empty(), "{far}");
    }
}

#[test]
fn what_a_model_wont_do_is_said() {
    let all = [
        said("anthropic/claude-3-opus", &json!({"models": ["openai/gpt-9", "openai/gpt-4o-mini"]})),
        said("xyzzy/unheard-of", &json!({})),
        said("openai/gpt-5.6-luna:batch", &json!({})),
        said("z-ai/glm-4.5", &json!({})),
        said(
            "openai/gpt-4o-mini",
            &json!({"max_tokens": 20_000, "top_k": 5, "stop": "x", "temperature": 1, "reasoning": {"effort": "high"}}),
        ),
        said(
            "openai/gpt-5-mini",
            &json!({"temperature": 1, "reasoning": {"effort": "none"}, "provider": {"zdr": true}}),
        ),
        said("openai/gpt-5-mini", &json!({"reasoning": {"effort": "max"}})),
        said("anthropic/claude-opus-5", &json!({"reasoning": {"max_tokens": 128_000}})),
    ];
    insta::assert_snapshot!(all.concat().join("\n"));
    for fine in [
        said("openai/gpt-4o-mini", &json!({"max_tokens": 16_384, "reasoning": {"enabled": false}})),
        said(
            "anthropic/claude-opus-5",
            &json!({"reasoning": {"effort": "max"}, "temperature": 0.5}),
        ),
        said("openrouter/auto", &json!({"top_k": 5})),
    ] {
        assert!(fine.is_empty(), "{fine:?}");
    }
    let nothing = AdvancedParameters::default();
    let asked = Asked {
        model: "a/b",
        temperature: None,
        top_p: None,
        max_tokens: None,
        advanced: &nothing,
    };
    let today = "2026-11-21".parse().unwrap();
    assert!(check(&asked, &Catalogue::default(), today).is_empty(), "nothing is known");
    let expired = Asked { model: "z-ai/glm-4.5", ..asked };
    let late = check(&expired, &catalogue(), "2027-01-01".parse().unwrap());
    assert!(matches!(late[..], [ModelWarning::Expired { .. }]));
}

#[test]
fn looking_at_images_needs_a_model_that_does() {
    let catalogue = catalogue();
    assert_eq!(check_vision("openai/gpt-4o-mini", &catalogue), None);
    assert!(matches!(
        check_vision("deepseek/deepseek-v4-flash", &catalogue),
        Some(ModelWarning::NoImages { .. })
    ));
    assert!(matches!(check_vision("a/b", &catalogue), Some(ModelWarning::Gone { .. })));
    assert_eq!(check_vision("a/b", &Catalogue::default()), None);
}

#[test]
fn prices_are_exact_and_one_that_varies_is_never_a_number() {
    let per_million = |text| Price::parse(text).unwrap().per_million();
    assert_eq!(per_million("0.00000006986").unwrap().to_string(), "0.06986");
    assert_eq!(per_million("3e-7").unwrap().to_string(), "0.3");
    assert_eq!(per_million("-1"), None);
    assert_eq!(per_million("-0.5"), None);
    assert!(Price::parse("0").unwrap().is_free());
    for bad in ["", "free", "NaN", "1e99"] {
        assert!(Price::parse(bad).is_err(), "{bad}");
    }
}
