//! Commands, forms, buttons, and the rules of answering them.

use playground::discord::{ActError, Invocation, LocalDiscord, Options, Response};
use serde_json::{Value, json};

use crate::bot::{Gateway, PATIENCE, Rest, callback, discord, discord_with};

/// A bot with a few commands, logged in.
async fn start(discord: &LocalDiscord) -> (Rest, Gateway) {
    let rest = Rest::new(discord);
    let (gateway, _) = Gateway::start(&rest).await;
    let zone = json!({"type": 3, "name": "zone", "description": "IANA zone", "required": true, "autocomplete": true});
    let provider = json!({"type": 3, "name": "provider", "description": "whose", "choices": [{"name": "One", "value": "one"}]});
    let commands = json!([
        {"name": "wallet", "description": "keys", "name_localizations": null, "options": [
            {"type": 1, "name": "set", "description": "add a key", "options": [provider]},
            {"type": 1, "name": "list", "description": "all keys"}]},
        {"name": "timezone", "description": "yours", "options": [{"type": 1, "name": "set", "description": "set", "options": [zone]}]},
        {"name": "give", "description": "a thing", "contexts": [0], "options": [
            {"type": 6, "name": "to", "description": "whom", "required": true},
            {"type": 4, "name": "count", "description": "how many", "max_value": 3}]},
    ]);
    rest.ok("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    (rest, gateway)
}

fn followup(discord: &LocalDiscord, invocation: &Invocation) -> String {
    format!("/webhooks/{}/{}", discord.bot(), invocation.token())
}

#[tokio::test]
async fn only_what_is_registered_can_be_typed() {
    let discord = discord().await;
    let (_rest, mut gateway) = start(&discord).await;
    let alice = discord.user("alice");
    let problem = |command, options| {
        alice.slash("general", command, options).err().map(|error| error.to_string())
    };
    assert_eq!(
        alice.slash("general", "wallet drop", json!({})).err(),
        Some(ActError::NoSuchCommand("wallet drop".into()))
    );
    assert!(problem("wallet", json!({})).is_some(), "a group alone is no command");
    assert!(problem("wallet set", json!({"provider": "two"})).unwrap().contains("choices"));
    assert!(problem("wallet list", json!({"x": 1})).unwrap().contains("no such option"));
    assert!(problem("timezone set", json!({})).unwrap().contains("required"));
    assert!(problem("give", json!({"to": "nobody"})).is_some());
    assert!(problem("give", json!({"to": "bob", "count": 4})).unwrap().contains("range"));
    assert_eq!(
        alice.slash(alice.dm_channel(), "give", json!({"to": "bob"})).err(),
        Some(ActError::NotOffered("give".into()))
    );

    alice.slash("general", "give", json!({"to": "bob", "count": 3})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let bob = discord.user("bob").id().to_string();
    assert_eq!(event["data"]["options"][1]["value"], bob);
    assert_eq!(event["data"]["resolved"]["users"][&bob]["username"], "bob");
}

#[tokio::test]
async fn an_answer_comes_once_and_in_time() {
    let discord = discord().await;
    let (rest, mut gateway) = start(&discord).await;
    let alice = discord.user("alice");
    let invocation = alice.slash("general", "wallet list", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    let body = json!({"type": 4, "data": {"content": "no keys", "flags": 64}});
    let answer =
        rest.ok("POST", &format!("{}?with_response=1", callback(&event)), body.clone()).await;
    assert_eq!(
        (&answer["resource"]["type"], &answer["interaction"]["response_message_ephemeral"]),
        (&json!(4), &json!(true))
    );
    assert_eq!(rest.fails("POST", &callback(&event), body.clone()).await, (400, 40060));
    assert!(matches!(
        invocation.response(PATIENCE).await.unwrap(),
        Response::Message { ephemeral: true, .. }
    ));
    assert_eq!(alice.visible_messages("general").unwrap().len(), 1);
    assert!(discord.user("bob").visible_messages("general").unwrap().is_empty());

    let late = alice.slash("general", "wallet list", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    discord.expire_interaction(late.token());
    assert_eq!(rest.fails("POST", &callback(&event), body).await, (404, 10062));
}

#[tokio::test]
async fn the_three_seconds_run_by_themselves() {
    let options = Options { answer_deadline: std::time::Duration::ZERO, ..Options::default() };
    let discord = discord_with(options).await;
    let (rest, mut gateway) = start(&discord).await;
    discord.user("alice").slash("general", "wallet list", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(rest.fails("POST", &callback(&event), json!({"type": 5})).await, (404, 10062));
}

#[tokio::test]
async fn a_deferred_answer_gets_its_text_by_an_edit_or_by_a_followup() {
    let discord = discord().await;
    let (rest, mut gateway) = start(&discord).await;
    let alice = discord.user("alice");
    for by_followup in [false, true] {
        let invocation = alice.slash("general", "wallet list", json!({})).unwrap();
        let event = gateway.event("INTERACTION_CREATE").await;
        assert_eq!(
            rest.fails("POST", &callback(&event), json!({"type": 5, "data": {"flags": 4}})).await,
            (400, 50035)
        );
        rest.ok("POST", &callback(&event), json!({"type": 5, "data": {"flags": 64}})).await;
        assert!(matches!(
            invocation.response(PATIENCE).await.unwrap(),
            Response::Deferred { ephemeral: true }
        ));
        let path = followup(&discord, &invocation);
        if by_followup {
            rest.ok("POST", &path, json!({"content": "done", "flags": 0})).await;
        } else {
            rest.ok("PATCH", &format!("{path}/messages/%40original"), json!({"content": "done"}))
                .await;
        }
        let done = invocation.final_message(PATIENCE).await.unwrap();
        assert_eq!((done.content.as_str(), done.is_ephemeral()), ("done", true));
        assert!(invocation.followups().is_empty());
        rest.ok("POST", &path, json!({"content": "more", "flags": 64})).await;
        assert_eq!(invocation.followup(1, PATIENCE).await.unwrap().content, "more");
        discord.expire_interaction(invocation.token());
        assert_eq!(rest.fails("POST", &path, json!({"content": "late"})).await, (401, 50027));
    }
}

#[tokio::test]
async fn a_form_opens_is_filled_in_and_answered() {
    let discord = discord().await;
    let (rest, mut gateway) = start(&discord).await;
    let alice = discord.user("alice");
    let invocation =
        alice.slash(alice.dm_channel(), "wallet set", json!({"provider": "one"})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&event["context"], &event["user"]["username"]), (&json!(1), &json!("alice")));
    let row = |input: Value| json!({"type": 1, "components": [input]});
    let key =
        json!({"type": 4, "custom_id": "api_key", "style": 1, "label": "API key", "min_length": 8});
    let unlabelled = row(json!({"type": 4, "custom_id": "x", "style": 1}));
    for components in [json!([unlabelled]), json!([]), Value::Array(vec![row(key.clone()); 6])] {
        let body =
            json!({"type": 9, "data": {"custom_id": "c", "title": "t", "components": components}});
        assert_eq!(rest.fails("POST", &callback(&event), body).await, (400, 50035));
    }
    let note = json!({"type": 18, "label": "Note", "component": {"type": 4, "custom_id": "note", "style": 2, "required": false}});
    let modal = json!({"type": 9, "data": {"custom_id": "wallet:set:v1", "title": "Add a key", "components": [row(key), note]}});
    rest.ok("POST", &callback(&event), modal.clone()).await;
    let Response::Modal { fields, .. } = invocation.response(PATIENCE).await.unwrap() else {
        panic!("no form")
    };
    assert_eq!(
        fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>(),
        ["API key", "Note"]
    );

    assert!(invocation.submit_modal([("api_key", "short")]).is_err());
    assert!(invocation.submit_modal([("other", "x")]).is_err());
    let submit = invocation.submit_modal([("api_key", "sk-12345678")]).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(event["data"]["components"][0]["components"][0]["value"], "sk-12345678");
    assert_eq!(event["data"]["components"][1]["component"]["value"], "");
    assert_eq!(
        rest.fails("POST", &callback(&event), modal).await,
        (400, 50035),
        "no form in answer to a form"
    );
    rest.ok(
        "POST",
        &callback(&event),
        json!({"type": 4, "data": {"content": "stored", "flags": 64}}),
    )
    .await;
    assert_eq!(submit.final_message(PATIENCE).await.unwrap().content, "stored");
    assert_eq!(alice.dms().last().unwrap().content, "stored");
}

#[tokio::test]
async fn options_complete_themselves() {
    let discord = discord().await;
    let (rest, mut gateway) = start(&discord).await;
    let alice = discord.user("alice");
    let answer = async {
        let event = gateway.event("INTERACTION_CREATE").await;
        let option = &event["data"]["options"][0]["options"][0];
        assert_eq!(
            (&event["type"], &option["value"], &option["focused"]),
            (&json!(4), &json!("eur"), &json!(true))
        );
        let many: Vec<Value> =
            (0..26).map(|n| json!({"name": n.to_string(), "value": "x"})).collect();
        let refused = rest
            .fails("POST", &callback(&event), json!({"type": 8, "data": {"choices": many}}))
            .await;
        assert_eq!(refused, (400, 50035));
        let choices = json!([{"name": "Europe/Rome", "value": "Europe/Rome"}]);
        rest.ok("POST", &callback(&event), json!({"type": 8, "data": {"choices": choices}})).await;
    };
    let typed = alice.autocomplete("general", "timezone set", "zone", "eur");
    let (choices, ()) = tokio::join!(typed, answer);
    assert_eq!(choices.unwrap()[0]["value"], "Europe/Rome");
}

#[tokio::test]
async fn buttons_of_a_webhooks_message_can_be_clicked() {
    let discord = discord().await;
    let (rest, mut gateway) = start(&discord).await;
    let stage = discord.channel("stage").unwrap();
    let hook =
        rest.ok("POST", &format!("/channels/{stage}/webhooks"), json!({"name": "personas"})).await;
    let stop = json!({"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "custom_id": "stop:1"}]});
    let post =
        format!("/webhooks/{}/{}", hook["id"].as_str().unwrap(), hook["token"].as_str().unwrap());
    rest.ok("POST", &post, json!({"content": "…", "components": [stop]})).await;
    gateway.event("MESSAGE_CREATE").await;
    let bob = discord.user("bob");
    let shown = bob.visible_messages(stage).unwrap().remove(0);
    assert_eq!(bob.click(shown.id, "Go").err(), Some(ActError::NothingToClick("Go".into())));

    let click = bob.click(shown.id, "Stop").unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(
        (&event["data"]["custom_id"], &event["message"]["id"]),
        (&json!("stop:1"), &json!(shown.id))
    );
    rest.ok(
        "POST",
        &callback(&event),
        json!({"type": 7, "data": {"content": "stopped", "components": []}}),
    )
    .await;
    let Response::Updated(message) = click.response(PATIENCE).await.unwrap() else {
        panic!("not updated")
    };
    assert_eq!((message.content.as_str(), message.components.len()), ("stopped", 0));

    rest.ok("PATCH", &format!("{post}/messages/{}", shown.id), json!({"components": [stop]})).await;
    let click = bob.click(shown.id, "stop:1").unwrap();
    gateway.event("MESSAGE_UPDATE").await;
    gateway.event("MESSAGE_UPDATE").await;
    let event = gateway.event("INTERACTION_CREATE").await;
    rest.ok("POST", &callback(&event), json!({"type": 6})).await;
    assert!(matches!(click.response(PATIENCE).await.unwrap(), Response::Nothing));
}

#[tokio::test]
async fn commands_keep_their_ids_and_their_limits() {
    let discord = discord().await;
    let (rest, _gateway) = start(&discord).await;
    let path = format!("/applications/{}/commands", discord.bot());
    let before = rest.ok("GET", &path, Value::Null).await;
    let again = rest.ok("PUT", &path, json!([{"name": "wallet", "description": "keys"}])).await;
    assert_eq!((again.as_array().unwrap().len(), &again[0]["id"]), (1, &before[0]["id"]));
    let many: Vec<Value> =
        (0..101).map(|n| json!({"name": format!("c{n}"), "description": "x"})).collect();
    assert_eq!(rest.fails("PUT", &path, Value::Array(many)).await, (400, 30032));
    assert_eq!(
        rest.fails("PUT", &path, json!([{"name": "Wallet", "description": "x"}])).await,
        (400, 50035)
    );
    let (status, _) = rest.call("POST", &path, json!({"name": "new", "description": "x"})).await;
    assert_eq!(status, 201);
    let guild = discord.look(|world| world.guilds().next().unwrap().id);
    let here = format!("/applications/{}/guilds/{guild}/commands", discord.bot());
    rest.ok("PUT", &here, json!([{"name": "local", "description": "x"}])).await;
    assert!(discord.user("bob").slash("general", "local", json!({})).is_ok());
}

#[tokio::test]
async fn of_very_many_interactions_the_oldest_are_forgotten() {
    let options = Options { token_lifetime: std::time::Duration::ZERO, ..Options::default() };
    let discord = discord_with(options).await;
    let rest = Rest::new(&discord);
    let commands = json!([{"name": "x", "description": "x"}]);
    rest.ok("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    let alice = discord.user("alice");
    let first = alice.slash("general", "x", json!({})).unwrap();
    let used: Vec<_> =
        (0..5_000).map(|_| alice.slash("general", "x", json!({})).unwrap()).collect();
    assert_eq!(first.id(), None);
    assert!(used.iter().all(|used| used.id().is_some()), "and no other");
    assert_eq!(discord.look(|world| world.interactions().count()), 5_000);
}
