//! Behind the curtain: switches that break things, and what is shown of the traffic.

use playground::{
    discord::LocalDiscord,
    page::PageEnv,
    provider::{KeyPlan, StandInOptions, StandInProvider},
};
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, Rest, callback, discord},
    window::{Window, answer, reason},
};

async fn switch(window: &Window, id: &str, on: bool) -> Value {
    let (status, shown) =
        answer(window.request("POST", "/api/faults").json(&json!({"id": id, "on": on}))).await;
    assert_eq!(status, 200, "{id}: {shown}");
    assert_eq!(shown, window.get("/api/faults").await.json::<Value>().await.unwrap());
    shown
}

fn on(shown: &Value) -> Vec<&str> {
    let groups = shown["groups"].as_array().unwrap().iter();
    let items = groups.flat_map(|group| group["items"].as_array().unwrap());
    items.filter(|item| item["on"] == true).map(|item| item["id"].as_str().unwrap()).collect()
}

async fn statuses(rest: &Rest, discord: &LocalDiscord, count: usize) -> Vec<u16> {
    let path = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(rest.call("POST", &path, json!({"content": "x"})).await.0);
    }
    statuses
}

#[tokio::test]
async fn switches_break_discord_and_mend_it() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let rest = Rest::new(&discord);
    let (mut gateway, ready) = Gateway::start(&rest).await;
    let mut curtain = window.curtain();
    assert_eq!(on(&switch(&window, "discord_limited", true).await), ["discord_limited"]);
    let is_on = |faults: &Value| (on(faults) == ["discord_limited"]).then_some(());
    curtain.until("faults", is_on).await;
    assert_eq!(statuses(&rest, &discord, 4).await, [200, 429, 200, 429]);
    assert_eq!(on(&switch(&window, "discord_broken", true).await).len(), 2);
    switch(&window, "discord_limited", false).await;
    assert_eq!(statuses(&rest, &discord, 4).await, [200, 502, 200, 502]);
    assert_eq!(on(&switch(&window, "discord_broken", false).await), [""; 0]);
    assert_eq!(statuses(&rest, &discord, 4).await, [200; 4]);
    assert_eq!(discord.faults().pending(), 0);

    for _ in 0..8 {
        gateway.event("MESSAGE_CREATE").await;
    }
    switch(&window, "gateway_silent", true).await;
    statuses(&rest, &discord, 1).await;
    switch(&window, "gateway_silent", false).await;
    switch(&window, "gateway_drop", true).await;
    assert!(gateway.message().await.is_none(), "nothing was heard");
    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, 10).await;
    gateway.event("MESSAGE_CREATE").await;
    gateway.event("RESUMED").await;
    switch(&window, "gateway_reconnect", true).await;
    assert_eq!(gateway.frame().await["op"], 7);
    switch(&window, "gateway_invalidate", true).await;
    assert_eq!(gateway.frame().await["op"], 9);

    for id in ["nothing", "", "model_slow", "worker_kill"] {
        let request = window.request("POST", "/api/faults").json(&json!({"id": id, "on": true}));
        let (status, answer) = answer(request).await;
        reason(status, &answer);
    }
}

#[tokio::test]
async fn the_model_has_one_mood_at_a_time() {
    const KEY: &str = "sk-or-v1-a-key-to-hide-9876";
    let discord = discord().await;
    let keys = vec![(KEY.to_owned(), KeyPlan::with_credit(1_000_000_000))];
    let options = StandInOptions { keys, ..StandInOptions::default() };
    let provider = StandInProvider::start(options).await.unwrap();
    let env = PageEnv {
        discord: &discord,
        provider: Some(&provider),
        backstage: None,
        welcome: None,
        port: 0,
    };
    let window = Window::with(env).await;
    let mut curtain = window.curtain();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async || {
        let question = json!({"model": "m/x", "messages": [{"role": "user", "content": "hello?"}], "stream": false});
        let url = format!("{}/chat/completions", provider.base_url());
        http.post(url).bearer_auth(KEY).json(&question).send().await.unwrap().status().as_u16()
    };
    let key_check = async || {
        let url = format!("{}/key", provider.base_url());
        http.get(url).bearer_auth(KEY).send().await.unwrap().status().as_u16()
    };
    for (id, status, key) in [
        ("model_no_credit", 402, 200),
        ("model_key_rejected", 401, 401),
        ("model_rate_limited", 429, 200),
        ("model_fine", 200, 200),
    ] {
        assert_eq!(on(&switch(&window, id, true).await), [id]);
        assert_eq!((ask().await, key_check().await), (status, key), "{id}");
    }
    let call = curtain
        .until("curtain", |scene| {
            scene["calls"].as_array()?.iter().find(|call| call["stage"] == "completed").cloned()
        })
        .await;
    assert_eq!(call["key"], "…9876");
    assert_eq!(call["messages"], json!([{"role": "user", "content": "hello?", "images": []}]));
    assert!(!curtain.contains("to-hide"), "{}", &*curtain);
}

#[tokio::test]
async fn neither_what_was_typed_nor_the_bots_token_is_shown() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let mut curtain = window.curtain();
    let rest = Rest::new(&discord);
    let (mut gateway, ready) = Gateway::start(&rest).await;
    let commands = format!("/applications/{}/commands", discord.bot());
    rest.ok("PUT", &commands, json!([{"name": "key", "description": "x"}])).await;
    let alice = discord.user("alice");
    let row = |input: Value| json!({"type": 1, "components": [input]});
    let old = row(json!({"type": 4, "custom_id": "old", "style": 1, "label": "Old"}));
    let new = json!({"type": 18, "label": "New", "component": {"type": 4, "custom_id": "new", "style": 1}});
    let modal =
        json!({"type": 9, "data": {"custom_id": "m", "title": "Key", "components": [old, new]}});
    for channel in [discord.channel("general").unwrap(), alice.dm_channel()] {
        let invocation = alice.slash(channel, "key", json!({})).unwrap();
        let event = gateway.event("INTERACTION_CREATE").await;
        rest.ok("POST", &callback(&event), modal.clone()).await;
        invocation.response(crate::bot::PATIENCE).await.unwrap();
        invocation.submit_modal([("old", "sk-typed-1"), ("new", "sk-typed-2")]).unwrap();
        let event = gateway.event("INTERACTION_CREATE").await;
        assert!(event.to_string().contains("sk-typed-2"), "the bot is told");
        rest.ok("POST", &callback(&event), json!({"type": 6})).await;
    }
    gateway.close(4000).await;
    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, 6).await;
    gateway.event("RESUMED").await;
    // an IDENTIFY that lacks what every other has
    let mut odd = Gateway::connect(&rest).await;
    odd.send(json!({"op": 2, "d": {"token": discord.token()}})).await;
    odd.close_code().await;
    // the end of it all
    alice.say("general", "that was it").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    let wire = curtain
        .until("curtain", |scene| {
            scene["wire"].to_string().contains("MESSAGE_CREATE").then(|| scene["wire"].clone())
        })
        .await;
    let hidden = |it: &&Value| it["body"].as_str().unwrap().starts_with("(not shown");
    let hidden: Vec<&Value> =
        wire.as_array().unwrap().iter().filter(hidden).map(|it| &it["line"]).collect();
    let (login, form) = ("gateway ← IDENTIFY", "gateway → INTERACTION_CREATE");
    assert_eq!(hidden, [login, form, form, "gateway ← RESUME", login]);
    assert!(!curtain.contains("sk-typed"), "what was typed");
    assert!(!curtain.contains(&discord.token()), "the bot's token");
}
