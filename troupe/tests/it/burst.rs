//! Many at once: nothing is lost, nothing overtakes, and nobody is answered in another's place.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use playground::{
    discord::{Options, Person, RateLimits, Snowflake, world::Message},
    provider::{Call, GateAt, Script},
};
use shared::testing::TestDb;

use crate::stage::{Stage, is_finished};

const ALICES: &str = concat!("sk-or-", "v1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3333");
/// How long a burst may take from its first word to the last answer.
const BURST: Duration = Duration::from_mins(1);
/// What is said to somebody who sends too much at once.
const FLOOD: &str = "too many messages at once";
const BUSY: &str = "weren't taken, because as many as I keep";

shared::each_engine!(
    fifty_messages_of_one_person_in_five_channels,
    twenty_people_at_once,
    two_hundred_messages_of_one_person_at_once,
    a_key_is_checked_while_every_hand_is_full,
);

/// With Discord's own limits.
async fn fifty_messages_of_one_person_in_five_channels(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    stage.provider.script_key(ALICES, Script::default().paced(Duration::from_millis(40)));
    let rooms = rooms(&stage, 5);
    let mut said = BTreeMap::new();
    for message in 0..50 {
        let room = rooms[message % rooms.len()];
        let word = word(message);
        alice.say(room, &format!("@Viola {word}")).unwrap();
        said.entry(room).or_insert_with(Vec::new).push(word);
    }
    for (room, words) in &said {
        let calls = answered(&stage, &alice, *room, words).await;
        // what waited together was asked together
        assert!((1..=words.len()).contains(&calls), "{calls} calls for {words:?}");
    }
    let counters = stage.provider.ledger().counters();
    assert_eq!(counters.most_open, 3, "as many as may be active, and no more: {counters:?}");
    assert_eq!(counters.completed, counters.calls);
    stage.close().await;
}

async fn twenty_people_at_once(db: TestDb) {
    let stage = quiet(db).await;
    let rooms = rooms(&stage, 20);
    let mut people = Vec::new();
    for (number, room) in rooms.into_iter().enumerate() {
        let key = format!("{}v1-{:0>36}{:04}", "sk-or-", "b", 1000 + number);
        let person = stage.person_with_key(&format!("person{number}"), &key).await;
        people.push((person, key, room, word(number)));
    }
    for (person, _, room, word) in &people {
        person.say(*room, &format!("@Viola {word}")).unwrap();
    }
    for (person, key, room, word) in &people {
        assert_eq!(answered(&stage, person, *room, std::slice::from_ref(word)).await, 1);
        let calls = calls_with(&stage, word);
        assert_eq!(calls[0].bearer.as_deref(), Some(key.as_str()), "{word} on somebody else's key");
        assert!(!calls[0].messages.iter().any(|message| {
            people.iter().any(|(.., other)| other != word && message.content.contains(other))
        }));
    }
    assert_eq!(stage.provider.ledger().calls().len(), people.len());
    stage.close().await;
}

async fn two_hundred_messages_of_one_person_at_once(db: TestDb) {
    let stage = quiet(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    stage.provider.script_key(ALICES, Script::default().paced(Duration::from_millis(80)));
    // more conversations than may run and wait
    let rooms = rooms(&stage, 20);
    let mut said = Vec::new();
    for number in 0..200 {
        let (room, word) = (rooms[number % rooms.len()], word(number));
        let id = alice.say(room, &format!("@Viola {word}")).unwrap();
        said.push((room, word, id));
    }
    // told in words, of either limit, where she looks
    let person = alice.id();
    for limit in [FLOOD, BUSY] {
        let refusal = stage.discord.wait_for(BURST, |world| {
            let told = |message: &&Message| {
                message.is_visible_to(person) && message.content.contains(limit)
            };
            world.all_messages().find(told).cloned()
        });
        let refusal = refusal.await.unwrap_or_else(|| panic!("no {limit}\n{}", stage.said()));
        assert!(stage.is_by_bot(&refusal));
    }
    settled(&stage).await;
    let (taken, refused): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(_, word, _)| !calls_with(&stage, word).is_empty());
    assert!((20..200).contains(&taken.len()), "{} were taken", taken.len());
    for room in rooms {
        let words: Vec<String> =
            taken.iter().filter(|(place, ..)| *place == room).map(|(_, w, _)| w.clone()).collect();
        if !words.is_empty() {
            answered(&stage, &alice, room, &words).await;
        }
    }
    // each of the others carries a sign, or was cut off with a burst whose author was told
    let (marked, floods) = stage.discord.look(|world| {
        let marked = |id: Snowflake| {
            world.message(id).is_some_and(|message| message.reactions.contains_key("⏳"))
        };
        let floods = world.all_messages().filter(|message| message.content.contains(FLOOD));
        (refused.iter().filter(|(.., id)| marked(*id)).count(), floods.count())
    });
    assert!(marked > 0);
    assert!(marked == refused.len() || floods > 0, "dropped in silence");
    stage.close().await;
}

async fn a_key_is_checked_while_every_hand_is_full(db: TestDb) {
    let stage = Stage::open_with(db, Options::default(), &[("WORKER_SLOTS", "1")]).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let gate = stage.provider.gate(GateAt::AfterChunks(2));
    alice.say("general", "@Viola marzipan").unwrap();
    gate.reached().await;
    let asked = Instant::now();
    let bobs = concat!("sk-or-", "v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb3333");
    stage.person_with_key("bob", bobs).await;
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?}", asked.elapsed());
    gate.release();
    stage.reply(&alice, "general", |said| said.content.contains("answer here.")).await;
    stage.close().await;
}

/// A stage whose Discord takes as much as one likes to send.
async fn quiet(db: TestDb) -> Stage {
    let options = Options { rate_limits: RateLimits::off(), ..Options::default() };
    Stage::open_with(db, options, &[]).await
}

/// Something that nothing else contains.
fn word(number: usize) -> String {
    format!("word{number:03}x")
}

/// So many channels of the first server.
fn rooms(stage: &Stage, count: usize) -> Vec<Snowflake> {
    let guild = stage.discord.look(|world| world.channel_named("general").and_then(|c| c.guild));
    let guild = guild.expect("a server");
    (0..count).map(|room| stage.discord.add_channel(guild, &format!("room{room}"))).collect()
}

/// The calls whose question holds a word.
fn calls_with(stage: &Stage, word: &str) -> Vec<Call> {
    let mut calls = stage.provider.ledger().calls();
    calls.retain(|call| question(call).contains(word));
    calls
}

fn question(call: &Call) -> &str {
    call.messages.last().map_or("", |message| message.content.as_str())
}

/// Waits until all of a conversation is answered. Each word was asked once, in the order in which it
/// was said, and the answers stand in that order. Gives the number of calls.
async fn answered(stage: &Stage, person: &Person, room: Snowflake, words: &[String]) -> usize {
    let last = words.last().expect("words");
    person
        .wait_for_message(room, BURST, |said| {
            said.webhook_name().is_some() && is_finished(said) && said.content.contains(last)
        })
        .await
        .unwrap_or_else(|error| panic!("{error}: {last}\n{}", stage.said()));
    let mut calls = stage.provider.ledger().calls();
    calls.retain(|call| words.iter().any(|word| question(call).contains(word)));
    let asked: Vec<&str> = calls
        .iter()
        .flat_map(|call| question(call).split_whitespace())
        .filter(|part| words.iter().any(|word| word == part))
        .collect();
    assert_eq!(asked, words, "each once, in the order of its conversation");
    // an answer quotes the last line of its question
    let quoted: Vec<&str> =
        calls.iter().filter_map(|call| question(call).lines().next_back()).collect();
    let seen = person.visible_messages(room).unwrap();
    let replies: Vec<&Message> = seen.iter().filter(|said| said.webhook_name().is_some()).collect();
    assert_eq!(replies.len(), quoted.len(), "one reply for each call");
    for (reply, quoted) in replies.iter().zip(&quoted) {
        assert!(is_finished(reply) && reply.content.contains(quoted), "{}", reply.content);
        assert!(reply.content.ends_with("answer here."), "{}", reply.content);
    }
    let keys: BTreeSet<_> = calls.iter().map(|call| &call.bearer).collect();
    assert_eq!(keys.len(), 1);
    calls.len()
}

/// Waits until nothing streams any more and as many replies stand there as were asked for.
async fn settled(stage: &Stage) {
    let mut quiet = 0;
    let waiting = async {
        while quiet < 10 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let counters = stage.provider.ledger().counters();
            let done = stage.discord.look(|world| {
                let replies = world.all_messages().filter(|said| said.webhook_name().is_some());
                let done = replies.filter(|said| is_finished(said)).count();
                done == counters.calls
            });
            quiet = if done && counters.open == 0 { quiet + 1 } else { 0 };
        }
    };
    tokio::time::timeout(BURST, waiting).await.unwrap_or_else(|_| panic!("{}", stage.said()));
}
