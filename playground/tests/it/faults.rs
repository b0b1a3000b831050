//! What goes wrong on demand.

use std::time::Duration;

use playground::discord::{Effect, Fault, Reply};
use serde_json::{Value, json};

use crate::bot::{Gateway, Rest, discord};

#[tokio::test]
async fn a_post_can_be_processed_and_never_answered() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/messages", discord.channel("general").unwrap());
    discord.faults().add(Fault::on("POST", "/messages", Effect::DropAfter));
    assert!(rest.request("POST", &path).json(&json!({"content": "lost?"})).send().await.is_err());
    assert_eq!(discord.user("bob").visible_messages("general").unwrap()[0].content, "lost?");

    discord.faults().add(Fault::on("POST", "/messages", Effect::DropBefore));
    assert!(rest.request("POST", &path).json(&json!({"content": "lost!"})).send().await.is_err());
    assert_eq!(discord.user("bob").visible_messages("general").unwrap().len(), 1);
    rest.ok("POST", &path, json!({"content": "back"})).await;
    assert_eq!(
        discord.ledger().exchanges_where(|exchange| exchange.fault && exchange.status == 0).len(),
        2
    );
}

#[tokio::test]
async fn answers_can_be_anything() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let faults = discord.faults();
    let wait = Duration::from_millis(700);
    faults.add(Fault::on(
        "GET",
        "/users/@me",
        Effect::Answer(Reply::rate_limited(wait, true, false)),
    ));
    faults.add(Fault::on("GET", "/users/@me", Effect::Answer(Reply::html(502))).times(2));
    let (status, body) = rest.call("GET", "/users/@me", Value::Null).await;
    assert_eq!((status, &body["global"], body.get("code")), (429, &json!(true), None));
    assert_eq!(rest.call("GET", "/users/@me", Value::Null).await, (502, Value::Null));
    assert_eq!(faults.pending(), 1);
    rest.call("GET", "/users/@me", Value::Null).await;
    rest.ok("GET", "/users/@me", Value::Null).await;

    faults.add(
        Fault::on("GET", "/users/@me", Effect::Answer(Reply::error(500, 0, "oops")))
            .always()
            .every(2),
    );
    rest.ok("GET", "/users/@me", Value::Null).await;
    assert_eq!(rest.fails("GET", "/users/@me", Value::Null).await, (500, 0));
    rest.ok("GET", "/users/@me", Value::Null).await;
}

#[tokio::test]
async fn the_gateway_misbehaves() {
    let discord = discord().await;
    let (rest, alice, faults) =
        (Rest::new(&discord), discord.user("alice"), discord.faults().clone());
    let (mut gateway, ready) = Gateway::start(&rest).await;
    faults.request_reconnect();
    assert_eq!(gateway.frame().await["op"], 7);
    alice.say("general", "twice").unwrap();
    faults.repeat_events(1);
    let first = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(gateway.event("MESSAGE_CREATE").await["id"], first["id"]);
    faults.close_gateway(4000);
    assert_eq!(gateway.close_code().await, 4000);

    let mut gateway = Gateway::connect(&rest).await;
    gateway.resume(&rest, &ready, 4).await;
    gateway.event("RESUMED").await;
    faults.invalidate_sessions(false);
    assert_eq!(gateway.frame().await["op"], 9);

    faults.refuse_gateway(true);
    let address = rest.base.replace("http", "ws");
    assert!(tokio_tungstenite::connect_async(format!("{address}/?v=10")).await.is_err());
}
