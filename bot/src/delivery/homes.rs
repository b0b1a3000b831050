//! Which channel has the webhook for a place.
//!
//! A thread speaks through its parent's. A message in a thread names the thread alone, though, and
//! who accepts it may not know that it is one and must not stop to ask: such a delivery names the
//! thread as its channel. Here there's time to ask Discord, once for each channel.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use shared::{ids::ChannelId, store::OpenDelivery};

use crate::rest::{ChannelKind, Rest, RestError};

/// Where a webhook speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The channel that has it.
    pub(super) channel: ChannelId,
    /// The thread in which it speaks, if it does in one.
    pub(super) thread: Option<ChannelId>,
}

/// What was asked so far.
pub(super) struct Homes {
    rest: Rest,
    known: Mutex<HashMap<ChannelId, Home>>,
}

impl Homes {
    pub(super) fn new(rest: Rest) -> Self {
        Self { rest, known: Mutex::default() }
    }

    pub(super) async fn of(&self, delivery: &OpenDelivery) -> Result<Home, RestError> {
        let channel = delivery.channel;
        if delivery.thread.is_some() {
            return Ok(Home { channel, thread: delivery.thread });
        }
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&channel)
        {
            return Ok(*known);
        }
        let asked = self.rest.channel(channel).await?;
        let home = match (asked.kind, asked.parent) {
            (ChannelKind::Thread, Some(parent)) => Home { channel: parent, thread: Some(channel) },
            _ => Home { channel, thread: None },
        };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(channel, home);
        Ok(home)
    }
}
