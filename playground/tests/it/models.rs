//! The stand-in's models: which there are, what they refuse, and how they think.

use playground::provider::{Image, ListedModel, Refusal, Script};
use serde_json::{Value, json};

use crate::provider::{ask, events, get, question, stand_in, text};

#[tokio::test]
async fn the_models_are_listed_as_they_are_now() {
    let provider = stand_in().await;
    let list = async || get(&provider, "/models", "").await;
    let (status, listed) = list().await;
    assert_eq!((status, &listed["total_count"]), (200, &json!(provider.models().len())));
    let find = |listed: &Value, id: &str| {
        let models = listed["data"].as_array().unwrap();
        models.iter().find(|model| model["id"] == id).cloned()
    };
    let r1 = find(&listed, "deepseek/deepseek-r1-0528").unwrap();
    assert_eq!(
        (&r1["context_length"], &r1["reasoning"]["mandatory"], &r1["pricing"]["prompt"]),
        (&json!(163_840), &json!(true), &json!("0.0000005"))
    );
    let mini = find(&listed, "openai/gpt-4o-mini").unwrap();
    assert_eq!(mini["architecture"]["input_modalities"], json!(["text", "image"]));
    assert!(mini.get("reasoning").is_none());
    assert_eq!(find(&listed, "openrouter/auto").unwrap()["pricing"]["completion"], "-1");

    provider.remove_model("openai/gpt-4o-mini");
    assert!(provider.change_model("deepseek/deepseek-r1-0528", |it| it.max_output = Some(9)));
    provider.list_model(ListedModel::new("new/one", "A new one", 1_000));
    let (_, listed) = list().await;
    assert!(find(&listed, "openai/gpt-4o-mini").is_none() && find(&listed, "new/one").is_some());
    let r1 = find(&listed, "deepseek/deepseek-r1-0528").unwrap();
    assert_eq!(r1["top_provider"]["max_completion_tokens"], 9);

    provider.refuse_model_list(Some(Refusal::status(503)));
    assert_eq!(list().await.0, 503);
    provider.refuse_model_list(None);
    assert_eq!((list().await.0, provider.ledger().counters().model_lists), (200, 4));
}

#[tokio::test]
async fn only_listed_models_answer_if_a_test_wants_it_so() {
    let provider = stand_in().await;
    let asked = |model: &str| {
        let mut body = question(false);
        body["model"] = json!(model);
        body
    };
    let status = async |body: Value| {
        let response = ask(&provider, &body).await;
        let status = response.status().as_u16();
        (status, response.text().await.unwrap())
    };
    assert_eq!(status(asked("some/other")).await.0, 200, "any name will do otherwise");
    provider.answer_only_listed(true);
    assert_eq!(status(asked("openai/gpt-4o-mini:nitro")).await.0, 200);
    let (code, text) = status(asked("some/other")).await;
    assert_eq!((code, text.contains("some/other is not a valid model ID")), (400, true));
    provider.remove_model("openai/gpt-4o-mini");
    let (code, text) = status(asked("openai/gpt-4o-mini")).await;
    assert_eq!((code, text.contains("No endpoints found for openai/gpt-4o-mini")), (404, true));

    let mut with_image = asked("gryphe/mythomax-l2-13b");
    with_image["messages"][1]["content"] =
        json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let (code, text) = status(with_image).await;
    assert_eq!((code, text.contains("support image input")), (404, true));
    let mut long = asked("gryphe/mythomax-l2-13b");
    long["messages"][1]["content"] = "x".repeat(4 * 4_096).into();
    let (code, text) = status(long).await;
    assert_eq!((code, text.contains("maximum context length is 4096 tokens")), (400, true));
}

#[tokio::test]
async fn pictures_and_parameters_stand_in_the_ledger() {
    let provider = stand_in().await;
    let mut body = question(false);
    body["temperature"] = json!(0.5);
    body["provider"] = json!({"order": ["one"]});
    body["messages"][1]["content"] = json!([
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    assert_eq!(ask(&provider, &body).await.status(), 200);
    let call = provider.ledger().calls().remove(0);
    assert_eq!(call.messages[1].content, "What is this?");
    let brought = Image { content_type: Some("image/png".to_owned()), size: 3, url: None };
    let url = Some("https://example.com/a.png".to_owned());
    let named = Image { content_type: None, size: 0, url };
    assert_eq!(call.messages[1].images, [brought, named]);
    let parameters = call.parameters();
    let order = &parameters["provider"]["order"][0];
    assert_eq!((&parameters["temperature"], order), (&json!(0.5), &json!("one")));
    assert!(!parameters.contains_key("messages"));
}

#[tokio::test]
async fn thoughts_come_in_their_fields_or_in_the_text() {
    let provider = stand_in().await;
    let thinking = || Script::text("Four.").reasoning("Two and two, hm.");
    provider.script_next(thinking());
    let body = ask(&provider, &question(true)).await.text().await.unwrap();
    let chunks: Vec<Value> =
        events(&body).iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
    let thought = |key: &str| -> String {
        let of = |chunk: &Value| chunk["choices"][0]["delta"][key].as_str().map(str::to_owned);
        chunks.iter().filter_map(of).collect()
    };
    assert_eq!(thought("reasoning"), "Two and two, hm.");
    assert_eq!(text(&body), "Four.");
    let details = &chunks[0]["choices"][0]["delta"]["reasoning_details"][0];
    assert_eq!(details["type"], "reasoning.text");
    let reasoning = |usage: &Value| usage["completion_tokens_details"]["reasoning_tokens"].clone();
    let told = reasoning(&chunks.last().unwrap()["usage"]);
    assert!(told.as_i64().is_some_and(|tokens| tokens > 0));

    provider.script_next(thinking());
    let whole: Value = ask(&provider, &question(false)).await.json().await.unwrap();
    let message = &whole["choices"][0]["message"];
    assert_eq!(message["reasoning"], "Two and two, hm.");
    assert_eq!(message["content"], "Four.");

    provider.script_next(thinking());
    let mut hidden = question(false);
    hidden["reasoning"] = json!({"exclude": true});
    let whole: Value = ask(&provider, &hidden).await.json().await.unwrap();
    assert!(!whole.to_string().contains("Two and two"));
    assert_eq!(reasoning(&whole["usage"]), told, "it was thought, and is paid");

    provider.script_next(Script::text("Four.").thinking_in("think", "Two and two"));
    let body = ask(&provider, &question(true)).await.text().await.unwrap();
    assert_eq!(text(&body), "<think>\nTwo and two\n</think>\n\nFour.");
}
