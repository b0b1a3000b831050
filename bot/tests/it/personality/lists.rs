//! The pages of `/personality list`.

use playground::discord::{Person, world::Message};
use serde_json::json;

use super::{
    super::stage::{PATIENCE, Stage},
    ask, stage,
};

/// The names on a page.
fn names(page: &Message) -> Vec<&str> {
    page.content.lines().filter_map(|line| line.strip_prefix("- ")).collect()
}

/// Waits until a list shows another page.
async fn shown(stage: &Stage, list: &Message, says: &str) -> Message {
    let shown = stage.discord.wait_for(PATIENCE, |world| {
        world.message(list.id).filter(|it| it.content.contains(says)).cloned()
    });
    shown.await.unwrap_or_else(|| panic!("never: {says}"))
}

async fn turn(stage: &Stage, by: &Person, list: &Message, button: &str, says: &str) -> Message {
    by.click(list.id, button).unwrap();
    shown(stage, list, says).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_turned_there_and_back() {
    let stage = stage().await;
    for n in 10..34 {
        stage.db.personality(&format!("Actor {n}"), None).await;
    }
    let bob = stage.discord.user("bob");
    let first = ask(&bob, "list", json!({})).await;
    assert!(first.content.contains("25, page 1 of 3"), "{}", first.content);
    assert!(bob.click(first.id, "Back").is_err(), "there is nothing before");
    let second = turn(&stage, &bob, &first, "Next", "page 2 of 3").await;
    let third = turn(&stage, &bob, &first, "Next", "page 3 of 3").await;
    assert!(bob.click(first.id, "Next").is_err(), "there is nothing behind");
    let mut all = [names(&first), names(&second), names(&third)].concat();
    assert_eq!((names(&first).len(), names(&third).len()), (10, 5));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 25, "each once: {all:?}");
    let again = turn(&stage, &bob, &first, "Back", "page 2 of 3").await;
    assert_eq!(names(&again), names(&second));
    let again = turn(&stage, &bob, &first, "Back", "page 1 of 3").await;
    assert_eq!(names(&again), names(&first));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_sees_what_is_theirs_and_nobody_elses() {
    let stage = stage().await;
    let owner = stage.db.person(stage.account("alice").get()).await;
    for n in 10..22 {
        stage.db.personality(&format!("Secret {n}"), Some(owner)).await;
    }
    let (alice, bob) = (stage.discord.user("alice"), stage.discord.user("bob"));
    let mine = ask(&alice, "list", json!({ "of": 1 })).await;
    assert!(mine.content.contains("12, page 1 of 2") && names(&mine).len() == 10);
    assert!(bob.click(mine.id, "Next").is_err(), "he does not see it");
    bob.click_unseen(mine.id, "Next").unwrap();
    let his = shown(&stage, &mine, "You have no personalities").await;
    assert!(!his.content.contains("Secret"), "{}", his.content);
    assert_eq!(his.buttons().count(), 0);
    // a page that is no more is empty, and says where one is
    let mine = ask(&alice, "list", json!({ "of": 1 })).await;
    let last = turn(&stage, &alice, &mine, "Next", "page 2 of 2").await;
    assert_eq!(names(&last).len(), 2);
    stage.stop().await;
}
