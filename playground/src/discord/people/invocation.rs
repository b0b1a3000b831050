//! A command, click or form on its way, and what came back.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{
    place::ActError,
    submit::{self, fields_of},
};
use crate::discord::{
    server::Server,
    snowflake::Snowflake,
    world::{Answer, Interaction, Message, World},
};

/// One use of a command, button or form.
#[derive(Clone)]
pub struct Invocation {
    server: Arc<Server>,
    token: String,
}

/// The bot's first answer.
#[derive(Clone, Debug)]
pub enum Response {
    /// A form opened.
    Modal {
        /// The form's custom id.
        custom_id: String,
        /// What stands over it.
        title: String,
        /// What can be filled in.
        fields: Vec<Field>,
    },
    /// A message.
    Message {
        /// The message.
        message: Box<Message>,
        /// Whether only the person sees it.
        ephemeral: bool,
    },
    /// "… is thinking".
    Deferred {
        /// Whether only the person sees it.
        ephemeral: bool,
    },
    /// Nothing to see, for now.
    Nothing,
    /// The message that was clicked on changed.
    Updated(Box<Message>),
    /// Proposals for an option.
    Choices(Vec<Value>),
}

/// A text input of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The input's custom id.
    pub custom_id: String,
    /// What stands beside it.
    pub label: String,
    /// Whether it may stay empty.
    pub required: bool,
    /// The shortest text it takes.
    pub min_length: usize,
    /// The longest text it takes.
    pub max_length: usize,
    /// What is in it at first.
    pub value: String,
}

impl Invocation {
    pub(crate) fn new(server: Arc<Server>, token: String) -> Self {
        Self { server, token }
    }

    /// The token by which the bot answers.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The interaction's id.
    #[must_use]
    pub fn id(&self) -> Option<Snowflake> {
        self.server.world().interaction(&self.token).map(|interaction| interaction.id)
    }

    /// Where it was used, if it was by this person.
    pub(crate) fn channel_of(&self, person: Snowflake) -> Option<Snowflake> {
        let world = self.server.world();
        let used = world.interaction(&self.token).filter(|used| used.user == person);
        used.map(|used| used.channel)
    }

    /// Waits for the bot's first answer, until its HTTP request is answered in turn.
    pub async fn response(&self, timeout: Duration) -> Result<Response, ActError> {
        let look = |world: &World, interaction: &Interaction| {
            let answer = interaction.answer.as_ref().filter(|_| interaction.acknowledged)?;
            response(world, interaction, answer)
        };
        self.wait(timeout, look).await
    }

    /// Waits until there is a message that no longer says "is thinking".
    pub async fn final_message(&self, timeout: Duration) -> Result<Message, ActError> {
        let look = |world: &World, interaction: &Interaction| {
            let message = interaction.original.and_then(|id| world.message(id));
            message.filter(|message| interaction.acknowledged && !message.is_loading()).cloned()
        };
        self.wait(timeout, look).await
    }

    /// Waits for the `count`th message that followed the first answer.
    pub async fn followup(&self, count: usize, timeout: Duration) -> Result<Message, ActError> {
        let look = |world: &World, interaction: &Interaction| {
            let id = interaction.followups.get(count.checked_sub(1)?)?;
            world.message(*id).cloned()
        };
        self.wait(timeout, look).await
    }

    /// The messages that followed the first answer so far.
    #[must_use]
    pub fn followups(&self) -> Vec<Message> {
        let world = self.server.world();
        let ids = world
            .interaction(&self.token)
            .map(|interaction| interaction.followups.clone())
            .unwrap_or_default();
        ids.into_iter().filter_map(|id| world.message(id).cloned()).collect()
    }

    /// Fills in the form that the bot opened, by custom ids, and sends it.
    pub fn submit_modal<'a>(
        &self,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ActError> {
        let text = |(name, value): (&str, &str)| (name.to_owned(), Value::from(value));
        self.submit(&fields.into_iter().map(text).collect())
    }

    /// Fills in a form that has more than text inputs: by custom ids a text, a list of values, or
    /// whether a box is ticked.
    pub fn submit(&self, filled: &Map<String, Value>) -> Result<Self, ActError> {
        let token = submit::submit(&mut self.server.world(), &self.token, filled)?;
        self.server.bell.ring();
        Ok(Self { server: Arc::clone(&self.server), token })
    }

    async fn wait<T>(
        &self,
        timeout: Duration,
        look: impl Fn(&World, &Interaction) -> Option<T>,
    ) -> Result<T, ActError> {
        let look = || {
            let world = self.server.world();
            look(&world, world.interaction(&self.token)?)
        };
        self.server.bell.wait(timeout, look).await.ok_or(ActError::NoAnswer(timeout))
    }
}

fn response(world: &World, interaction: &Interaction, answer: &Answer) -> Option<Response> {
    let original = || interaction.original.and_then(|id| world.message(id)).cloned().map(Box::new);
    Some(match answer {
        Answer::Message => {
            let message = original()?;
            Response::Message { ephemeral: message.is_ephemeral(), message }
        }
        Answer::Deferred { ephemeral } => Response::Deferred { ephemeral: *ephemeral },
        Answer::DeferredUpdate => Response::Nothing,
        Answer::Update => Response::Updated(original()?),
        Answer::Choices(choices) => Response::Choices(choices.clone()),
        Answer::Modal(modal) => Response::Modal {
            custom_id: modal["custom_id"].as_str().unwrap_or_default().to_owned(),
            title: modal["title"].as_str().unwrap_or_default().to_owned(),
            fields: fields_of(modal),
        },
    })
}
