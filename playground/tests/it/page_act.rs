//! What people do on the page, and what it refuses.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use playground::discord::{LocalDiscord, Snowflake};
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, Rest, callback, discord},
    window::{Window, answer, reason},
};

#[tokio::test]
async fn people_write_edit_react_answer_and_delete() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let general = discord.channel("general").unwrap();
    let file = json!({"filename": "a/b.txt", "content_type": "text/plain", "base64": STANDARD.encode("hello")});
    let say = json!({"do": "say", "channel": general, "content": " hi ", "files": [file]});
    let id = window.done("alice", say).await["message"].take();
    let message = || {
        let id: Snowflake = id.as_str().unwrap().parse().unwrap();
        discord.look(|world| world.message(id).unwrap().clone())
    };
    assert_eq!(message().content, "hi");
    let file = &message().attachments[0];
    assert_eq!((file.filename.as_str(), &file.bytes[..]), ("a_b.txt", &b"hello"[..]));

    window.done("alice", json!({"do": "edit", "message": id, "content": " ho "})).await;
    assert_eq!(message().content, "ho");
    window.done("alice", json!({"do": "edit", "message": id, "content": ""})).await;
    assert_eq!(message().content, "", "the file is still there");
    window.refused("bob", json!({"do": "edit", "message": id, "content": "no"})).await;

    let react = |on: bool| json!({"do": "react", "message": id, "emoji": "👍", "on": on});
    window.done("bob", react(true)).await;
    window.done("bob", react(true)).await;
    assert_eq!(message().reactions["👍"].len(), 1);
    window.done("bob", react(false)).await;
    assert!(message().reactions.is_empty());
    for emoji in ["", " ", &"x".repeat(100)] {
        let react = json!({"do": "react", "message": id, "emoji": emoji, "on": true});
        window.refused("bob", react).await;
    }

    let reply = json!({"do": "say", "channel": general, "content": "what?", "reply_to": id});
    let reply = window.done("bob", reply).await["message"].as_str().unwrap().parse().unwrap();
    assert_eq!(discord.look(|world| world.message(reply).unwrap().reply_to), Some(message().id));
    let stage = discord.channel("stage").unwrap();
    let elsewhere = json!({"do": "say", "channel": stage, "content": "what?", "reply_to": id});
    window.refused("bob", elsewhere).await;

    window.done("alice", json!({"do": "typing", "channel": general})).await;
    let alice = discord.user("alice").id();
    assert_eq!(discord.look(|world| world.times_typed(general, alice)), 1);
    window.done("alice", json!({"do": "delete", "message": id})).await;
    assert!(message().deleted);
    window.refused("alice", json!({"do": "delete", "message": id})).await;
    window.refused("alice", json!({"do": "edit", "message": id, "content": "back"})).await;
}

#[tokio::test]
async fn newcomers_join_under_a_name_of_their_own() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let mut alice = window.stream("alice").await;
    window.done("alice", json!({"do": "join", "name": "dora_2"})).await;
    alice
        .until("world", |world| {
            world["users"].as_array()?.iter().find(|user| user["name"] == "dora_2").cloned()
        })
        .await;
    for name in ["dora_2", "alice", "troupe", "x", "Dora", "do ra", "", &"d".repeat(33), "dörte"] {
        window.refused("alice", json!({"do": "join", "name": name})).await;
    }
    let general = discord.channel("general").unwrap();
    window.done("dora_2", json!({"do": "say", "channel": general, "content": "hi"})).await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_a_sentence() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let general = discord.channel("general").unwrap();
    let bobs = discord.user("bob").dm_channel();
    let say = |content: &str, files: Value| json!({"do": "say", "channel": general, "content": content, "files": files});
    let file = json!({"filename": "a", "base64": ""});
    let large = STANDARD.encode(vec![0; 10 * 1024 * 1024 + 1]);
    for (act, word) in [
        (say(&"ä".repeat(2_001), json!([])), "2000"),
        (say("", json!([])), "nothing"),
        (say(" \n", json!([])), "nothing"),
        (say("", Value::Array(vec![file; 11])), "10 files"),
        (say("", json!([{"filename": "big.bin", "base64": large}])), "big.bin"),
        (say("", json!([{"filename": "a", "base64": "?"}])), "whole"),
        (json!({"do": "say", "channel": "1", "content": "x"}), "no such channel"),
        (json!({"do": "say", "channel": bobs, "content": "x"}), "no such channel"),
        (json!({"do": "typing", "channel": bobs}), "no such channel"),
        (json!({"do": "slash", "channel": bobs, "command": "x"}), "no such channel"),
        (json!({"do": "slash", "channel": general, "command": "nothing"}), "nothing"),
        (json!({"do": "menu", "command": "x"}), "menu"),
        (json!({"do": "submit", "token": "none"}), "form"),
        (json!({"do": "edit", "message": "1", "content": "x"}), "message"),
        (json!({"do": "say", "channel": "general", "content": "secret-text"}), ""),
        (json!({"do": "dance"}), ""),
        (json!(["say"]), ""),
    ] {
        let refused = window.refused("alice", act.clone()).await;
        assert!(refused.contains(word), "{act}: {refused}");
        assert!(!refused.contains("secret-text") && !refused.contains('`'), "{refused}");
    }
    assert!(window.act("alice", &say(&"ä".repeat(2_000), json!([]))).await.0 == 200);
    assert_eq!(discord.user("bob").visible_messages("general").unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_a_sentence() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let too_much = 40 * 1024 * 1024;
    for path in ["/api/act?as=alice", "/api/faults"] {
        let send = async |body: Vec<u8>| {
            let request = window.request("POST", path).header("content-type", "application/json");
            let (status, answer) = answer(request.body(body)).await;
            reason(status, &answer)
        };
        for body in ["", "{", "{\"do\": \"join\"", "null", "\u{0}", "{}"] {
            send(body.into()).await;
        }
        send(vec![0xff, 0xfe]).await;
        let refused = send(vec![b' '; too_much]).await;
        assert!(refused.contains("MB"), "{refused}");
    }
}

/// A message with a button and a menu for bob alone, in public and in private; and one of his own.
async fn bobs_own(discord: &LocalDiscord, rest: &Rest, gateway: &mut Gateway) -> Vec<Snowflake> {
    let bob = discord.user("bob");
    let room = bob.dm_channel();
    let components = json!([
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]},
        {"type": 1, "components": [{"type": 3, "custom_id": "pick", "options": [{"label": "A", "value": "a"}]}]}]);
    let shown = json!({"content": "for bob", "components": components, "flags": 64});
    bob.slash("general", "ask", json!({})).unwrap();
    let event = gateway.event("INTERACTION_CREATE").await;
    rest.ok("POST", &callback(&event), json!({"type": 4, "data": shown})).await;
    let direct = json!({"content": "for bob", "components": components});
    rest.ok("POST", &format!("/channels/{room}/messages"), direct).await;
    let own = bob.dm("for the bot").unwrap();
    let whispered = bob.visible_messages("general").unwrap()[0].id;
    vec![whispered, bob.dms()[0].id, own]
}

#[tokio::test]
async fn what_somebody_cannot_see_they_cannot_touch() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let commands = json!([{"name": "ask", "description": "x"}, {"name": "Look", "type": 3}, {"name": "Who", "type": 2}]);
    rest.ok("PUT", &format!("/applications/{}/commands", discord.bot()), commands).await;
    let messages = bobs_own(&discord, &rest, &mut gateway).await;
    let known = || {
        discord.look(|world| {
            format!("{:?}", messages.iter().map(|id| world.message(*id)).collect::<Vec<_>>())
        })
    };
    let used = || discord.look(|world| world.interactions().count());
    let before = (known(), used());
    let (alice, bob) = (discord.user("alice"), discord.user("bob"));
    for message in &messages {
        let place = discord.look(|world| world.message(*message).unwrap().channel);
        for act in [
            json!({"do": "edit", "message": message, "content": "x"}),
            json!({"do": "delete", "message": message}),
            json!({"do": "react", "message": message, "emoji": "👍", "on": true}),
            json!({"do": "click", "message": message, "custom_id": "go"}),
            json!({"do": "choose", "message": message, "custom_id": "pick", "values": ["a"]}),
            json!({"do": "menu", "message": message, "command": "Look"}),
            json!({"do": "menu", "user": bob.id(), "channel": bob.dm_channel(), "command": "Who"}),
            json!({"do": "say", "channel": alice.dm_channel(), "content": "x", "reply_to": message}),
            json!({"do": "say", "channel": discord.channel("general").unwrap(), "content": "x", "reply_to": message}),
        ] {
            window.refused("alice", act).await;
        }
        assert!(alice.click(*message, "Go").is_err() && alice.delete(*message).is_err());
        if place == bob.dm_channel() {
            assert!(alice.visible_messages(place).is_err() && alice.say(place, "x").is_err());
            assert!(alice.slash(place, "ask", json!({})).is_err());
            let seen =
                discord.look(|world| world.message(*message).unwrap().is_visible_to(alice.id()));
            assert!(!seen);
        }
    }
    assert!(before == (known(), used()), "nothing happened");
    // nor does anybody put a mark on what no one else sees
    let react = json!({"do": "react", "message": messages[0], "emoji": "👍", "on": true});
    window.refused("bob", react).await;
    // bob himself may, but for what the bot wrote to him in private
    for message in &messages {
        let delete = json!({"do": "delete", "message": message});
        if *message == messages[1] {
            window.refused("bob", delete).await;
        } else {
            window.done("bob", delete).await;
        }
    }
}

#[tokio::test]
async fn what_somebody_passes_on_is_shown_without_more_than_they_may_know() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let alice = discord.user("alice");
    let original =
        alice.say_with_file("office", "the plan", "plan.txt", "text/plain", "a").unwrap();
    let general = discord.channel("general").unwrap();
    let office = discord.channel("office").unwrap();
    let forward = |to: Snowflake| json!({"do": "forward", "message": original, "channel": to});
    window.refused("bob", forward(general)).await;
    window.refused("bob", forward(office)).await;
    let passed = window.done("alice", forward(general)).await["message"].clone();

    let mut alices = window.stream("alice").await;
    let shown = alices.message(|it| it["id"] == passed).await;
    assert_eq!(shown["forward"]["content"], "the plan");
    assert_eq!(shown["forward"]["channel"], json!(office));
    let file = &shown["forward"]["attachments"][0];
    let path = file["url"].as_str().unwrap();
    assert!(path.starts_with("/attachments/"), "pictures are loaded from the page's own server");
    assert_eq!(window.get(path).await.bytes().await.unwrap(), "a");
    let mut bobs = window.stream("bob").await;
    let shown = bobs.message(|it| it["id"] == passed).await;
    assert_eq!(
        (&shown["forward"]["content"], &shown["forward"]["channel"]),
        (&json!("the plan"), &Value::Null)
    );
    assert!(!bobs.contains("\"name\":\"office\""));
    discord.user("carol").post_poll("general", "Tea?", &["Yes", "No"]).unwrap();
    let poll = bobs.message(|it| it["poll"].is_object()).await;
    assert_eq!(poll["poll"]["answers"], json!(["Yes", "No"]));
    discord.user("carol").post_sticker("general", "Wave").unwrap();
    let sticker = bobs.message(|it| it["stickers"][0].is_object()).await;
    assert_eq!(sticker["stickers"][0]["name"], "Wave");
}

#[tokio::test]
async fn who_has_which_role_is_told_and_a_role_mentions_its_people() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let moderators = discord.role(discord.house(), "Moderators").unwrap();
    let (mut bobs, mut daves) = (window.stream("bob").await, window.stream("dave").await);
    let (_, world) = bobs.next().await;
    let given = &world["guilds"][0]["given"];
    assert_eq!(given[discord.user("dave").id().to_string()], json!([moderators]));
    discord.user("carol").say("general", &format!("help, <@&{moderators}>")).unwrap();
    let is_it = |it: &Value| it["content"].as_str().is_some_and(|it| it.contains("help"));
    assert_eq!(bobs.message(is_it).await["mentions_me"], false);
    assert_eq!(daves.message(is_it).await["mentions_me"], true);
}
