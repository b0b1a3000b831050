//! What a model is told of a message: all that its author could see, and nothing else.

use playground::{
    discord::{
        Person, Snowflake,
        world::{Permissions, Whom},
    },
    provider::Call,
};
use serde_json::{Value, json};
use shared::{
    ids::PersonalityId,
    personality::ModelSettings,
    testing::{TestDb, VIOLA},
};

use crate::{
    play::{answer, finished, soon},
    scenario::{ALICES, BOBS},
    stage::Stage,
};

shared::each_engine!(
    a_chain_of_replies_is_told_to_its_beginning,
    a_link_is_told_to_who_may_read_it_and_to_nobody_else,
    mentions_have_the_names_that_their_author_may_know,
    names_that_the_gateway_did_not_tell_are_asked_for,
    what_is_passed_on_and_stickers_and_polls_are_told,
    an_image_goes_to_the_model_that_sees_and_a_text_to_any,
    what_cannot_be_loaded_is_said_and_fails_nothing,
    several_people_are_remembered_in_a_channel_and_told_apart,
);

/// What the model was asked last, when it was asked with this word in the last message.
pub(crate) async fn asked(stage: &Stage, word: &str) -> Call {
    let asked = stage.provider.ledger().wait_for(|book| {
        book.calls.iter().rev().find(|call| question(call).contains(word)).cloned()
    });
    soon(asked).await
}

/// The last message, its words alone.
pub(crate) fn question(call: &Call) -> String {
    let last = call.body["messages"].as_array().and_then(|messages| messages.last());
    match last.map(|message| &message["content"]) {
        Some(Value::String(words)) => words.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect()
        }
        _ => String::new(),
    }
}

/// The addresses of the pictures in a call.
fn pictures(call: &Call) -> Vec<String> {
    let messages = call.body["messages"].as_array().into_iter().flatten();
    let parts = messages.filter_map(|message| message["content"].as_array()).flatten();
    let urls = parts.filter_map(|part| part["image_url"]["url"].as_str());
    urls.map(str::to_owned).collect()
}

fn link(stage: &Stage, channel: Snowflake, message: Snowflake) -> String {
    format!("https://discord.com/channels/{}/{channel}/{message}", stage.discord.house())
}

async fn a_chain_of_replies_is_told_to_its_beginning(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.discord.user("bob");
    let first = bob.say("general", "the plum is mine").unwrap();
    let second = alice.reply("general", first, "no, the quince is").unwrap();
    let third = bob.reply("general", second, "what of the medlar").unwrap();
    alice.reply("general", third, "@Viola who is right? walnut").unwrap();
    finished(&stage, &alice, "general", "walnut").await;
    let told = question(&asked(&stage, "walnut").await);
    let at = |word: &str| told.find(word).unwrap_or_else(|| panic!("no {word}: {told}"));
    assert!(at("medlar") < at("quince") && at("quince") < at("plum"), "{told}");
    assert!(told.contains(r#""from":"Bob""#) && told.contains(r#""from":"Alice""#), "{told}");

    // what the personality said itself is its own
    let reply = answer(&stage, &alice, "general", "@Viola say hazelnut").await;
    alice.reply("general", reply.id, "and what of this almond").unwrap();
    finished(&stage, &alice, "general", "almond").await;
    let told = question(&asked(&stage, "almond").await);
    assert!(told.contains(r#""from":"you""#) && told.contains("hazelnut"), "{told}");
    stage.close().await;
}

async fn a_link_is_told_to_who_may_read_it_and_to_nobody_else(db: TestDb) {
    let stage = Stage::open(db).await;
    let carol = stage.person_with_key("carol", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let house = stage.discord.house();
    let open = stage.discord.channel("stage").unwrap();
    // alice owns the server, and may see everything
    let closed = stage.discord.add_private_channel(house, "cellar", &[Whom::Member(bob.id())]);
    let public = bob.say(open, "the wine is red").unwrap();
    let secret = bob.say(closed, "the wine is white").unwrap();
    let nothing = Snowflake::from(secret.get() - 1);

    carol.say("general", &format!("@Viola {} one", link(&stage, open, public))).unwrap();
    finished(&stage, &carol, "general", "one").await;
    let told = question(&asked(&stage, " one").await);
    assert!(told.contains("the wine is red") && told.contains("linked"), "{told}");

    // what carol can't see is nothing to her, in whatever way it is linked
    let outside = stage.discord.add_guild("elsewhere");
    let ways = [
        (link(&stage, closed, secret), "two"),
        (link(&stage, closed, nothing), "three"),
        (format!("https://discord.com/channels/{outside}/{closed}/{secret}"), "four"),
        (format!("https://ptb.discord.com/channels/@me/{closed}/{secret}"), "five"),
        (link(&stage, open, secret), "six"),
    ];
    let mut seen = Vec::new();
    for (link, word) in &ways {
        carol.say("general", &format!("@Viola {link} {word}")).unwrap();
        finished(&stage, &carol, "general", word).await;
        let told = question(&asked(&stage, &format!(" {word}")).await);
        assert!(!told.contains("white") && !told.contains("references"), "{told}");
        seen.push(told.replace(link.as_str(), "LINK").replace(word, "WORD"));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "a difference: {seen:#?}");

    // in a command, too
    let chat =
        json!({"personality": "viola", "message": format!("{} chat", link(&stage, open, public))});
    carol.slash("general", "chat", chat).unwrap();
    assert!(question(&asked(&stage, " chat").await).contains("the wine is red"));
    let chat = json!({"personality": "viola", "message": format!("{} chats", link(&stage, closed, secret))});
    carol.slash("general", "chat", chat).unwrap();
    assert!(!question(&asked(&stage, " chats").await).contains("references"));
    finished(&stage, &carol, "general", "chats").await;

    // it is there for bob, and no more when he has lost the right
    bob.say("general", &format!("@Viola {} seven", link(&stage, closed, secret))).unwrap();
    finished(&stage, &bob, "general", "seven").await;
    assert!(question(&asked(&stage, " seven").await).contains("the wine is white"));
    let history = Permissions::READ_MESSAGE_HISTORY;
    stage.discord.deny_for(closed, Whom::Member(bob.id()), history).unwrap();
    bob.say("general", &format!("@Viola {} eight", link(&stage, closed, secret))).unwrap();
    finished(&stage, &bob, "general", "eight").await;
    assert!(!question(&asked(&stage, " eight").await).contains("references"));

    // in private, of what was said in private
    let own = carol.dm("the cheese is blue").unwrap();
    stage.reply(&carol, carol.dm_channel(), |said| said.content.contains("blue")).await;
    let private =
        |message| format!("https://discord.com/channels/@me/{}/{message}", carol.dm_channel());
    carol.dm(&format!("{} nine", private(own))).unwrap();
    stage.reply(&carol, carol.dm_channel(), |said| said.content.contains("nine")).await;
    assert!(question(&asked(&stage, " nine").await).contains("the cheese is blue"));
    bob.say("general", &format!("@Viola {} ten", private(own))).unwrap();
    finished(&stage, &bob, "general", "ten").await;
    assert!(!question(&asked(&stage, " ten").await).contains("cheese"));
    stage.close().await;
}

async fn mentions_have_the_names_that_their_author_may_know(db: TestDb) {
    let stage = Stage::open(db).await;
    let carol = stage.person_with_key("carol", ALICES).await;
    let bob = stage.discord.user("bob");
    let house = stage.discord.house();
    let open = stage.discord.channel("stage").unwrap();
    let role = stage.discord.add_role(house, "Stagehands", Permissions::NONE);
    let new = stage.discord.add_channel(house, "attic");
    let closed = stage.discord.add_private_channel(house, "cellar", &[Whom::Member(bob.id())]);
    // what was there a moment before the message has its name in it
    let text = format!("@Viola {} <#{open}> <#{new}> <#{closed}> <@&{role}> nut", bob.mention());
    carol.say("general", &text).unwrap();
    finished(&stage, &carol, "general", "nut").await;
    let call = asked(&stage, " nut").await;
    let (told, system) = (question(&call), &call.messages[0].content);
    let named = "\n@Bob #stage #attic #unknown-channel @Stagehands nut";
    assert!(told.contains(named), "{told}");
    assert!(system.contains(r#""channel":"general""#), "{system}");
    stage.close().await;
}

async fn names_that_the_gateway_did_not_tell_are_asked_for(db: TestDb) {
    let mut stage = Stage::open(db).await;
    let carol = stage.person_with_key("carol", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    let house = stage.discord.house();
    let ushers = stage.discord.add_role(house, "Ushers", Permissions::NONE);
    let foyer = stage.discord.add_channel(house, "foyer");
    stage.discord.deny_for(foyer, Whom::Everyone, Permissions::VIEW_CHANNEL).unwrap();
    stage.discord.allow_for(foyer, Whom::Role(ushers), Permissions::VIEW_CHANNEL).unwrap();
    // to a new bot it is nothing, until a role shows it to the bot, of which nobody tells
    stage.restart_bot().await;
    stage.bot_is_up().await;
    stage.discord.give_role(house, stage.discord.bot(), ushers);
    stage.discord.give_role(house, carol.id(), ushers);
    for (person, word, named) in
        [(&carol, "walnut", "#foyer walnut"), (&bob, "almond", "#unknown-channel almond")]
    {
        person.say("general", &format!("@Viola <#{foyer}> {word}")).unwrap();
        finished(&stage, person, "general", word).await;
        let told = question(&asked(&stage, word).await);
        assert!(told.contains(named), "{told}");
    }
    let asked = format!("/channels/{foyer}");
    let exchanges = stage.discord.ledger().exchanges();
    assert!(exchanges.iter().any(|it| it.path.ends_with(&asked)), "the gateway told of it");
    stage.close().await;
}

async fn what_is_passed_on_and_stickers_and_polls_are_told(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.discord.user("bob");
    let news = bob.say("general", "the plum is ripe").unwrap();
    let private = alice.dm_channel();
    alice.forward(news, private).unwrap();
    let told = question(&asked(&stage, "ripe").await);
    assert!(told.contains(r#""forwards":[{"text":"the plum is ripe"}]"#), "{told}");
    alice.post_sticker(private, "waving pear").unwrap();
    let told = question(&asked(&stage, "waving").await);
    assert!(told.contains(r#""stickers":["waving pear"]"#), "{told}");
    alice.post_poll(private, "Which cider?", &["dry", "sweet"]).unwrap();
    let told = question(&asked(&stage, "cider").await);
    assert!(told.contains(r#""answers":["dry","sweet"],"question":"Which cider?""#), "{told}");
    all_is_answered(&stage, &alice).await;
    stage.close().await;
}

/// What was sent along without words was answered, and nothing is under way.
async fn all_is_answered(stage: &Stage, person: &Person) {
    person.dm("and now hazelnut").unwrap();
    stage.reply(person, person.dm_channel(), |said| said.content.contains("hazelnut")).await;
}

/// The header of a picture of one pixel, which is all that anybody looks at.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    bytes
}

async fn sees(stage: &Stage, vision_model: Option<&str>) {
    let viola: PersonalityId = VIOLA.parse().unwrap();
    let vision_model = vision_model.map(str::to_owned);
    let settings = ModelSettings {
        model: Some("test/blind".into()),
        vision_model,
        ..ModelSettings::default()
    };
    stage.db.set_model(viola, settings).await;
}

async fn an_image_goes_to_the_model_that_sees_and_a_text_to_any(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    sees(&stage, Some("test/eyes")).await;
    let shown =
        alice.say_with_file("general", "@Viola look, walnut", "cat.png", "image/png", picture());
    let call = asked(&stage, "walnut").await;
    assert_eq!(call.model, "test/eyes");
    let pictures = pictures(&call);
    assert_eq!(pictures.len(), 1);
    assert!(pictures[0].starts_with("data:image/png;base64,iVBORw0KGgo"), "{pictures:?}");
    let told = question(&call);
    assert!(told.contains("cat.png") && told.contains("shown to you"), "{told}");
    finished(&stage, &alice, "general", "walnut").await;
    // the same picture in a message that is answered
    alice.reply("general", shown.unwrap(), "@Viola and again, almond").unwrap();
    let call = asked(&stage, "almond").await;
    assert_eq!((call.model.as_str(), self::pictures(&call).len()), ("test/eyes", 1));
    finished(&stage, &alice, "general", "almond").await;

    let text = "fn main() {} // in Rust";
    let rust = ("lib.rs", "text/plain; charset=utf-8");
    alice.say_with_file("general", "@Viola read pecan", rust.0, rust.1, text).unwrap();
    let call = asked(&stage, "pecan").await;
    assert_eq!(call.model, "test/blind", "nothing is to be seen");
    let told = question(&call);
    assert!(told.contains(r#"<file>{"name":"lib.rs"}"#) && told.contains(text), "{told}");
    finished(&stage, &alice, "general", "pecan").await;

    // what a usage row says is what was called
    let told = stage.told(&alice, "usage", json!({"period": "all"})).await;
    assert!(told.contains("test/eyes") && told.contains("test/blind"), "{told}");
    stage.close().await;
}

async fn what_cannot_be_loaded_is_said_and_fails_nothing(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    sees(&stage, None).await;
    alice.say_with_file("general", "@Viola walnut", "cat.png", "image/png", picture()).unwrap();
    let call = asked(&stage, "walnut").await;
    assert!(question(&call).contains("you cannot see it") && pictures(&call).is_empty());
    finished(&stage, &alice, "general", "walnut").await;

    sees(&stage, Some("test/eyes")).await;
    let page = "<html>no picture</html>";
    alice.say_with_file("general", "@Viola almond", "cat.png", "image/png", page).unwrap();
    let call = asked(&stage, "almond").await;
    assert_eq!(call.model, "test/blind", "there is nothing to see");
    assert!(question(&call).contains("could not be loaded"), "{}", question(&call));
    finished(&stage, &alice, "general", "almond").await;

    let large = vec![b'x'; 300 << 10];
    alice.say_with_file("general", "@Viola pecan", "all.txt", "text/plain", large).unwrap();
    let call = asked(&stage, "pecan").await;
    assert!(question(&call).contains("too large to be loaded"), "{}", question(&call));
    finished(&stage, &alice, "general", "pecan").await;
    // no address is in any log
    assert!(
        !stage.log().iter().any(|line| line.contains("/attachments/")),
        "an address was logged"
    );
    stage.close().await;
}

async fn several_people_are_remembered_in_a_channel_and_told_apart(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let bob = stage.person_with_key("bob", BOBS).await;
    answer(&stage, &alice, "general", "@Viola my fruit is the plum").await;
    answer(&stage, &bob, "general", "@Viola mine is the quince").await;
    alice.dm("in private it is the medlar").unwrap();
    stage.reply(&alice, alice.dm_channel(), |said| said.content.contains("medlar")).await;
    answer(&stage, &bob, "general", "@Viola who likes what? walnut").await;
    let call = asked(&stage, "walnut").await;
    let said: Vec<&str> = call.messages.iter().map(|message| message.content.as_str()).collect();
    assert!(said[1].contains(r#""from":"Alice""#) && said[1].ends_with("my fruit is the plum"));
    assert!(said[3].contains(r#""from":"Bob""#) && said[3].ends_with("mine is the quince"));
    assert_eq!(said.len(), 6, "{said:?}");
    // in private, only what was said there
    alice.dm("and elsewhere almond").unwrap();
    stage.reply(&alice, alice.dm_channel(), |said| said.content.contains("almond")).await;
    let call = asked(&stage, "almond").await;
    assert!(!call.body.to_string().contains("quince"), "{}", call.body);
    stage.close().await;
}
