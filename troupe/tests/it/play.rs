//! What scenarios do again and again.

use std::time::Duration;

use playground::{
    discord::{Person, Snowflake, world::Message},
    provider::{Gate, GateAt, Script},
};
use serde_json::Value;
use shared::model::RequestState;
use tokio::time::timeout;

use crate::{process::PATIENCE, stage::Stage};

impl Stage {
    /// What a command answers, in private.
    pub(crate) async fn told(&self, person: &Person, command: &str, options: Value) -> String {
        let used = person.slash("general", command, options).expect("the command is there");
        self.private_answer(&used).await.content
    }

    /// What somebody is told who chooses this in the menu of a message.
    pub(crate) async fn menu(&self, person: &Person, message: Snowflake, item: &str) -> Message {
        let used = person.message_menu(message, item).expect("the item is there");
        self.private_answer(&used).await
    }

    /// Something of this person's is being answered until the gate opens: what they say next in that
    /// conversation is accepted and waits.
    pub(crate) async fn busy(&self, person: &Person, word: &str) -> Gate {
        let gate = Gate::new(GateAt::BeforeHeaders);
        self.provider.script_next(Script::default().gated(gate.clone()));
        person.say("general", &format!("@Viola {word}")).expect("said");
        soon(gate.reached()).await;
        gate
    }

    /// Whether something of this person's was accepted and not called.
    pub(crate) async fn has_waiting(&self, person: &Person) -> bool {
        let user = self.user(person).await.id;
        self.db.requests_of(user).await.iter().any(|request| request.state == RequestState::Queued)
    }

    /// What the bot said in general, as somebody sees it now.
    pub(crate) fn heard(&self, person: &Person) -> Vec<String> {
        let seen = person.visible_messages("general").expect("the channel");
        let ours = seen.into_iter().filter(|said| self.is_by_bot(said) && !said.is_ephemeral());
        ours.map(|said| said.content).collect()
    }
}

/// Waits until this holds.
pub(crate) async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let reached = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    soon(reached).await;
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
