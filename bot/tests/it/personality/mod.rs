//! `/personality` over the local Discord, by two people: alice, who makes personalities, and bob.

mod changes;
mod config;
mod fetching;
mod files;
mod hidden;
mod life;
mod lists;

use playground::discord::{Person, Response, world::Message};
use serde_json::{Value, json};
use shared::config::Creators;

use super::stage::{PATIENCE, Stage};

/// A bot on which everybody makes personalities, and pictures can be kept.
pub(super) async fn stage() -> Stage {
    Stage::start_with(|env| {
        env.discord.creators = Creators::Everyone;
        env.discord.pictures.on_loopback = true;
    })
    .await
}

/// The answer to a command, which only the caller sees.
pub(super) async fn ask(person: &Person, command: &str, options: Value) -> Message {
    let asked = person.slash("general", &format!("personality {command}"), options).unwrap();
    let message = asked.final_message(PATIENCE).await.unwrap();
    assert!(message.is_ephemeral(), "{command}: {}", message.content);
    message
}

/// The same, by its text.
pub(super) async fn told(person: &Person, command: &str, options: Value) -> String {
    ask(person, command, options).await.content
}

/// Fills in the form that a command opens; the answer to it.
pub(super) async fn fill(
    person: &Person,
    command: &str,
    options: Value,
    fields: &[(&str, &str)],
) -> Message {
    let form = person.slash("general", &format!("personality {command}"), options).unwrap();
    let opened = form.response(PATIENCE).await.unwrap();
    assert!(matches!(opened, Response::Modal { .. }), "{command}: {opened:?}");
    let sent = form.submit_modal(fields.iter().copied()).unwrap();
    let message = sent.final_message(PATIENCE).await.unwrap();
    assert!(message.is_ephemeral(), "{command}: {}", message.content);
    message
}

/// Makes a personality through the form.
pub(super) async fn create(person: &Person, name: &str, private: bool) -> String {
    let fields = [("name", name), ("aliases", ""), ("prompt1", "You are a test.")];
    fill(person, "create", json!({ "private": private }), &fields).await.content
}
