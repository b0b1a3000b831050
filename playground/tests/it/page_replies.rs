//! What the page tells of the bot's answers.

use std::time::Duration;

use playground::discord::{LocalDiscord, Options, RateLimits};
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, Rest, callback, discord, discord_with},
    window::Window,
};

const ROW: &str =
    r#"{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}"#;

async fn start(discord: &LocalDiscord) -> (Window, Rest, Gateway) {
    let rest = Rest::new(discord);
    let (gateway, _) = Gateway::start(&rest).await;
    let zone = json!({"type": 3, "name": "zone", "description": "x", "autocomplete": true});
    let loud = json!({"type": 5, "name": "loud", "description": "x"});
    let commands = json!([{"name": "ask", "description": "x", "options": [zone, loud]}]);
    rest.ok("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    (Window::open(discord).await, rest, gateway)
}

/// Has the bot answer what somebody does; what it was told, and what the page says.
async fn exchange(
    (window, rest, gateway): &mut (Window, Rest, Gateway),
    act: Value,
    answer: Value,
) -> (Value, Value) {
    let answered = async {
        let event = loop {
            let frame = gateway.frame().await;
            if frame["t"] == "INTERACTION_CREATE" {
                break frame["d"].clone();
            }
        };
        rest.ok("POST", &callback(&event), answer).await;
        event
    };
    let (reply, event) = tokio::join!(window.done("alice", act), answered);
    (event, reply)
}

#[tokio::test]
async fn each_sort_of_answer_is_told() {
    let discord = discord().await;
    let mut stage = start(&discord).await;
    let general = discord.channel("general").unwrap();
    let slash =
        json!({"do": "slash", "channel": general, "command": "ask", "options": {"loud": true}});
    let row: Value = serde_json::from_str(ROW).unwrap();
    let input = json!({"type": 4, "custom_id": "key", "style": 1});
    let modal = json!({"custom_id": "m", "title": "T", "components": [{"type": 18, "label": "Key", "component": input}]});
    for (answer, told) in [
        (
            json!({"type": 4, "data": {"content": "x"}}),
            json!({"reply": "message", "ephemeral": false}),
        ),
        (
            json!({"type": 4, "data": {"content": "x", "flags": 64}}),
            json!({"reply": "message", "ephemeral": true}),
        ),
        (json!({"type": 5}), json!({"reply": "deferred", "ephemeral": false})),
        (
            json!({"type": 5, "data": {"flags": 64}}),
            json!({"reply": "deferred", "ephemeral": true}),
        ),
    ] {
        let (event, reply) = exchange(&mut stage, slash.clone(), answer).await;
        assert_eq!(event["data"]["options"], json!([{"type": 5, "name": "loud", "value": true}]));
        assert_eq!(reply, told);
    }
    let open = json!({"type": 9, "data": modal});
    let (event, reply) = exchange(&mut stage, slash, open).await;
    assert_eq!(reply, json!({"reply": "modal", "token": event["token"], "modal": modal}));
    let submit = json!({"do": "submit", "token": reply["token"], "fields": {"key": "k"}});
    let (event, reply) = exchange(&mut stage, submit, json!({"type": 6})).await;
    assert_eq!(event["data"]["components"][0]["component"]["value"], "k");
    assert_eq!(reply, json!({"reply": "nothing"}));

    let post = format!("/channels/{general}/messages");
    let shown = stage.1.ok("POST", &post, json!({"content": "x", "components": [row]})).await;
    let click = json!({"do": "click", "message": shown["id"], "custom_id": "go"});
    let (event, reply) = exchange(&mut stage, click.clone(), json!({"type": 6})).await;
    assert_eq!(event["message"]["id"], shown["id"]);
    assert_eq!(reply, json!({"reply": "nothing"}));
    let update = json!({"type": 7, "data": {"content": "y", "components": []}});
    assert_eq!(exchange(&mut stage, click.clone(), update).await.1, json!({"reply": "updated"}));
    let refused = stage.0.refused("alice", click).await;
    assert!(refused.contains("no longer"), "{refused}");
}

#[tokio::test]
async fn proposals_come_back_and_know_the_other_options() {
    let discord = discord().await;
    let mut stage = start(&discord).await;
    let general = discord.channel("general").unwrap();
    let typed = |option: &str, value: Value| json!({"do": "autocomplete", "channel": general, "command": "ask", "option": option, "value": value, "options": {"loud": true}});
    let choices = json!([{"name": "Rome", "value": "Europe/Rome"}]);
    let answer = json!({"type": 8, "data": {"choices": choices}});
    let (event, reply) = exchange(&mut stage, typed("zone", json!("ro")), answer).await;
    assert_eq!(reply, json!({"choices": choices}));
    let options = event["data"]["options"].as_array().unwrap();
    assert!(options.contains(&json!({"type": 5, "name": "loud", "value": true})), "{options:?}");
    let focused = json!({"type": 3, "name": "zone", "value": "ro", "focused": true});
    assert!(options.contains(&focused), "{options:?}");
    stage.0.refused("alice", typed("loud", json!(true))).await;
    stage.0.refused("alice", typed("other", json!("x"))).await;
}

#[tokio::test]
async fn a_form_belongs_to_who_opened_it() {
    let discord = discord().await;
    let mut stage = start(&discord).await;
    let general = discord.channel("general").unwrap();
    let slash = json!({"do": "slash", "channel": general, "command": "ask"});
    let input = json!({"type": 4, "custom_id": "key", "style": 1, "label": "Key", "max_length": 3});
    let modal = json!({"type": 9, "data": {"custom_id": "m", "title": "T", "components": [{"type": 1, "components": [input]}]}});
    let (event, _) = exchange(&mut stage, slash.clone(), modal).await;
    let submit =
        |token: &Value, fields: Value| json!({"do": "submit", "token": token, "fields": fields});
    let (window, fine) = (&stage.0, json!({"key": "k"}));
    window.refused("bob", submit(&event["token"], fine.clone())).await;
    for fields in
        [json!({}), json!({"key": "long"}), json!({"key": 7}), json!({"key": "k", "x": ""})]
    {
        window.refused("alice", submit(&event["token"], fields)).await;
    }
    let (other, _) = exchange(&mut stage, slash, json!({"type": 5})).await;
    stage.0.refused("alice", submit(&other["token"], json!({}))).await;
    let sent = submit(&event["token"], fine);
    let done = json!({"type": 4, "data": {"content": "thanks", "flags": 64}});
    assert_eq!(exchange(&mut stage, sent, done).await.1["reply"], "message");
}

#[tokio::test]
async fn a_bot_that_says_nothing_has_failed() {
    let answer_deadline = Duration::from_millis(50);
    let options = Options { answer_deadline, rate_limits: RateLimits::off(), ..Options::default() };
    let discord = discord_with(options).await;
    let (window, ..) = start(&discord).await;
    let general = discord.channel("general").unwrap();
    let reply =
        window.done("alice", json!({"do": "slash", "channel": general, "command": "ask"})).await;
    assert_eq!(reply["reply"], "failed");
    assert!(reply["reason"].as_str().unwrap().contains("did not respond"));
    let typed = json!({"do": "autocomplete", "channel": general, "command": "ask", "option": "zone", "value": "x"});
    assert!(window.refused("alice", typed).await.contains("did not respond"));
}
