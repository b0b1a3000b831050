//! Where people act, and why they sometimes can't.

use std::time::Duration;

use super::super::{
    snowflake::Snowflake,
    world::{Permissions, World},
};

/// A channel, by its id or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By its id.
    Id(Snowflake),
    /// By its name, with or without `#`. The oldest channel with this name is meant.
    Name(String),
}

impl Place {
    pub(in crate::discord) fn find(&self, world: &World) -> Result<Snowflake, ActError> {
        let found = match self {
            Self::Id(id) => world.channel(*id),
            Self::Name(name) => world.channel_named(name.trim_start_matches('#')),
        };
        found.map(|channel| channel.id).ok_or_else(|| ActError::NoSuchPlace(self.clone()))
    }

    /// The same, among the channels that a person sees.
    pub(super) fn find_for(&self, world: &World, person: Snowflake) -> Result<Snowflake, ActError> {
        let found = self.find(world)?;
        if world.sees(person, found) { Ok(found) } else { Err(ActError::NoSuchPlace(self.clone())) }
    }

    /// The same, if the person may do something there. `what` names it, as in "may not …".
    pub(super) fn find_to(
        &self,
        world: &World,
        person: Snowflake,
        permission: Permissions,
        what: &'static str,
    ) -> Result<Snowflake, ActError> {
        let found = self.find_for(world, person)?;
        let place = world.channel(found);
        if place.is_some_and(|place| world.may(person, place, permission)) {
            Ok(found)
        } else {
            Err(ActError::MayNot(what))
        }
    }

    /// The same, to write.
    pub(super) fn find_to_write(
        &self,
        world: &World,
        person: Snowflake,
    ) -> Result<Snowflake, ActError> {
        let found = self.find_for(world, person)?;
        let permission = match world.channel(found) {
            Some(place) if place.is_thread() => Permissions::SEND_MESSAGES_IN_THREADS,
            _ => Permissions::SEND_MESSAGES,
        };
        self.find_to(world, person, permission, "write")
    }
}

impl From<Snowflake> for Place {
    fn from(id: Snowflake) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Place {
    fn from(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Name(name.to_owned()), Self::Id)
    }
}

/// A person could not do what they were told to: the bot did not offer it, or did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// There is no such channel.
    #[error("there is no channel {0:?}")]
    NoSuchPlace(Place),
    /// There is no such message, or it is not this person's to change.
    #[error("there is no message {0} for this person")]
    NoSuchMessage(Snowflake),
    /// Somebody with more rights could do it.
    #[error("this person may not {0} here")]
    MayNot(&'static str),
    /// There is no such person.
    #[error("there is no person {0}")]
    NoSuchPerson(Snowflake),
    /// The bot did not register such a command.
    #[error("the bot registered no command /{0}")]
    NoSuchCommand(String),
    /// The command is not offered in such a place.
    #[error("the command /{0} is not offered here")]
    NotOffered(String),
    /// The command is for people with other permissions.
    #[error("the command /{0} is not for this person")]
    NotAllowed(String),
    /// Discord's own client would not send this option.
    #[error("option {option}: {problem}")]
    BadOption {
        /// The option's name.
        option: String,
        /// What is wrong.
        problem: String,
    },
    /// The message has nothing like that to click.
    #[error("nothing on the message is called {0:?}, or it is disabled")]
    NothingToClick(String),
    /// The bot did not open a form.
    #[error("the bot opened no form")]
    NoForm,
    /// Discord's own client would not send this field.
    #[error("field {field}: {problem}")]
    BadField {
        /// The field's custom id.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// The bot did not answer in time.
    #[error("the bot did not answer within {0:?}")]
    NoAnswer(Duration),
    /// The bot answered something else.
    #[error("the bot answered with something else: {0}")]
    OtherAnswer(String),
}
