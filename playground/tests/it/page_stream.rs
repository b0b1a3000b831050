//! What a window is told, and what never.

use playground::discord::Snowflake;
use serde_json::{Value, json};

use crate::{
    bot::{Gateway, PATIENCE, Rest, callback, discord},
    window::{Window, answer, reason},
};

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let find = |it: &&Value| it["name"] == name;
    list.as_array().unwrap().iter().find(find).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn a_window_is_told_the_world_then_what_was_said_then_what_happens() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let bob = discord.user("bob");
    let first = bob.say("general", "before").unwrap();
    let gone = bob.say("general", "gone").unwrap();
    bob.delete(gone).unwrap();
    let mut alice = window.stream("alice").await;
    let (name, world) = alice.next().await;
    assert_eq!((name.as_str(), &world["viewer"]["name"]), ("world", &json!("alice")));
    assert_eq!(named(&world["channels"], "rehearsal")["kind"], "thread");
    assert_eq!((&world["online"], &world["bot"]), (&json!(false), &json!(discord.bot())));
    let direct: Vec<&Value> =
        world["channels"].as_array().unwrap().iter().filter(|it| it["kind"] == "dm").collect();
    assert_eq!(direct.len(), 1, "one can write to the bot from the beginning");
    let (name, messages) = alice.next().await;
    assert_eq!((name.as_str(), messages.as_array().unwrap().len()), ("messages", 1));
    assert_eq!(messages[0]["author"]["name"], "Bob");

    bob.edit(first, "after").unwrap();
    let edited = alice.said("after").await;
    assert_eq!((&edited["id"], edited["edited"].is_string()), (&json!(first), true));
    bob.react(first, "👍").unwrap();
    let liked = alice.message(|it| it["reactions"][0]["emoji"] == "👍").await;
    assert_eq!(liked["reactions"][0], json!({"emoji": "👍", "count": 1, "me": false}));
    let reply = discord.user("carol").reply("general", first, "so?").unwrap();
    assert_eq!(alice.said("so?").await["reply_to"]["content"], "after");
    bob.delete(first).unwrap();
    let gone = alice.message(|it| it["id"] == json!(first)).await;
    assert_eq!((&gone["deleted"], gone.get("content")), (&json!(true), None));
    discord.user("carol").edit(reply, "oh").unwrap();
    assert_eq!(alice.said("oh").await["reply_to"]["content"], Value::Null);

    let (_gateway, _) = Gateway::start(&Rest::new(&discord)).await;
    alice.until("world", |world| (world["online"] == true).then_some(())).await;
    let erin = discord.user("erin");
    bob.type_in("stage").unwrap();
    let world = alice.until("world", |world| Some(world.clone())).await;
    assert_eq!(named(&world["users"], "erin")["id"], json!(erin.id()));
}

#[tokio::test]
async fn what_is_private_reaches_nobody_else() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let commands = format!("/applications/{}/commands", discord.bot());
    rest.ok("PUT", &commands, json!([{"name": "ask", "description": "x"}])).await;
    let (mut bobs, mut carols) = (window.stream("bob").await, window.stream("carol").await);

    let bob = discord.user("bob");
    let room = bob.dm_channel();
    bob.dm("secret-one").unwrap();
    bob.type_in(room).unwrap();
    let said = json!({"content": "secret-two"});
    let said = rest.ok("POST", &format!("/channels/{room}/messages"), said).await;
    bob.edit(bob.dms()[0].id, "secret-three").unwrap();
    bob.react(said["id"].as_str().unwrap().parse().unwrap(), "🤫").unwrap();
    rest.ok("POST", &format!("/channels/{room}/typing"), Value::Null).await;
    let invocation = bob.slash("general", "ask", json!({})).unwrap();
    let event = loop {
        let frame = gateway.frame().await;
        if frame["t"] == "INTERACTION_CREATE" {
            break frame["d"].clone();
        }
    };
    let whisper = json!({"type": 4, "data": {"content": "secret-four", "flags": 64}});
    rest.ok("POST", &callback(&event), whisper).await;
    let followups = format!("/webhooks/{}/{}", discord.bot(), invocation.token());
    rest.ok("POST", &followups, json!({"content": "secret-five", "flags": 64})).await;
    rest.ok("DELETE", &format!("{followups}/messages/@original"), Value::Null).await;
    bob.say("general", "all of it is said").unwrap();

    bobs.said("all of it is said").await;
    for secret in ["secret-two", "secret-three", "secret-five", "🤫"] {
        assert!(bobs.contains(secret), "bob himself knows {secret}");
    }
    carols.said("all of it is said").await;
    // a window that comes later is told no more
    let mut late = window.stream("carol").await;
    late.said("all of it is said").await;
    let whispered: Vec<Snowflake> = bob
        .visible_messages("general")
        .unwrap()
        .iter()
        .filter(|message| message.is_ephemeral())
        .map(|message| message.id)
        .collect();
    assert_eq!(whispered.len(), 1);
    for seen in [&carols, &late] {
        assert!(!seen.contains("secret"), "{}", &**seen);
        assert!(!seen.contains(&room.to_string()), "not even where bob types");
        assert!(!seen.contains(&whispered[0].to_string()) && !seen.contains("🤫"));
    }
}

#[tokio::test]
async fn typing_is_shown_to_others_however_long_it_goes_on() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let (alice, bob) = (discord.user("alice"), discord.user("bob"));
    let general = discord.channel("general").unwrap();
    for _ in 0..5_000 {
        bob.type_in("general").unwrap();
    }
    assert_eq!(discord.look(|world| world.times_typed(general, bob.id())), 5_000);
    let mut stream = window.stream("alice").await;
    stream.next().await;
    bob.type_in(bob.dm_channel()).unwrap();
    alice.type_in("stage").unwrap();
    bob.type_in("backstage").unwrap();
    let (name, typing) = stream.next().await;
    let backstage = discord.channel("backstage").unwrap();
    assert_eq!(
        (name.as_str(), typing),
        ("typing", json!({"channel": backstage, "user": {"id": bob.id(), "name": "Bob"}}))
    );
    // more at once than anybody keeps
    for _ in 0..5_000 {
        bob.type_in("general").unwrap();
    }
    alice.say("general", "enough").unwrap();
    stream.said("enough").await;
    bob.type_in("rehearsal").unwrap();
    let rehearsal = discord.channel("rehearsal").unwrap();
    stream.until("typing", |typing| (typing["channel"] == json!(rehearsal)).then_some(())).await;
}

#[tokio::test]
async fn no_change_is_lost_however_fast_they_come() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let bob = discord.user("bob");
    let ids: Vec<Snowflake> =
        (0..5).map(|n| bob.say("general", &format!("{n}")).unwrap()).collect();
    let mut streams = [window.stream("alice").await, window.stream("bob").await];
    let last = 400;
    let edits = async {
        for at in 0..=last {
            bob.edit(ids[at % ids.len()], &format!("edit {at}")).unwrap();
            // between two looks at the world, and in the middle of one
            tokio::time::sleep(std::time::Duration::from_micros(150)).await;
        }
    };
    let [alices, bobs] = &mut streams;
    let follow = async |stream: &mut crate::window::Events| {
        let mut seen = vec![String::new(); ids.len()];
        let wanted: Vec<String> = (0..ids.len())
            .map(|n| format!("edit {}", (0..=last).rfind(|at| at % ids.len() == n).unwrap()))
            .collect();
        while seen != wanted {
            let messages = stream.until("messages", |messages| Some(messages.clone())).await;
            for message in messages.as_array().unwrap() {
                let at = ids.iter().position(|id| message["id"] == json!(id)).unwrap();
                seen[at] = message["content"].as_str().unwrap().to_owned();
            }
        }
    };
    let all = async { tokio::join!(edits, follow(alices), follow(bobs)) };
    tokio::time::timeout(PATIENCE, all).await.expect("a change was lost");
}

#[tokio::test]
async fn only_people_look_and_act() {
    let discord = discord().await;
    let window = Window::open(&discord).await;
    let bot = discord.look(|world| world.user(world.bot()).unwrap().name.clone());
    for query in ["?as=nobody", &format!("?as={bot}"), "?as=", "", "?As=alice", "?as=%FF"] {
        let stream = window.request("GET", &format!("/api/stream{query}"));
        let act = window.request("POST", &format!("/api/act{query}"));
        for request in [stream, act.json(&json!({"do": "join", "name": "eve"}))] {
            let (status, answer) = answer(request).await;
            reason(status, &answer);
        }
    }
    assert!(discord.look(|world| world.user_named("eve").is_none()));
}
