//! The gateway: the websocket over which a bot hears what happens.
//!
//! A [`session`] belongs to one shard and outlives its connection; the [`switchboard`] knows all
//! sessions and is part of the world, so that events go out in the order in which things happened;
//! a [`socket`] is one connection, which identifies as a new session or resumes an old one.

mod compression;
mod event;
mod intents;
mod ready;
mod session;
mod socket;
mod switchboard;

pub(crate) use self::{
    event::Event, intents::Intents, session::Outgoing, socket::serve, switchboard::Switchboard,
};
