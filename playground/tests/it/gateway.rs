//! Sessions, shards and intents.

use std::collections::VecDeque;

use playground::discord::{Entry, Options, Traffic};
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::client::IntoClientRequest};

use crate::bot::{Gateway, INTENTS, PATIENCE, Rest, discord, discord_with};

#[tokio::test]
async fn a_shard_hears_its_servers_and_shard_zero_hears_direct_messages() {
    let discord = discord().await;
    let guilds: Vec<_> = (0..2_u64)
        .map(|n| discord.add_guild_with_id(&format!("house {n}"), (1000 + n) << 22))
        .collect();
    let channels: Vec<_> =
        guilds.iter().map(|guild| discord.add_channel(*guild, &format!("hall {guild}"))).collect();
    let rest = Rest::new(&discord);
    let (mut zero, _) = Gateway::start_as(&rest, json!([0, 2]), INTENTS).await;
    let (mut one, ready) = Gateway::start_as(&rest, json!([1, 2]), INTENTS).await;
    let (mut twin, _) = Gateway::start_as(&rest, json!([1, 2]), INTENTS).await;
    assert!(
        ready["guilds"]
            .as_array()
            .unwrap()
            .iter()
            .any(|guild| guild["id"] == guilds[1].to_string())
    );

    let alice = discord.user("alice");
    alice.say(channels[0], "even").unwrap();
    alice.say(channels[1], "odd").unwrap();
    alice.dm("private").unwrap();
    assert_eq!(zero.event("MESSAGE_CREATE").await["content"], "even");
    let private = zero.event("MESSAGE_CREATE").await;
    assert_eq!((&private["content"], &private["guild_id"]), (&json!("private"), &Value::Null));
    assert_eq!(one.event("MESSAGE_CREATE").await["content"], "odd");
    assert_eq!(twin.event("MESSAGE_CREATE").await["content"], "odd");
}

#[tokio::test]
async fn a_session_resumes_where_it_was() {
    let discord = discord().await;
    let (rest, alice) = (Rest::new(&discord), discord.user("alice"));
    let (mut gateway, ready) = Gateway::start(&rest).await;
    alice.say("general", "heard").unwrap();
    let seq = gateway.frame().await["s"].as_u64().unwrap();
    discord.faults().drop_gateway();
    assert!(gateway.message().await.is_none());
    alice.say("general", "missed").unwrap();

    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, seq).await;
    let missed = gateway.frame().await;
    assert_eq!((&missed["d"]["content"], &missed["s"]), (&json!("missed"), &json!(seq + 1)));
    gateway.event("RESUMED").await;

    gateway.close(1000).await;
    assert!(
        discord
            .wait_for(PATIENCE, |world| (world.sessions_online() == 0).then_some(()))
            .await
            .is_some()
    );
    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, seq).await;
    assert_eq!(gateway.frame().await, json!({"op": 9, "d": false, "s": null, "t": null}));
}

#[tokio::test]
async fn without_the_content_intent_only_what_is_addressed_can_be_read() {
    let discord = discord().await;
    let (rest, alice) = (Rest::new(&discord), discord.user("alice"));
    let (mut gateway, _) = Gateway::start_as(&rest, json!([0, 1]), INTENTS & !(1 << 15)).await;
    alice.say("general", "among us").unwrap();
    alice.say("general", &format!("hey <@{}>", discord.bot())).unwrap();
    alice.dm("in private").unwrap();
    assert_eq!(gateway.event("MESSAGE_CREATE").await["content"], "");
    assert_ne!(gateway.event("MESSAGE_CREATE").await["content"], "");
    assert_eq!(gateway.event("MESSAGE_CREATE").await["content"], "in private");
}

#[tokio::test]
async fn who_may_not_come_in_is_told_so() {
    let discord = discord_with(Options { message_content: false, ..Options::default() }).await;
    let rest = Rest::new(&discord);
    let identify = |token: &str, shard: Value| json!({"op": 2, "d": {"token": token, "intents": INTENTS, "shard": shard, "properties": {}}});
    let token = discord.token();
    for (frame, code) in [
        (identify("wrong", json!([0, 1])), 4004),
        (identify(&token, json!([2, 2])), 4010),
        (identify(&token, json!([0, 1])), 4014),
        (json!({"op": 99}), 4001),
        (json!({"op": 8, "d": {}}), 4003),
    ] {
        let mut gateway = Gateway::connect(&rest).await;
        gateway.send(frame.clone()).await;
        assert_eq!(gateway.close_code().await, code, "{frame}");
    }
}

#[tokio::test]
async fn heartbeats_are_acknowledged() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    gateway.send(json!({"op": 1, "d": 2})).await;
    assert_eq!(gateway.frame().await["op"], 11);
}

#[tokio::test]
async fn people_react_and_type() {
    let discord = discord().await;
    let (rest, bob) = (Rest::new(&discord), discord.user("bob"));
    let (mut gateway, _) = Gateway::start(&rest).await;
    let message = bob.say("general", "nice").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    bob.react(message, "👍").unwrap();
    assert_eq!(gateway.event("MESSAGE_REACTION_ADD").await["emoji"]["name"], "👍");
    bob.type_in("general").unwrap();
    gateway.event("TYPING_START").await;
    let path = format!(
        "/channels/{}/messages/{message}/reactions/%F0%9F%91%8D",
        discord.channel("general").unwrap()
    );
    rest.ok("PUT", &format!("{path}/@me"), Value::Null).await;
    assert_eq!(rest.ok("GET", &path, Value::Null).await.as_array().unwrap().len(), 2);
    bob.edit(message, "nicer").unwrap();
    gateway.event("MESSAGE_REACTION_ADD").await;
    assert_eq!(gateway.event("MESSAGE_UPDATE").await["content"], "nicer");
    discord.redeliver(message);
    assert_eq!(gateway.event("MESSAGE_CREATE").await["id"], message.to_string());
}

#[tokio::test]
async fn what_a_silent_gateway_kept_back_is_told_after_a_resume() {
    let discord = discord().await;
    let (rest, alice) = (Rest::new(&discord), discord.user("alice"));
    let (mut gateway, ready) = Gateway::start(&rest).await;
    discord.faults().silence_gateway(true);
    alice.say("general", "unheard").unwrap();
    gateway.send(json!({"op": 1, "d": 2})).await;
    let heartbeat_came = |world: &VecDeque<Entry>| {
        let beats = world
            .iter()
            .any(|entry| matches!(&entry.what, Traffic::Received(frame) if frame["op"] == 1));
        beats.then_some(())
    };
    discord.ledger().wait_for(PATIENCE, heartbeat_came).await.unwrap();
    discord.faults().drop_gateway();
    assert!(gateway.message().await.is_none(), "neither the event nor the acknowledgement");

    discord.faults().clear();
    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, 2).await;
    assert_eq!(gateway.event("MESSAGE_CREATE").await["content"], "unheard");
    gateway.event("RESUMED").await;
}

#[tokio::test]
async fn a_whole_connection_can_be_one_compressed_stream() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let mut gateway = Gateway::dial(&rest, "?v=10&encoding=json&compress=zlib-stream").await;
    let mut inflate = flate2::Decompress::new(true);
    let hello = gateway.inflated(&mut inflate).await;
    assert_eq!(hello["op"], 10);
    gateway.identify(&rest, json!([0, 1]), INTENTS).await;
    assert_eq!(gateway.inflated(&mut inflate).await["t"], "READY");
    assert_eq!(gateway.inflated(&mut inflate).await["t"], "GUILD_CREATE");
}

#[tokio::test]
async fn a_browsers_page_can_not_log_in() {
    let discord = discord().await;
    let base = discord.base_url();
    let address = base.strip_prefix("http://").unwrap();
    let upgrade = |host: &str, origin: Option<&str>| {
        let mut request = format!("ws://{address}/?v=10").into_client_request().unwrap();
        request.headers_mut().insert("host", host.parse().unwrap());
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        connect_async(request)
    };
    assert!(upgrade(address, None).await.is_ok());
    let foreign = upgrade(address, Some("https://evil.example")).await;
    assert!(foreign.unwrap_err().to_string().contains("403"));
    // a name that points at this machine is not this machine's
    assert!(upgrade("evil.example", None).await.unwrap_err().to_string().contains("403"));

    let from_a_page = Rest::new(&discord).http.get(format!("{base}/api/v10/gateway"));
    assert_eq!(from_a_page.header("origin", "null").send().await.unwrap().status(), 403);
}
