//! Using commands: the words, the options, and what the bot proposes for them.

use serde_json::{Map, Value};

use super::{
    invocation::{Invocation, Response},
    person::{File, Person},
    place::{ActError, Place},
    slash::{self, Typed},
};
use crate::discord::{snowflake::Snowflake, world::InteractionKind};

impl Person {
    /// Uses a slash command such as `wallet set`. `options` is an object of the options' values;
    /// people and channels may be given by name.
    pub fn slash(
        &self,
        place: impl Into<Place>,
        command: &str,
        options: Value,
    ) -> Result<Invocation, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_for(world, self.id)?;
            let data = slash::invoke(
                world,
                (self.id, channel),
                command,
                &Typed { options, focused: None },
            )?;
            self.interact(world, channel, InteractionKind::Command, data, None)
        })
    }

    /// The commands that are offered to this person in a place: `wallet`, or the words of a menu.
    pub fn commands(&self, place: impl Into<Place>) -> Result<Vec<String>, ActError> {
        let world = self.server.world();
        let channel = place.into().find_for(&world, self.id)?;
        let place = world.channel(channel).ok_or(ActError::NoSuchPlace(channel.into()))?;
        let all = world.commands().iter();
        let offered = all.filter(|command| world.offers(command, self.id, place));
        Ok(offered.map(|command| command.name.clone()).collect())
    }

    /// Types into an option that completes itself, and sees the proposals.
    pub async fn autocomplete(
        &self,
        place: impl Into<Place>,
        command: &str,
        option: &str,
        partial: &str,
    ) -> Result<Vec<Value>, ActError> {
        self.autocomplete_among(place, command, option, partial.into(), Map::new()).await
    }

    /// The same, with the other options as they stand.
    pub async fn autocomplete_among(
        &self,
        place: impl Into<Place>,
        command: &str,
        option: &str,
        partial: Value,
        mut others: Map<String, Value>,
    ) -> Result<Vec<Value>, ActError> {
        let place = place.into();
        others.insert(option.to_owned(), partial);
        let invocation = self.act(|world| {
            let channel = place.find_for(world, self.id)?;
            let typed = Typed { options: Value::Object(others), focused: Some(option.to_owned()) };
            let data = slash::invoke(world, (self.id, channel), command, &typed)?;
            self.interact(world, channel, InteractionKind::Autocomplete, data, None)
        })?;
        let patience = self.server.world().options.answer_deadline;
        match invocation.response(patience).await? {
            Response::Choices(choices) => Ok(choices),
            other => Err(ActError::OtherAnswer(format!("{other:?}"))),
        }
    }

    /// Uploads a file for an option or a form; its id is the value there.
    pub fn upload(&self, place: impl Into<Place>, file: File) -> Result<Snowflake, ActError> {
        let place = place.into();
        self.act(|world| {
            let channel = place.find_for(world, self.id)?;
            let File { filename, content_type, bytes } = file;
            let file = world.attachment(channel, &filename, Some(&content_type), bytes);
            let id = file.id;
            world.uploads.keep(file);
            Ok(id)
        })
    }
}
