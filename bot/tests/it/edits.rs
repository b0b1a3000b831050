//! A message that is changed or deleted before it is answered.

use shared::model::RequestState;

use super::stage::{PATIENCE, Stage};

async fn until(stage: &Stage, texts: &[&str]) {
    let reached = async {
        while stage.db.texts_taken().await != texts {
            tokio::task::yield_now().await;
        }
    };
    let reached = tokio::time::timeout(PATIENCE, reached).await;
    assert!(reached.is_ok(), "{:?}", stage.db.texts_taken().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_there_is_what_is_asked() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let message = alice.say("general", "@Viola waht's up?").unwrap();
    stage.woken().await;
    alice.edit(message, "@Viola what's up?").unwrap();
    until(&stage, &["what's up?"]).await;
    // the address goes, the one who answers stays
    alice.edit(message, "so, what's up?").unwrap();
    until(&stage, &["so, what's up?"]).await;
    // what was for nobody stays so
    let other = alice.say("general", "not for her").unwrap();
    alice.edit(other, "@Viola for you after all").unwrap();
    alice.edit(message, "the last word").unwrap();
    until(&stage, &["the last word"]).await;
    assert_eq!(stage.states().await, [RequestState::Queued]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_left_is_as_good_as_deleted() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let message = alice.say("general", "@Viola hi").unwrap();
    stage.woken().await;
    alice.edit(message, "@Viola").unwrap();
    stage.woken().await;
    assert_eq!(stage.states().await, [RequestState::Cancelled]);
    // a key in an edit is no more taken than one in a message
    let message = alice.say("general", "@Viola hi").unwrap();
    stage.woken().await;
    alice.edit(message, &format!("@Viola sk-or-v1-{}", "0123abcd".repeat(8))).unwrap();
    let home = alice.dm_channel();
    alice
        .wait_for_message(home, PATIENCE, |m| m.content.contains("revoke that key"))
        .await
        .unwrap();
    stage.woken().await;
    assert_eq!(stage.states().await, [RequestState::Cancelled, RequestState::Cancelled]);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_takes_its_words_out_of_those_that_joined() {
    let mut stage = Stage::start().await;
    stage.with_key("alice").await;
    let alice = stage.discord.user("alice");
    let first = alice.say("general", "@Viola one").unwrap();
    stage.woken().await;
    alice.say("general", "@Viola two").unwrap();
    until(&stage, &["one", "two"]).await;
    alice.delete(first).unwrap();
    until(&stage, &["", "two"]).await;
    assert_eq!(stage.states().await, [RequestState::Queued]);
    stage.stop().await;
}
