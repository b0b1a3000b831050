//! What scenarios do again and again.

use playground::discord::{Person, world::Message};
use serde_json::Value;
use tokio::time::timeout;

use crate::{process::PATIENCE, stage::Stage};

impl Stage {
    /// What a command answers, in private.
    pub(crate) async fn told(&self, person: &Person, command: &str, options: Value) -> String {
        let used = person.slash("general", command, options).expect("the command is there");
        self.private_answer(&used).await.content
    }
}

/// Says something, and waits for the answer, which repeats the last word.
pub(crate) async fn answer(stage: &Stage, person: &Person, place: &str, text: &str) -> Message {
    person.say(place, text).unwrap();
    let word = text.split_whitespace().next_back().unwrap();
    finished(stage, person, place, word).await
}

pub(crate) async fn finished(stage: &Stage, person: &Person, place: &str, word: &str) -> Message {
    stage.reply(person, place, |said| said.content.contains(word)).await
}

/// What happens before patience ends.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it happens soon")
}
