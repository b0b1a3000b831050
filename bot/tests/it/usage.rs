//! `/usage`, over the local Discord.

use serde_json::{Value, json};
use shared::{
    model::{TokenCounts, Usage},
    money::NanoUsd,
    store::CallRecord,
    testing::Person,
};

use super::stage::{PATIENCE, Stage};

/// A call that cost so many thousandths of a dollar.
fn paid(thousandths: i64) -> CallRecord {
    let tokens = TokenCounts { input: Some(1_200), output: Some(34), ..TokenCounts::default() };
    let cost = Some(NanoUsd::from_nanos(thousandths * 1_000_000));
    let usage = Some(Usage { tokens, cost });
    CallRecord { usage, latency_ms: Some(1_250), ..CallRecord::default() }
}

/// Alice asks somebody in the first server, and it costs.
async fn asks(stage: &mut Stage, person: Person, whom: &str, thousandths: i64) {
    let alice = stage.discord.user("alice");
    alice.say("general", &format!("@{whom} hello")).unwrap();
    assert_eq!(stage.woken().await, person.id);
    stage.answer_with(person, "Good evening.", &paid(thousandths)).await;
}

async fn told(stage: &Stage, options: Value) -> String {
    let alice = stage.discord.user("alice");
    stage.private(&alice.slash("general", "usage", options).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_told_apart_by_everything() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let bob = stage.with_key("bob").await;
    let ghost = stage.db.personality("Ghost", None).await;
    asks(&mut stage, person, "Viola", 2).await;
    asks(&mut stage, person, "Ghost", 40).await;

    let all = told(&stage, json!({})).await;
    assert!(all.contains("2 requests · 2,400 tokens in · 68 tokens out · **$0.042**"), "{all}");
    assert!(all.contains("2 of 2 answered (100.0 %) · half within 1.3 s"), "{all}");
    let by = async |by: &str| told(&stage, json!({"period": "all", "by": by})).await;
    assert!(by("provider").await.contains("- `OpenRouter`: 2 requests, 2,400 in, 68 out, $0.042"));
    let day = by("day").await;
    assert!(day.contains("- Sun 2026-03-01: 2 requests"), "{day}");
    let house = stage.discord.house();
    let name = stage.discord.look(|world| world.guild(house).unwrap().name.clone());
    let server = by("server").await;
    assert!(server.contains(&format!("- `{name}`: 2 requests")), "{server}");
    let who = by("personality").await;
    assert!(who.contains("- `Ghost`: 1 request, ") && who.contains("- `Viola`: 1 "), "{who}");

    // whom she can't see any more has no name and no id
    stage.db.make_private(ghost, bob.id).await;
    let who = by("personality").await;
    assert!(who.contains("- personalities you can't see: 1 request, "), "{who}");
    assert!(!who.contains("Ghost") && !who.contains(&ghost.to_string()), "{who}");
    // used in private: she is in that server, as Discord says
    let alice = stage.discord.user("alice");
    let asked =
        alice.slash(alice.dm_channel(), "usage", json!({"period": "all", "by": "server"})).unwrap();
    let server = asked.final_message(PATIENCE).await.unwrap().content;
    assert!(server.contains(&format!("- `{name}`: 2 requests")), "{server}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_shown_one_by_one_and_as_a_file() {
    let mut stage = Stage::start().await;
    let person = stage.with_key("alice").await;
    let none = told(&stage, json!({"as": "recent"})).await;
    assert!(none.contains("No call was made"), "{none}");
    let none = told(&stage, json!({"as": "csv"})).await;
    assert!(none.contains("there is no file"), "{none}");

    let formula = stage.db.personality("=1+1", None).await;
    asks(&mut stage, person, "Viola", 2).await;
    asks(&mut stage, person, "=1+1", 40).await;
    let recent = told(&stage, json!({"as": "recent"})).await;
    assert!(recent.contains("03-01 12:00 answered, 1.3 s, $0.040: `"), "{recent}");
    assert_eq!(recent.lines().count(), 3, "{recent}");

    let alice = stage.discord.user("alice");
    let asked = alice.slash("general", "usage", json!({"as": "csv", "period": "all"})).unwrap();
    let answer = asked.final_message(PATIENCE).await.unwrap();
    assert!(answer.is_ephemeral());
    let file = answer.attachments.first().expect("a file");
    assert_eq!(file.filename, "usage.csv");
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let rows: Vec<_> = text.split("\r\n").collect();
    assert_eq!(rows.len(), 4, "{text}");
    assert!(rows[0].starts_with("time_utc,day,provider,model,personality,server,"), "{text}");
    assert!(rows[1].starts_with("2026-03-01T12:00:00Z,2026-03-01,openrouter,"), "{text}");
    // both ended in the same moment of the test's clock, so either comes first
    let calls = || rows[1..3].iter();
    let cheap = ",answered,1200,34,,,0.002000000,charged,1250";
    assert!(calls().any(|row| row.contains(",Viola,") && row.ends_with(cheap)), "{text}");
    assert!(calls().any(|row| row.contains(",'=1+1,")) && rows[3].is_empty(), "{text}");
    assert!(!text.contains(&formula.to_string()), "{text}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_that_nobody_can_mean_is_explained() {
    let stage = Stage::start().await;
    let range = async |from: &str, to: &str| told(&stage, json!({"from": from, "to": to})).await;
    assert!(range("2026-03-01", "2026-02-01").await.contains("ends before it begins"));
    assert!(range("2025-01-26", "2026-03-01").await.contains("1 to 365 days"));
    assert!(range("first of May", "2026-03-01").await.contains("`2026-11-20`"));
    let twice = told(&stage, json!({"period": "week", "days": 3})).await;
    assert!(twice.contains("in one way"), "{twice}");
    let days = told(&stage, json!({"days": 30})).await;
    assert!(days.contains("**Your usage from 2026-01-31 to 2026-03-01** (UTC)"), "{days}");
    assert!(days.contains("Nothing was charged to a key of yours."), "{days}");
    stage.stop().await;
}
