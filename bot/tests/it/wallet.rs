use playground::discord::{ActError, Response};
use serde_json::json;
use shared::{
    budget::WorstCase,
    model::{CouldNotCheck, KeyFacts, KeyVerdict, Provider},
    money::NanoUsd,
    store::{CheckPurpose, Spending},
    testing::SeenCheck,
};

use super::stage::{PATIENCE, Stage};

/// Built from parts, so that no scanner takes it for a real one.
fn key() -> String {
    format!("sk-or-v1-{}5678", "a1b2c3d4".repeat(7))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_typed_checked_stored_listed_and_erased() {
    let mut stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let form = alice.slash("general", "wallet set", json!({})).unwrap();
    let Response::Modal { custom_id, title, fields } = form.response(PATIENCE).await.unwrap()
    else {
        panic!("no form")
    };
    assert_eq!(custom_id, "wallet:set:v1:openrouter");
    assert_eq!(title, "API key of OpenRouter — never a password");
    let field = fields[0].custom_id.clone();

    let pasted = format!(" \"Bearer {}\"\u{200B}\n", key());
    let sent = form.submit_modal([(field.as_str(), pasted.as_str())]).unwrap();
    let first = sent.response(PATIENCE).await.unwrap();
    assert!(matches!(first, Response::Deferred { ephemeral: true }), "{first:?}");
    let facts =
        KeyFacts { remaining: Some(NanoUsd::from_nanos(4_200_000_000)), ..KeyFacts::default() };
    assert_eq!(
        stage.decide(&KeyVerdict::Valid(facts)).await,
        Some(key()),
        "what pasting added is gone"
    );
    let answer = sent.final_message(PATIENCE).await.unwrap();
    assert!(
        answer.is_ephemeral() && answer.content.contains("the key …5678"),
        "{}",
        answer.content
    );
    assert!(
        answer.content.contains("**stored**") && answer.content.contains("$4.20"),
        "{}",
        answer.content
    );

    let listed = alice.slash("general", "wallet list", json!({})).unwrap();
    let listed = listed.final_message(PATIENCE).await.unwrap();
    assert!(
        listed.is_ephemeral() && listed.content.contains("…5678: in use"),
        "{}",
        listed.content
    );
    let of_bob = stage.discord.user("bob").slash("general", "wallet list", json!({})).unwrap();
    let of_bob = of_bob.final_message(PATIENCE).await.unwrap();
    assert!(of_bob.content.contains("no key stored"), "{}", of_bob.content);

    let question = alice.slash("general", "wallet remove", json!({})).unwrap();
    let question = question.final_message(PATIENCE).await.unwrap();
    assert!(question.is_ephemeral() && question.content.contains("…5678"));
    let seen_by_bob = stage.discord.user("bob").click(question.id, "Remove this key");
    assert!(matches!(seen_by_bob, Err(ActError::NoSuchMessage(_))));
    let yes = alice.click(question.id, "Remove this key").unwrap();
    let gone = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("**erased**")).cloned()
    });
    assert!(
        gone.await.is_some_and(|message| message.components.is_empty()),
        "one press, then no button"
    );
    drop(yes);
    assert!(alice.click(question.id, "Remove this key").is_err());
    assert!(stage.db.keys().await.iter().all(|key| key.sealed_columns() == 0));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_question_does_not_remove_a_newer_key() {
    let stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let person = stage.with_key("alice").await;
    let question = alice.slash("general", "wallet remove", json!({})).unwrap();
    let question = question.final_message(PATIENCE).await.unwrap();
    stage.db.give_key(person, "sk-test-newer-key-0001").await;
    alice.click(question.id, "Remove this key").unwrap();
    let said = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("nothing was removed")).cloned()
    });
    assert!(said.await.is_some());
    assert_eq!(stage.db.store().live_keys(person.id).await.unwrap().len(), 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_writes_nothing_and_each_verdict_has_its_words() {
    let mut stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let none = alice.slash("general", "wallet test", json!({})).unwrap();
    assert!(none.final_message(PATIENCE).await.unwrap().content.contains("no key stored"));

    for (verdict, words) in [
        (KeyVerdict::Valid(KeyFacts::default()), "**not stored**"),
        (KeyVerdict::Rejected, "doesn't accept the key …5678"),
        (KeyVerdict::Management, "management key"),
        (KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown }, "Nothing was stored"),
    ] {
        let form = alice.slash("general", "wallet test", json!({"new": true})).unwrap();
        let Response::Modal { custom_id, fields, .. } = form.response(PATIENCE).await.unwrap()
        else {
            panic!("no form")
        };
        assert_eq!(custom_id, "wallet:test:v1:openrouter");
        let sent = form.submit_modal([(fields[0].custom_id.as_str(), key().as_str())]).unwrap();
        sent.response(PATIENCE).await.unwrap();
        stage.decide(&verdict).await;
        let answer = sent.final_message(PATIENCE).await.unwrap();
        assert!(answer.is_ephemeral() && answer.content.contains(words), "{}", answer.content);
    }
    assert_eq!(stage.db.keys().await.len(), 0);
    assert!(stage.db.checks().await.iter().all(|check| check.candidate_columns() == 0));

    let person = stage.with_key("alice").await;
    let stored = alice.slash("general", "wallet test", json!({})).unwrap();
    stored.response(PATIENCE).await.unwrap();
    stage.decide(&KeyVerdict::Valid(KeyFacts::default())).await;
    let answer = stored.final_message(PATIENCE).await.unwrap();
    assert!(
        answer.content.contains("your stored key …")
            && answer.content.contains("no spending limit"),
        "{}",
        answer.content
    );
    assert_eq!(stage.db.store().live_keys(person.id).await.unwrap().len(), 1);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_key_is_sent_nowhere() {
    let stage = Stage::start().await;
    let alice = stage.discord.user("alice");
    let form = alice.slash("general", "wallet set", json!({"provider": "OPENROUTER"})).unwrap();
    let Response::Modal { fields, .. } = form.response(PATIENCE).await.unwrap() else {
        panic!("no form")
    };
    let field = fields[0].custom_id.as_str();
    for (typed, words) in [
        ("  \"\" ", "nothing in the form"),
        ("sk-1", "too short"),
        ("my key is secret", "no key has"),
    ] {
        let sent = form.submit_modal([(field, typed)]).unwrap();
        let answer = sent.final_message(PATIENCE).await.unwrap();
        assert!(answer.is_ephemeral() && answer.content.contains(words), "{}", answer.content);
    }
    let long = "k".repeat(500);
    let sent = form.submit_modal([(field, long.as_str())]).unwrap();
    assert!(sent.final_message(PATIENCE).await.unwrap().content.contains("too long"));
    for command in ["wallet set", "wallet test", "wallet remove"] {
        let unknown = alice.slash("general", command, json!({"provider": "acme corp"})).unwrap();
        let answer = unknown.final_message(PATIENCE).await.unwrap();
        assert!(
            answer.is_ephemeral() && answer.content.contains("Known: OpenRouter"),
            "{}",
            answer.content
        );
    }
    assert_eq!(stage.db.checks().await.len(), 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_the_answer_says_so() {
    let stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let asked = stage.discord.user("alice").slash("general", "wallet test", json!({})).unwrap();
    asked.response(PATIENCE).await.unwrap();
    while !stage.db.checks().await.iter().any(SeenCheck::is_pending) {
        tokio::task::yield_now().await;
    }
    stage.db.clock().advance(chrono::TimeDelta::minutes(3));
    stage.nudges.nudge(person.id).await;
    let answer = asked.final_message(PATIENCE).await.unwrap();
    assert!(answer.content.contains("no worker is running"), "{}", answer.content);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_for_an_expired_command_comes_by_direct_message() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let asked = alice.slash("general", "wallet test", json!({})).unwrap();
    asked.response(PATIENCE).await.unwrap();
    stage.discord.expire_interaction(asked.token());
    stage.decide(&KeyVerdict::Rejected).await;
    let told = alice
        .wait_for_message(alice.dm_channel(), PATIENCE, |m| m.content.contains("switched off"));
    told.await.unwrap();
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_set_shown_heeded_and_changed_by_its_button() {
    let mut stage = Stage::start().await;
    let (alice, ada) = (stage.discord.user("alice"), stage.with_key("alice").await);
    assert!(limit(&stage, json!({})).await.contains("no limits"));
    for (typed, said) in [
        ("five", "no amount"),
        ("5", "no amount"),
        ("$0", "/wallet pause"),
        ("$9999999", "more than"),
    ] {
        let answer = limit(&stage, json!({"amount": typed})).await;
        assert!(
            answer.contains(said) && answer.contains("Nothing was changed"),
            "{typed}: {answer}"
        );
    }
    let answer = limit(&stage, json!({"amount": "40 tokens"})).await;
    assert!(answer.contains("daily limit is **40 tokens**"), "{answer}");
    alice.say("general", "@Viola hello").unwrap();
    stage.woken().await;
    let refused = Spending { worst: WorstCase { tokens: 41, cost: None }, ..Spending::default() };
    assert!(stage.fence(ada, &refused).await, "no limit held");
    let told = stage.discord.wait_for(PATIENCE, |world| {
        world.all_messages().find(|m| m.content.contains("stood in the way")).cloned()
    });
    let told = told.await.expect("a direct message");
    assert!(
        told.content.contains("**40 tokens**") && told.content.contains("<t:"),
        "{}",
        told.content
    );
    let pressed = alice.click(told.id, "Change the daily limit").unwrap();
    let Response::Modal { custom_id, fields, .. } = pressed.response(PATIENCE).await.unwrap()
    else {
        panic!("no form")
    };
    assert_eq!(custom_id, "wallet-limit-form:v1:day:tokens");
    let field = fields[0].custom_id.clone();
    let sent = pressed.submit_modal([(field.as_str(), "200k tokens")]).unwrap();
    let answer = stage.private(&sent).await;
    assert!(answer.contains("daily limit is **200,000 tokens**"), "{answer}");
    let shown = limit(&stage, json!({})).await;
    assert!(shown.contains("0 tokens of 200,000 tokens used (0 %)"), "{shown}");
    assert!(limit(&stage, json!({"amount": "none", "per": 1})).await.contains("no monthly limit"));
    assert!(limit(&stage, json!({"amount": "none"})).await.contains("is gone"));
    stage.stop().await;
}

/// A key outlives the server's place in the settings, and its owner can still erase it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_a_server_that_is_gone_can_be_erased() {
    let stage = Stage::start().await;
    let (alice, ada) =
        (stage.discord.user("alice"), stage.db.person(stage.account("alice").get()).await);
    let gone = Provider::parse("gone").unwrap();
    let check = stage.db.key_check_at(gone, ada, CheckPurpose::Set, Some("sk-test-0123456789"));
    stage.db.decide(&check, &KeyVerdict::Valid(KeyFacts::default())).await;
    let question = alice.slash("general", "wallet remove", json!({"provider": "gone"})).unwrap();
    let question = question.final_message(PATIENCE).await.unwrap();
    alice.click(question.id, "Remove this key").unwrap();
    let erased = stage.discord.wait_for(PATIENCE, |world| {
        world.message(question.id).filter(|m| m.content.contains("**erased**")).map(|m| m.id)
    });
    assert!(erased.await.is_some());
    assert!(stage.db.keys().await.iter().all(|key| key.sealed_columns() == 0));
    stage.stop().await;
}

async fn limit(stage: &Stage, options: serde_json::Value) -> String {
    let used = stage.discord.user("alice").slash("general", "wallet limit", options).unwrap();
    stage.private(&used).await
}
