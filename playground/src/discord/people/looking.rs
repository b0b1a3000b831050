//! What a person sees.

use std::time::Duration;

use super::{
    person::Person,
    place::{ActError, Place},
};
use crate::discord::world::Message;

impl Person {
    /// The messages of a channel that this person sees, oldest first.
    pub fn visible_messages(&self, place: impl Into<Place>) -> Result<Vec<Message>, ActError> {
        let world = self.server.world();
        let channel = place.into().find_for(&world, self.id)?;
        Ok(world
            .messages(channel)
            .filter(|message| message.is_visible_to(self.id))
            .cloned()
            .collect())
    }

    /// The direct messages with the bot, oldest first.
    #[must_use]
    pub fn dms(&self) -> Vec<Message> {
        let world = self.server.world();
        let channel = world.direct_messages(self.id).map(|channel| channel.id);
        let messages = channel.into_iter().flat_map(|channel| world.messages(channel));
        messages.filter(|message| message.is_visible_to(self.id)).cloned().collect()
    }

    /// Waits for the first message in a channel, old or new, that this person sees and that fits.
    pub async fn wait_for_message(
        &self,
        place: impl Into<Place>,
        timeout: Duration,
        fits: impl Fn(&Message) -> bool,
    ) -> Result<Message, ActError> {
        let channel = place.into().find_for(&self.server.world(), self.id)?;
        let look = || {
            let world = self.server.world();
            world
                .messages(channel)
                .find(|message| world.shows(message, self.id) && fits(message))
                .cloned()
        };
        self.server.bell.wait(timeout, look).await.ok_or(ActError::NoAnswer(timeout))
    }
}
