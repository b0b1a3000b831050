//! What people keep with the bot and see of it: keys, a timezone, what was used. In private.

use playground::{discord::Person, provider::KeyPlan};
use serde_json::json;
use shared::{ids::ApiKeyId, store::LiveKey, testing::TestDb};

use crate::{play::finished, process::PATIENCE, scenario::ALICES, secrets::Secrets, stage::Stage};

const OTHER: &str = concat!("sk-or-", "v1-cccccccccccccccccccccccccccccccccccc3333");
const MANAGEMENT: &str = concat!("sk-or-", "v1-dddddddddddddddddddddddddddddddddddd4444");
const REJECTED: &str = concat!("sk-or-", "v1-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee5555");

shared::each_engine!(
    a_wallet_is_kept_in_private,
    a_timezone_is_found_set_and_used,
    without_a_key_nobody_pays,
    a_key_in_a_message_is_kept_nowhere,
);

async fn a_wallet_is_kept_in_private(db: TestDb) {
    let stage = Stage::open(db).await;
    let provider = &stage.provider;
    let alice = stage.discord.user("alice");
    for (command, options) in [("wallet list", json!({})), ("wallet test", json!({}))] {
        let told = stage.told(&alice, command, options).await;
        assert!(told.contains("no key stored"), "{told}");
    }

    // nothing but an ordinary key that works is stored
    provider.add_key(MANAGEMENT, KeyPlan::management());
    let told = stage.type_key(&alice, "wallet set", json!({}), MANAGEMENT).await.content;
    assert!(told.contains("management key") && told.contains("**not stored**"), "{told}");
    let asked = provider.ledger().counters().key_checks;
    let told = stage.type_key(&alice, "wallet set", json!({}), "my key is 12345").await.content;
    assert!(told.contains("Nothing was stored or sent"), "{told}");
    assert_eq!(provider.ledger().counters().key_checks, asked, "no key, and yet sent");
    assert_eq!(live_keys(&stage, &alice).await, []);

    provider.add_key(ALICES, KeyPlan::unlimited());
    let told = stage.type_key(&alice, "wallet set", json!({}), ALICES).await.content;
    for part in ["**stored**", "…1111", "**no spending limit**"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let [first] = &live_keys(&stage, &alice).await[..] else { panic!("not one key") };
    let told = stage.told(&alice, "wallet test", json!({})).await;
    assert!(told.contains("accepts your stored key …1111"), "{told}");

    // to test another one writes nothing
    provider.add_key(OTHER, KeyPlan::with_credit(2_500_000_000));
    let told = stage.type_key(&alice, "wallet test", json!({"new": true}), OTHER).await.content;
    assert!(told.contains("**not stored**") && told.contains("$2.50"), "{told}");
    assert_eq!(key_ids(&live_keys(&stage, &alice).await), [first.id]);
    assert_eq!(rows_of_keys(&stage, &alice).await, 1);

    // nor does one that is refused, and the old one goes on
    let told = stage.type_key(&alice, "wallet set", json!({}), REJECTED).await.content;
    assert!(told.contains("doesn't accept") && told.contains("stays as it was"), "{told}");
    let kept = live_keys(&stage, &alice).await;
    assert_eq!((key_ids(&kept), kept[0].is_active), (vec![first.id], true));
    assert_eq!(paid_by(&stage, &alice, "with the old key").await, ALICES);

    // what pasting adds does no harm
    let pasted = format!("  \"Bearer {OTHER}\u{200B}\" ");
    let told = stage.type_key(&alice, "wallet set", json!({}), &pasted).await.content;
    assert!(told.contains("**stored**") && told.contains("…3333"), "{told}");
    assert_eq!(paid_by(&stage, &alice, "with the new key").await, OTHER);
    let told = stage.told(&alice, "wallet list", json!({})).await;
    assert!(told.contains("…3333") && !told.contains("1111"), "{told}");

    let asked = alice.slash("general", "wallet remove", json!({})).unwrap();
    let question = stage.private_answer(&asked).await;
    assert_eq!(live_keys(&stage, &alice).await.len(), 1, "it asks first");
    alice.click(question.id, "Remove this key").unwrap();
    let removed = stage
        .reply(&alice, "general", |said| said.id == question.id && said.buttons().count() == 0);
    assert!(removed.await.content.contains("**erased**"));
    assert_eq!(live_keys(&stage, &alice).await, []);
    let told = stage.told(&alice, "wallet list", json!({})).await;
    assert!(told.contains("no key stored"), "{told}");
    let user = stage.user(&alice).await;
    let kept = stage.db.keys_of(user.id).await;
    assert!(kept.iter().all(|key| key.sealed_columns() == 0));
    assert_eq!(kept.len(), 2, "the trace stays");
    stage.close().await;
}

async fn a_timezone_is_found_set_and_used(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let told = stage.told(&alice, "timezone show", json!({})).await;
    assert!(told.contains("**UTC**"), "{told}");
    let found = alice.autocomplete("general", "timezone set", "timezone", "kiriti").await.unwrap();
    let names: Vec<_> = found.iter().map(|choice| choice["value"].as_str().unwrap()).collect();
    assert_eq!(names, ["Pacific/Kiritimati"]);
    let told = stage.told(&alice, "timezone set", json!({"timezone": "Pacific/Kiritimatti"})).await;
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(told.contains("Did you mean `Pacific/Kiritimati`"), "{told}");
    assert_eq!(stage.user(&alice).await.timezone.name(), "UTC");
    let told = stage.told(&alice, "timezone set", json!({"timezone": names[0]})).await;
    assert!(told.contains("now **Pacific/Kiritimati**"), "{told}");
    let told = stage.told(&alice, "timezone show", json!({})).await;
    assert!(told.contains("**Pacific/Kiritimati**"), "{told}");

    alice.say("general", "@Viola good morning").unwrap();
    stage.reply(&alice, "general", |said| said.content.contains("good morning")).await;
    let told = stage.told(&alice, "usage", json!({"period": "today"})).await;
    // her day began at midnight there
    assert!(told.contains("00:00 (Pacific/Kiritimati)") && told.contains("1 request "), "{told}");
    let asked = stage.provider.ledger().calls()[0].body.to_string();
    assert!(asked.contains("(Pacific/Kiritimati)"), "personalities know the time of day");
    for period in ["week", "month", "all"] {
        let told = stage.told(&alice, "usage", json!({"period": period})).await;
        assert!(told.contains("1 request ") && told.contains("Kiritimati"), "{told}");
    }
    stage.close().await;
}

async fn without_a_key_nobody_pays(db: TestDb) {
    let stage = Stage::open(db).await;
    let (alice, bob) = (stage.person_with_key("alice", ALICES).await, stage.discord.user("bob"));
    alice.say("general", "@Viola marzipan").unwrap();
    let to_alice = stage.reply(&alice, "general", |said| said.content.contains("marzipan")).await;

    // by name, and by answering what alice paid for
    let named = bob.say("general", "@Viola hello").unwrap();
    let replied = bob.reply("general", to_alice.id, "and me?").unwrap();
    let told = bob.wait_for_message(bob.dm_channel(), PATIENCE, |said| {
        said.content.contains("`/wallet set`")
    });
    told.await.unwrap();
    for message in [named, replied] {
        let marked = stage.discord.wait_for(PATIENCE, |world| {
            world.message(message).filter(|said| said.reactions.contains_key("🔑")).map(|_| ())
        });
        assert!(marked.await.is_some(), "{}", stage.said());
    }
    // the public acknowledgement of a command is taken back
    let chat = json!({"personality": "viola", "message": "hello"});
    let used = bob.slash("general", "chat", chat).unwrap();
    let told = used.followup(1, PATIENCE).await.unwrap();
    assert!(told.is_ephemeral() && told.content.contains("`/wallet set`"), "{}", told.content);
    let seen = alice.visible_messages("general").unwrap();
    let spoken: Vec<_> = seen
        .iter()
        .filter(|said| stage.is_by_bot(said) && !said.is_ephemeral())
        .map(|said| said.id)
        .collect();
    assert_eq!(spoken, [to_alice.id], "the channel sees what was paid for");
    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 1, "somebody paid for bob");
    assert_eq!(rows_of_keys(&stage, &bob).await, 0);
    stage.close().await;
}

async fn a_key_in_a_message_is_kept_nowhere(db: TestDb) {
    let stage = Stage::open(db).await;
    let alice = stage.person_with_key("alice", ALICES).await;
    let typed = alice.say("general", &format!("@Viola my key is {OTHER}, use it")).unwrap();
    let told = alice
        .wait_for_message(alice.dm_channel(), PATIENCE, |said| said.content.contains("revoke"));
    let told = told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));
    assert!(told.content.contains("I deleted your message"), "{}", told.content);
    let is_gone = |id| stage.discord.look(|world| world.message(id).unwrap().deleted);
    assert!(is_gone(typed), "everybody can read it");
    let chat = json!({"personality": "viola", "message": format!("and {OTHER}?")});
    let used = alice.slash("general", "chat", chat).unwrap();
    assert!(stage.private_answer(&used).await.content.contains("revoke"));
    alice.dm(&format!("here: {OTHER}")).unwrap();
    let told = alice.wait_for_message(alice.dm_channel(), PATIENCE, |said| {
        said.content.contains("please do it yourself")
    });
    told.await.unwrap_or_else(|error| panic!("{error}\n{}", stage.said()));

    // what comes behind it is answered, and knows nothing of it
    alice.say("general", "@Viola marzipan").unwrap();
    finished(&stage, &alice, "general", "marzipan").await;
    let calls = stage.provider.ledger().calls();
    assert_eq!(calls.len(), 1);
    let secrets = Secrets::of(&stage, &[ALICES, OTHER], &[]);
    secrets.assert_absent(&[calls[0].body.to_string()]);
    secrets.assert_absent(&stage.db.dump().await);
    secrets.assert_absent(&stage.log());
    stage.close().await;
}

/// Whose key the next answer is paid with.
async fn paid_by(stage: &Stage, person: &Person, text: &str) -> String {
    person.say("general", &format!("@Viola {text}")).unwrap();
    finished(stage, person, "general", text).await;
    let calls = stage.provider.ledger().calls();
    calls.last().and_then(|call| call.bearer.clone()).expect("a call with a key")
}

async fn live_keys(stage: &Stage, person: &Person) -> Vec<LiveKey> {
    let user = stage.user(person).await;
    stage.store().await.live_keys(user.id).await.unwrap()
}

fn key_ids(keys: &[LiveKey]) -> Vec<ApiKeyId> {
    keys.iter().map(|key| key.id).collect()
}

/// Rows of keys, removed ones too.
async fn rows_of_keys(stage: &Stage, person: &Person) -> usize {
    stage.db.keys_of(stage.user(person).await.id).await.len()
}
