//! Which channels are threads, and of which channel.
//!
//! A message in a thread names the thread alone, but a webhook belongs to the channel above. Asking
//! Discord before a message is accepted would let messages overtake each other, so the gateway's own
//! announcements are remembered. A thread that nobody announced is taken for a channel; the delivery
//! asks then.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use serenity::all::{Event, GuildChannel};
use shared::{
    ids::{ChannelId, GuildId},
    store::Place,
};

/// Threads that are remembered at once; Discord lists the active ones again with each connection.
const MAX_THREADS: usize = 100_000;

/// Threads by id, with their parents.
#[derive(Debug, Default)]
pub(crate) struct Threads(RwLock<HashMap<ChannelId, ChannelId>>);

impl Threads {
    /// Remembers what the gateway announces. Called in its own turn, so it doesn't wait.
    pub(crate) fn watch(&self, event: &Event) {
        let add = |thread: &GuildChannel| {
            if let Some(parent) = thread.parent_id.filter(|_| thread.thread_metadata.is_some()) {
                self.add(thread.id.get().into(), parent.get().into());
            }
        };
        match event {
            Event::GuildCreate(event) => event.guild.threads.iter().for_each(add),
            Event::ThreadCreate(event) => add(&event.thread),
            Event::ThreadUpdate(event) => add(&event.thread),
            Event::ThreadListSync(event) => event.threads.iter().for_each(add),
            Event::ThreadDelete(event) => self.remove(event.thread.id.get().into()),
            _ => {}
        }
    }

    /// A thread was announced.
    fn add(&self, thread: ChannelId, parent: ChannelId) {
        let mut threads = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if threads.len() < MAX_THREADS || threads.contains_key(&thread) {
            threads.insert(thread, parent);
        }
    }

    /// A thread was deleted.
    fn remove(&self, thread: ChannelId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&thread);
    }

    /// Where a message stands that the gateway says is in `channel`.
    #[must_use]
    pub(crate) fn place(&self, guild: Option<GuildId>, channel: ChannelId) -> Place {
        let threads = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match threads.get(&channel) {
            Some(parent) => Place { guild, channel: *parent, thread: Some(channel) },
            None => Place { guild, channel, thread: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_stands_in_its_channel_while_it_exists() {
        let threads = Threads::default();
        let (guild, channel, thread) =
            (Some(GuildId::from(1)), ChannelId::from(2), ChannelId::from(3));
        assert_eq!(threads.place(guild, thread), Place { guild, channel: thread, thread: None });
        threads.add(thread, channel);
        assert_eq!(threads.place(guild, thread), Place { guild, channel, thread: Some(thread) });
        threads.remove(thread);
        assert_eq!(threads.place(guild, thread).thread, None);
    }
}
