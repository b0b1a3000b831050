//! What people post besides words, and what happens to messages afterwards.

use playground::discord::{ActError, world::Permissions};
use serde_json::{Value, json};

use crate::bot::{Gateway, INTENTS, Rest, discord};

#[tokio::test]
async fn a_message_is_passed_on_as_it_was() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (alice, bob) = (discord.user("alice"), discord.user("bob"));
    let text = format!("look, {}", bob.mention());
    let original = alice.say_with_file("office", &text, "plan.txt", "text/plain", "the plan");
    let original = original.unwrap();
    gateway.event("MESSAGE_CREATE").await;
    assert_eq!(
        bob.forward(original, "general").err(),
        Some(ActError::NoSuchMessage(original)),
        "nobody passes on what they don't see"
    );
    let passed = alice.forward(original, "general").unwrap();
    let heard = gateway.event("MESSAGE_CREATE").await;
    assert_eq!((&heard["content"], &heard["flags"]), (&json!(""), &json!(1 << 14)));
    assert_eq!(
        heard["message_reference"],
        json!({
            "type": 1, "guild_id": discord.house(), "message_id": original,
            "channel_id": discord.channel("office").unwrap(),
        })
    );
    let snapshot = &heard["message_snapshots"][0]["message"];
    assert_eq!(
        (&snapshot["content"], &snapshot["attachments"][0]["filename"]),
        (&json!(text), &json!("plan.txt"))
    );
    assert_eq!(snapshot["mentions"][0]["username"], "bob");
    assert!(snapshot.get("author").is_none() && heard["mentions"] == json!([]));

    alice.edit(original, "never mind").unwrap();
    gateway.event("MESSAGE_UPDATE").await;
    let again = bob.forward(passed, "stage").unwrap();
    let heard_again = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(heard_again["message_reference"]["message_id"], json!(passed));
    assert_eq!(heard_again["message_snapshots"], heard["message_snapshots"], "as it was");
    let stage = discord.channel("stage").unwrap();
    let read = rest.ok("GET", &format!("/channels/{stage}/messages/{again}"), Value::Null).await;
    assert_eq!(read["message_snapshots"], heard["message_snapshots"]);
    bob.reply("stage", again, "so?").unwrap();
    let reply = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(
        reply["referenced_message"]["message_snapshots"], heard["message_snapshots"],
        "what is answered is told whole"
    );
}

#[tokio::test]
async fn stickers_and_polls_come_without_words() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let bob = discord.user("bob");
    bob.post_sticker("general", "Wave").unwrap();
    let heard = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(
        (&heard["content"], &heard["sticker_items"][0]["name"]),
        (&json!(""), &json!("Wave"))
    );
    let poll = bob.post_poll("general", "Tea or coffee?", &["Tea", "Coffee"]).unwrap();
    let heard = gateway.event("MESSAGE_CREATE").await;
    assert_eq!(heard["poll"]["question"]["text"], "Tea or coffee?");
    assert_eq!(
        heard["poll"]["answers"][1],
        json!({"answer_id": 2, "poll_media": {"text": "Coffee"}})
    );
    let general = discord.channel("general").unwrap();
    let read = rest.ok("GET", &format!("/channels/{general}/messages"), Value::Null).await;
    assert_eq!(read[0]["poll"], heard["poll"]);
    assert!(bob.forward(poll, "stage").is_err(), "Discord passes on no polls");
    discord.change_role(discord.house(), discord.house(), Permissions::VIEW_CHANNEL);
    let refused = bob.post_poll("general", "Or?", &["Yes"]).err();
    assert_eq!(refused, Some(ActError::MayNot("write")));
}

#[tokio::test]
async fn a_preview_is_an_update_and_no_edit() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let bob = discord.user("bob");
    let said = bob.say("general", "https://example.com/cat").unwrap();
    let said_so = gateway.event("MESSAGE_CREATE").await;
    let preview = json!({"type": "link", "url": "https://example.com/cat", "title": "A cat"});
    discord.unfurl(said, vec![preview.clone()]);
    let mut update = gateway.event("MESSAGE_UPDATE").await;
    assert_eq!((&update["embeds"], &update["edited_timestamp"]), (&json!([preview]), &Value::Null));
    update["embeds"] = json!([]);
    assert_eq!(update, said_so, "else it is the whole message");
    bob.edit(said, "no cat").unwrap();
    let update = gateway.event("MESSAGE_UPDATE").await;
    assert_eq!(
        (&update["content"], update["edited_timestamp"].is_string()),
        (&json!("no cat"), true)
    );
    assert_eq!(update["member"]["roles"], json!([]));
    assert!(bob.edit(said, " ").is_err(), "that is what deleting is for");
}

#[tokio::test]
async fn without_the_intent_nothing_of_it_is_told() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start_as(&rest, json!([0, 1]), INTENTS & !(1 << 15)).await;
    let bob = discord.user("bob");
    let said = bob.say_with_file("general", "secret", "secret.txt", "text/plain", "x").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    bob.forward(said, "stage").unwrap();
    let passed = gateway.event("MESSAGE_CREATE").await;
    bob.post_poll("general", "secret?", &["secret"]).unwrap();
    let poll = gateway.event("MESSAGE_CREATE").await;
    assert!(passed["message_snapshots"].is_array());
    assert!(!passed.to_string().contains("secret") && !poll.to_string().contains("secret"));
}

#[tokio::test]
async fn an_edited_answer_still_tells_whom_it_answers() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (alice, bob) = (discord.user("alice"), discord.user("bob"));
    let said = alice.say("general", "so?").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    let answer = bob.reply("general", said, "yes").unwrap();
    assert_eq!(gateway.event("MESSAGE_CREATE").await["mentions"][0]["username"], "alice");
    bob.edit(answer, "no").unwrap();
    let update = gateway.event("MESSAGE_UPDATE").await;
    assert_eq!(update["mentions"][0]["username"], "alice");
    assert_eq!(update["referenced_message"]["content"], "so?");
}

#[tokio::test]
async fn reactions_tell_who_where_and_on_whose_message() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::start(&rest).await;
    let (bob, dave) = (discord.user("bob"), discord.user("dave"));
    let general = discord.channel("general").unwrap();
    let said = bob.say("general", "hm").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    dave.react(said, "❌").unwrap();
    let added = gateway.event("MESSAGE_REACTION_ADD").await;
    assert_eq!(
        (&added["user_id"], &added["message_author_id"], &added["emoji"]["name"]),
        (&json!(dave.id()), &json!(bob.id()), &json!("❌"))
    );
    let moderators = discord.role(discord.house(), "Moderators").unwrap();
    assert_eq!(added["member"]["roles"], json!([moderators]));
    let reactions = format!("/channels/{general}/messages/{said}/reactions");
    rest.ok("DELETE", &format!("{reactions}/❌/{}", dave.id()), Value::Null).await;
    let taken = gateway.event("MESSAGE_REACTION_REMOVE").await;
    assert_eq!((&taken["user_id"], taken.get("member")), (&json!(dave.id()), None));

    bob.react(said, "❓").unwrap();
    gateway.event("MESSAGE_REACTION_ADD").await;
    rest.ok("DELETE", &format!("{reactions}/❓"), Value::Null).await;
    assert_eq!(gateway.event("MESSAGE_REACTION_REMOVE_EMOJI").await["emoji"]["name"], "❓");
    bob.react(said, "❓").unwrap();
    gateway.event("MESSAGE_REACTION_ADD").await;
    discord.deny("general", Permissions::MANAGE_MESSAGES).unwrap();
    gateway.event("CHANNEL_UPDATE").await;
    assert_eq!(rest.fails("DELETE", &reactions, Value::Null).await, (403, 50013));
    discord.deny("general", Permissions::NONE).unwrap();
    gateway.event("CHANNEL_UPDATE").await;
    rest.ok("DELETE", &reactions, Value::Null).await;
    gateway.event("MESSAGE_REACTION_REMOVE_ALL").await;
}

#[tokio::test]
async fn a_private_thread_is_for_its_members_and_for_moderators() {
    let discord = discord().await;
    let rest = Rest::new(&discord);
    let (alice, bob, carol) = (discord.user("alice"), discord.user("bob"), discord.user("carol"));
    let thread = discord.add_private_thread("stage", "whispers", &[bob.id()]).unwrap();
    bob.say(thread, "between us").unwrap();
    assert!(carol.say(thread, "me too?").is_err() && carol.visible_messages(thread).is_err());
    discord.user("dave").say(thread, "I manage threads").unwrap();
    let known = rest.ok("GET", &format!("/channels/{thread}"), Value::Null).await;
    assert_eq!((&known["type"], &known["member_count"]), (&json!(12), &json!(2)));

    let member = |id| format!("/channels/{thread}/thread-members/{id}");
    let found = rest.ok("GET", &member(bob.id()), Value::Null).await;
    assert_eq!(found["user_id"], json!(bob.id()));
    for stranger in [alice.id(), carol.id()] {
        assert_eq!(rest.fails("GET", &member(stranger), Value::Null).await, (404, 10007));
    }
    let all = format!("/channels/{thread}/thread-members");
    assert_eq!(rest.fails("GET", &all, Value::Null).await, (403, 50001));
}
