//! Interactions: somebody used a command, clicked, typed into an option, or sent a form.

use std::time::Instant;

use serde_json::{Value, json};

use super::{super::snowflake::Snowflake, World};

/// How the tokens of interactions begin, by which they are told from those of webhooks.
pub(crate) const INTERACTION_TOKEN: &str = "interaction-token-";

/// How many interactions are remembered, apart from those that can still be answered.
const KEPT: usize = 5_000;

/// An interaction and what the bot made of it.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The interaction's id.
    pub id: Snowflake,
    /// Whoever has it may answer, for a while.
    pub token: String,
    /// What the person did.
    pub kind: InteractionKind,
    /// Who did it.
    pub user: Snowflake,
    /// The command's words, such as `wallet set`, if it was one.
    pub command: Option<String>,
    /// Where.
    pub channel: Snowflake,
    /// The server of that channel.
    pub guild: Option<Snowflake>,
    /// The message whose button was clicked, or from whose button the form came.
    pub message: Option<Snowflake>,
    /// For a form that was sent: what a message tells about the interaction that opened it.
    pub opened_by: Option<Value>,
    /// When, which starts the 3 seconds and the 15 minutes.
    pub created: Instant,
    /// The first answer.
    pub answer: Option<Answer>,
    /// Whether that answer's own HTTP response is out. Only then does a person act on it: a form
    /// that comes back before is an event that a real bot never sees.
    pub acknowledged: bool,
    /// The message that `@original` names.
    pub original: Option<Snowflake>,
    /// The messages that followed.
    pub followups: Vec<Snowflake>,
}

/// What a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionKind {
    /// Used a command.
    Command,
    /// Clicked a component.
    Component,
    /// Typed into an option that completes itself.
    Autocomplete,
    /// Sent a form.
    ModalSubmit,
}

/// The first answer to an interaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A message (type 4).
    Message,
    /// A message to come (type 5).
    Deferred {
        /// Whether only the person will see it.
        ephemeral: bool,
    },
    /// Nothing to see; the message clicked on may change later (type 6).
    DeferredUpdate,
    /// The message clicked on changed (type 7).
    Update,
    /// Proposals for an option (type 8).
    Choices(Vec<Value>),
    /// A form (type 9), as it was sent.
    Modal(Value),
}

impl InteractionKind {
    /// Discord's number for it.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::ModalSubmit => 5,
        }
    }
}

impl Interaction {
    /// What a message tells about the interaction it answers.
    pub(crate) fn metadata(&self, user: &Value) -> Value {
        let mut metadata = json!({
            "id": self.id, "type": self.kind.number(), "user": user,
            "authorizing_integration_owners": self.installed_by(),
        });
        match (&self.opened_by, self.kind, self.message) {
            (Some(opened_by), ..) => {
                metadata["triggering_interaction_metadata"] = opened_by.clone();
            }
            (None, InteractionKind::Component, Some(message)) => {
                metadata["interacted_message_id"] = json!(message);
            }
            _ => {}
        }
        metadata
    }

    /// Who installed the application where this happened.
    pub(crate) fn installed_by(&self) -> Value {
        json!({"0": self.guild.map_or_else(|| "0".to_owned(), |guild| guild.to_string())})
    }
}

impl World {
    /// Remembers an interaction, and forgets the oldest one if there are very many.
    pub(crate) fn add_interaction(&mut self, interaction: Interaction) {
        if self.interactions.len() >= KEPT {
            let over = |it: &&Interaction| it.created.elapsed() > self.options.token_lifetime;
            let oldest = self.interactions.values().filter(over).min_by_key(|it| it.id);
            if let Some(token) = oldest.map(|it| it.token.clone()) {
                self.interactions.remove(&token);
            }
        }
        self.interactions.insert(interaction.token.clone(), interaction);
    }
}
