//! The local Discord's own answers and frames, and a bot's, against what others say of Discord.

use std::path::Path;

use playground::{
    checks::{
        About,
        gateway::{Direction, FrameSchema},
        openapi::{Checks, Document},
    },
    discord::{Exchange, LocalDiscord, Response},
};
use serde_json::{Value, json};

use crate::bot::{DESCRIPTIONS, Gateway, PATIENCE, Rest, descriptions, discord};

const ALL: Checks = Checks { strict: true, responses: true };

fn callback(event: &Value) -> String {
    format!(
        "/interactions/{}/{}/callback?with_response=true",
        event["id"].as_str().unwrap(),
        event["token"].as_str().unwrap()
    )
}

/// Uses every route once or more.
async fn tour(discord: &LocalDiscord) {
    let rest = Rest::new(discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (app, alice) = (discord.bot(), discord.user("alice"));
    let (general, nothing) = (discord.channel("general").unwrap(), Value::Null);
    let guild = discord.look(|world| world.guilds().next().unwrap().id);
    for path in ["/gateway/bot", "/users/@me", "/oauth2/applications/@me", "/applications/@me"] {
        rest.ok("GET", path, nothing.clone()).await;
    }
    for path in [
        format!("/users/{}", alice.id()),
        format!("/guilds/{guild}"),
        format!("/guilds/{guild}/channels"),
        format!("/guilds/{guild}/members/{}", alice.id()),
        format!("/channels/{general}"),
        format!("/channels/{}", discord.channel("rehearsal").unwrap()),
        format!("/channels/{}", alice.dm_channel()),
        format!("/applications/{app}/guilds/{guild}/commands"),
    ] {
        rest.ok("GET", &path, nothing.clone()).await;
    }
    rest.ok("GET", "/users/@me/guilds", nothing.clone()).await;
    rest.ok("POST", "/users/@me/channels", json!({"recipient_id": alice.id()})).await;
    let option = json!({"type": 3, "name": "name", "description": "x", "min_length": null});
    let commands = json!([{"name": "go", "description": "x", "options": [option]}]);
    rest.ok("PUT", &format!("/applications/{app}/commands"), commands).await;

    let channel = format!("/channels/{general}");
    rest.ok("POST", &format!("{channel}/typing"), nothing.clone()).await;
    let said = alice
        .say_with_file(general, &format!("hi <@{app}>"), "a.txt", "text/plain", "text")
        .unwrap();
    let body = json!({"content": "answer", "embeds": [{"title": "t", "description": null}], "message_reference": {"message_id": said}, "nonce": "n"});
    let own = rest.ok("POST", &format!("{channel}/messages"), body).await;
    let own = format!("{channel}/messages/{}", own["id"].as_str().unwrap());
    rest.ok("PATCH", &own, json!({"content": "better answer"})).await;
    rest.ok("PUT", &format!("{own}/reactions/👍/@me"), nothing.clone()).await;
    rest.ok("GET", &own, nothing.clone()).await;
    rest.ok("GET", &format!("{own}/reactions/👍"), nothing.clone()).await;
    rest.ok("GET", &format!("{channel}/messages?limit=10"), nothing.clone()).await;
    rest.ok("POST", &format!("{channel}/threads"), json!({"name": "aside", "type": 11})).await;
    rest.ok("DELETE", &own, nothing.clone()).await;
    rest.fails("GET", &own, nothing.clone()).await;
    rest.fails("POST", &format!("{channel}/messages"), json!({"content": ""})).await;

    let hook = rest.ok("POST", &format!("{channel}/webhooks"), json!({"name": "personas"})).await;
    rest.ok("GET", &format!("{channel}/webhooks"), nothing.clone()).await;
    rest.ok("GET", &format!("/webhooks/{}", hook["id"].as_str().unwrap()), nothing.clone()).await;
    let hook =
        format!("/webhooks/{}/{}", hook["id"].as_str().unwrap(), hook["token"].as_str().unwrap());
    rest.ok("GET", &hook, nothing.clone()).await;
    let stop = json!([{"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop"}]}]);
    rest.ok("POST", &hook, json!({"content": "x"})).await;
    let body = json!({"content": "x", "username": "Ada", "components": stop, "allowed_mentions": {"parse": []}});
    let post = rest.ok("POST", &format!("{hook}?wait=true"), body).await;
    let post = format!("{hook}/messages/{}", post["id"].as_str().unwrap());
    rest.ok("PATCH", &post, json!({"content": "y"})).await;
    rest.ok("GET", &post, nothing.clone()).await;

    interactions(discord, &rest, &mut gateway).await;
    rest.ok("DELETE", &post, nothing.clone()).await;
    rest.ok("DELETE", &hook, nothing).await;
}

/// Each way of answering.
async fn interactions(discord: &LocalDiscord, rest: &Rest, gateway: &mut Gateway) {
    let (alice, general) = (discord.user("alice"), discord.channel("general").unwrap());
    let next = async |gateway: &mut Gateway| loop {
        let frame = gateway.frame().await;
        if frame["t"] == "INTERACTION_CREATE" {
            return frame["d"].clone();
        }
    };
    let invocation = alice.slash(general, "go", json!({"name": "x"})).unwrap();
    rest.ok("POST", &callback(&next(gateway).await), json!({"type": 5})).await;
    let path = format!("/webhooks/{}/{}", discord.bot(), invocation.token());
    rest.ok("PATCH", &format!("{path}/messages/@original"), json!({"content": "done"})).await;
    rest.ok("GET", &format!("{path}/messages/@original"), Value::Null).await;
    rest.ok("POST", &path, json!({"content": "more", "flags": 64})).await;
    rest.ok("DELETE", &format!("{path}/messages/@original"), Value::Null).await;

    let invocation = alice.slash(general, "go", json!({})).unwrap();
    let input = json!({"type": 4, "custom_id": "key", "style": 1, "label": "Key"});
    let modal = json!({"custom_id": "form", "title": "Form", "components": [{"type": 1, "components": [input]}]});
    rest.ok("POST", &callback(&next(gateway).await), json!({"type": 9, "data": modal})).await;
    assert!(matches!(invocation.response(PATIENCE).await.unwrap(), Response::Modal { .. }));
    invocation.submit_modal([("key", "k")]).unwrap();
    rest.ok(
        "POST",
        &callback(&next(gateway).await),
        json!({"type": 4, "data": {"content": "ok", "flags": 64}}),
    )
    .await;

    let shown = alice
        .wait_for_message(general, PATIENCE, |message| message.buttons().count() > 0)
        .await
        .unwrap();
    for answer in [
        json!({"type": 6}),
        json!({"type": 7, "data": {"content": "stopped"}}),
        json!({"type": 4, "data": {"content": "clicked"}}),
    ] {
        alice.click(shown.id, "Stop").unwrap();
        rest.ok("POST", &callback(&next(gateway).await), answer).await;
    }
}

#[tokio::test]
async fn the_local_discord_answers_as_discord_describes() {
    let discord = discord().await;
    tour(&discord).await;
    assert!(discord.ledger().unknown_routes().is_empty());
    let lines = discord.ledger().to_jsonl();
    assert_eq!(lines.lines().count(), discord.ledger().len());
    let Some(descriptions) = descriptions() else { return };
    let report = descriptions.check(&discord.ledger().entries(), true);
    assert!(report.problems.is_empty(), "{report}");
    assert!(report.responses > 40, "{report}");
}

#[test]
fn the_document_finds_mistakes() {
    let path = Path::new(DESCRIPTIONS).join("discord-openapi.json");
    let Some(document) = path.exists().then(|| Document::load(path).unwrap()) else { return };
    let post = |body: Value| Exchange {
        method: "POST".to_owned(),
        path: "/api/v10/webhooks/1/token".to_owned(),
        content_type: "application/json".to_owned(),
        body,
        status: 204,
        ..Exchange::default()
    };
    let about = |exchange: &Exchange| -> Vec<About> {
        document.check(exchange, ALL).into_iter().map(|problem| problem.about).collect()
    };
    assert_eq!(about(&post(json!({"content": "x"}))), []);
    assert_eq!(about(&post(json!({"content": "x".repeat(2001)}))), [About::Body]);
    assert_eq!(about(&post(json!({"content": "x", "contend": "y"}))), [About::UnknownField]);
    assert_eq!(
        about(&Exchange { query: Some("wait=maybe".to_owned()), ..post(json!({"content": "x"})) }),
        [About::Query]
    );
    assert_eq!(
        about(&Exchange { query: Some("?&wait=1".to_owned()), ..post(json!({"content": "x"})) }),
        [About::Query]
    );
    assert_eq!(
        about(&Exchange { query: Some("&wait=1".to_owned()), ..post(json!({"content": "x"})) }),
        []
    );
    assert_eq!(
        about(&Exchange { path: "/api/v10/nowhere".to_owned(), ..Exchange::default() }),
        [About::Route]
    );
    assert_eq!(
        about(&Exchange {
            status: 200,
            response: json!({"id": 1}),
            ..post(json!({"content": "x"}))
        }),
        [About::Response]
    );
    let upload = json!({"content": "x", "attachments": [{"id": 0, "filename": "a"}]});
    assert_eq!(
        about(&Exchange {
            content_type: "multipart/form-data; boundary=b".to_owned(),
            ..post(upload)
        }),
        []
    );
}

#[test]
fn the_gateways_schema_finds_mistakes() {
    let path = Path::new(DESCRIPTIONS).join("discord-gateway-schema.json");
    let Some(schema) = path.exists().then(|| FrameSchema::load(path).unwrap()) else { return };
    let to_bot = |frame: Value| schema.check(Direction::ToBot, &frame).map(|p| p.to_string());
    let from_bot = |frame: Value| schema.check(Direction::FromBot, &frame).map(|p| p.to_string());
    let hello = |d: Value| json!({"op": 10, "d": d, "s": null, "t": null});
    assert_eq!(to_bot(hello(json!({"heartbeat_interval": 1}))), None);
    assert_eq!(to_bot(hello(json!({"heartbeat_interval": 1, "undocumented": 2}))), None);
    assert!(to_bot(hello(json!({}))).unwrap().contains("heartbeat_interval"));
    assert!(to_bot(json!({"op": 7, "d": null})).is_some(), "s and t are there and null");
    let typing = |user: Value| {
        let d = json!({"channel_id": "1", "user_id": user, "timestamp": 1});
        json!({"op": 0, "t": "TYPING_START", "s": 3, "d": d})
    };
    assert_eq!(to_bot(typing(json!("2"))), None);
    assert!(
        to_bot(typing(json!(2))).unwrap().starts_with("[FrameToBot] op 0 TYPING_START: /d/user_id")
    );
    assert!(to_bot(json!({"op": 0, "t": "NEVER", "s": 1, "d": {}})).unwrap().contains("described"));

    assert_eq!(from_bot(json!({"op": 1, "d": null})), None);
    let identify = |intents: Value| {
        let since = json!({"secs_since_epoch": 1, "nanos_since_epoch": 2});
        let presence = json!({"since": since, "activities": [], "status": "online", "afk": false});
        let properties = json!({"os": "linux", "browser": "raw", "device": "raw"});
        json!({"op": 2, "d": {"token": "t", "properties": properties, "intents": intents, "presence": presence}})
    };
    assert_eq!(from_bot(identify(json!(513))), None);
    assert!(from_bot(identify(json!("513"))).unwrap().contains("intents"));
    assert!(from_bot(json!({"op": 99})).is_some());
}
