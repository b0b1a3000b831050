//! Messages that are no text: passed on, stickers, polls.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    person::{Person, shared},
    place::{ActError, Place},
};
use crate::discord::{
    snowflake::{Snowflake, iso, now},
    world::{Author, Forward, HAS_SNAPSHOT, Message, Permissions},
};

/// How long a poll runs if nobody says otherwise.
const POLL_RUNS: TimeDelta = TimeDelta::hours(24);

impl Person {
    /// Passes a message on to another place, or the same.
    pub fn forward(
        &self,
        message: Snowflake,
        place: impl Into<Place>,
    ) -> Result<Snowflake, ActError> {
        let place = place.into();
        self.act(|world| {
            let found = shared(world, self.id, message)?;
            if found.poll.is_some() {
                return Err(ActError::MayNot("pass on polls"));
            }
            let forward = Forward {
                guild: found.guild,
                channel: found.channel,
                message,
                snapshot: world.snapshot(found),
            };
            let channel = place.find_to_write(world, self.id)?;
            let draft = Message::draft(channel, Author::User(self.id), "");
            Ok(world.post(Message { forward: Some(forward), flags: HAS_SNAPSHOT, ..draft }))
        })
    }

    /// Posts a sticker of this name.
    pub fn post_sticker(&self, place: impl Into<Place>, name: &str) -> Result<Snowflake, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_to_write(world, self.id)?;
            let sticker = json!({"id": world.ids.next(), "name": name, "format_type": 1});
            let draft = Message::draft(channel, Author::User(self.id), "");
            Ok(world.post(Message { stickers: vec![sticker], ..draft }))
        })
    }

    /// Starts a poll, which runs for a day.
    pub fn post_poll(
        &self,
        place: impl Into<Place>,
        question: &str,
        answers: &[&str],
    ) -> Result<Snowflake, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_to_write(world, self.id)?;
            place.find_to(world, self.id, Permissions::SEND_POLLS, "start polls")?;
            let answer = |(at, text): (usize, &&str)| {
                json!({"answer_id": at + 1, "poll_media": {"text": text}})
            };
            let poll = json!({
                "question": {"text": question},
                "answers": answers.iter().enumerate().map(answer).collect::<Vec<Value>>(),
                "expiry": iso(now() + POLL_RUNS), "allow_multiselect": false, "layout_type": 1,
                "results": {"is_finalized": false, "answer_counts": []},
            });
            let draft = Message::draft(channel, Author::User(self.id), "");
            Ok(world.post(Message { poll: Some(poll), ..draft }))
        })
    }
}
