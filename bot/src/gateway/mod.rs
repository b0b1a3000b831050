//! The connection over which Discord tells what happens.
//!
//! serenity keeps it, and poise, if it's attached, takes commands from it. What we add:
//!
//! - **Order.** serenity hands events to handlers in tasks of their own, which may overtake each
//!   other. What has an order is therefore heard in the gateway's own turn: messages, which
//!   [`GatewayHandler::message`] puts into the [mailboxes](crate::intake), and what is announced of
//!   servers, so that a message finds what was announced before it. Nothing there waits.
//! - **Endings that say what to do.** A privileged intent that isn't switched on, or a token that is
//!   no longer good, ends the run with an error of its own.
//! - **Nothing silent.** An event that serenity can't read would vanish; those that we wait for are
//!   counted.
//!
//! Both of serenity's HTTP ways, the gateway's address and poise's answers, go through the
//! [limiter](crate::limiter). serenity builds that client itself, and it heeds `HTTP_PROXY`: where
//! that is set, `NO_PROXY` has to name 127.0.0.1.

mod carried;
mod events;
mod framework;
mod health;
mod message;
mod reaction;
mod turn;

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serenity::{
    all::{ClientBuilder, GatewayIntents, HttpBuilder},
    framework::Framework,
    gateway::{GatewayError as SerenityGateway, ShardManager, ShardRunnerMessage},
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::{
    events::{Events, Listener},
    turn::Turn,
};
pub use self::{
    events::{GatewayHandler, ShardReady},
    framework::framework,
    health::GatewayHealth,
    message::{MessageEvent, Replied, RepliedMessage},
    reaction::Reaction,
};

/// Ends the session: serenity couldn't resume it in another process anyway.
const GOING_AWAY: u16 = 1000;
/// A shard notices a stop within half a second; this is a little more.
const SHARD_NOTICES_STOP: Duration = Duration::from_millis(700);

/// Between two questions to a Discord that does not answer before the connection.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How to connect.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The bot's token.
    pub token: SecretString,
    /// The limiter's address.
    pub proxy_url: String,
    /// Whether to ask for the text of messages that don't mention the bot. A privileged intent:
    /// without it, personalities hear mentions, commands and direct messages.
    pub message_content: bool,
    /// The shards of this process.
    pub shards: Shards,
}

/// Which of a bot's shards a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shards {
    first: u32,
    count: u32,
    total: u32,
}

impl Shards {
    /// The only one.
    pub const ALONE: Self = Self { first: 0, count: 1, total: 1 };

    /// So many from the first, of all; `None` if there aren't as many.
    #[must_use]
    pub const fn new(first: u32, count: u32, total: u32) -> Option<Self> {
        match first.checked_add(count) {
            Some(end) if count > 0 && end <= total => Some(Self { first, count, total }),
            _ => None,
        }
    }

    /// How many there are in all.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.total
    }

    /// The numbers of those held here.
    #[must_use]
    pub const fn held(self) -> RangeInclusive<u32> {
        self.first..=self.first + self.count - 1
    }
}

/// Why the connection ended. Names neither token nor address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Close code 4014: somebody has to switch it on, or the bot has to do without.
    #[error(
        "Discord refused the message content intent: switch it on at \
         https://discord.com/developers/applications (Bot, Privileged Gateway Intents), or run \
         without it, and personalities answer mentions, commands and direct messages"
    )]
    IntentRefused,
    /// Close code 4004: the token has to be replaced.
    #[error("Discord refused the bot's token: make a new one and set DISCORD_TOKEN")]
    TokenRejected,
    /// Close codes 4010 and 4011: the settings have to be corrected.
    #[error("Discord refused the shards: set SHARDS to at least one per 2,500 servers")]
    ShardsRefused,
    /// Anything else: start again.
    #[error("the connection to Discord could not be kept up")]
    Failed,
}

/// A client that is ready to connect.
pub struct Gateway {
    client: serenity::Client,
    shards: Shards,
    health: GatewayHealth,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("shards", &self.shards).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Sets the client up. Connects to nothing yet but the limiter.
    pub async fn new(
        config: &GatewayConfig,
        handler: Arc<impl GatewayHandler>,
        framework: Option<Box<dyn Framework>>,
    ) -> Result<Self, GatewayError> {
        let http = HttpBuilder::new(config.token.expose_secret())
            .proxy(&config.proxy_url)
            .ratelimiter_disabled(true)
            .build();
        let health = GatewayHealth::default();
        let turn = Arc::new(Turn::new(Arc::clone(&handler), health.clone()));
        let mut builder = ClientBuilder::new_with_http(http, intents(config.message_content))
            .event_handler(Events::new(handler, health.clone()))
            .raw_event_handler(Listener(health.clone()))
            .voice_manager_arc(Arc::clone(&turn) as _);
        if let Some(framework) = framework {
            builder = builder.framework(framework);
        }
        let client = builder.await.map_err(|error| reason(&error))?;
        turn.of(&client.shard_manager);
        Ok(Self { client, shards: config.shards, health })
    }

    /// What is known of the connection, now and later.
    #[must_use]
    pub fn health(&self) -> GatewayHealth {
        self.health.clone()
    }

    /// Connects, and stays connected until `stop`, or until nothing can be done about an ending.
    pub async fn run(
        mut self,
        stop: CancellationToken,
        patience: Duration,
    ) -> Result<(), GatewayError> {
        let manager = Arc::clone(&self.client.shard_manager);
        // serenity takes the end of this range for the last shard, not for the one after it
        let (first, last) = (*self.shards.held().start(), *self.shards.held().end());
        let connection = async {
            loop {
                match self.client.start_shard_range(first..last, self.shards.total).await {
                    // it asks once who we are, before it connects
                    Err(serenity::Error::Http(_)) => sleep(ASK_AGAIN).await,
                    ended => break ended,
                }
            }
        };
        let outcome = tokio::select! {
            ended = connection => match ended {
                Ok(()) if stop.is_cancelled() => Ok(()),
                Ok(()) => Err(GatewayError::Failed),
                Err(error) => Err(reason(&error)),
            },
            () = self.health.never_connected() => Err(GatewayError::Failed),
            () = stop.cancelled() => Ok(()),
        };
        disconnect(&manager, patience, self.health.has_reidentified()).await;
        self.health.all_disconnected();
        outcome
    }
}

/// Says goodbye on every connection: without it the bot seems online for a minute longer.
///
/// After a shard had to identify anew, serenity takes an old confirmation for that of the stop,
/// forgets the shard, and then finds nobody to tell. So those are told directly, beforehand.
async fn disconnect(manager: &ShardManager, patience: Duration, has_reidentified: bool) {
    let stopping = async {
        if has_reidentified {
            for (id, runner) in &*manager.runners.lock().await {
                runner.runner_tx.send_to_shard(ShardRunnerMessage::Shutdown(*id, GOING_AWAY));
            }
            sleep(SHARD_NOTICES_STOP).await;
        }
        manager.shutdown_all().await;
    };
    if timeout(patience, stopping).await.is_err() {
        tracing::warn!("the connection to Discord was left without a goodbye");
    }
}

fn intents(message_content: bool) -> GatewayIntents {
    let asked = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::GUILD_MESSAGE_REACTIONS
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::DIRECT_MESSAGE_REACTIONS;
    if message_content { asked | GatewayIntents::MESSAGE_CONTENT } else { asked }
}

/// serenity's errors hold URLs and what was received; only their kind goes on.
fn reason(error: &serenity::Error) -> GatewayError {
    match error {
        serenity::Error::Gateway(
            SerenityGateway::DisallowedGatewayIntents | SerenityGateway::InvalidGatewayIntents,
        ) => GatewayError::IntentRefused,
        serenity::Error::Gateway(
            SerenityGateway::InvalidAuthentication | SerenityGateway::NoAuthentication,
        ) => GatewayError::TokenRejected,
        serenity::Error::Gateway(
            SerenityGateway::InvalidShardData | SerenityGateway::OverloadedShard,
        ) => GatewayError::ShardsRefused,
        _ => GatewayError::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_some_of_all() {
        assert_eq!(Shards::new(4, 3, 10).map(Shards::held), Some(4..=6));
        assert_eq!(Shards::ALONE.held(), 0..=0);
        for (first, count, total) in [(0, 0, 1), (0, 2, 1), (9, 2, 10), (u32::MAX, 1, 1)] {
            assert_eq!(Shards::new(first, count, total), None);
        }
    }

    #[test]
    fn the_privileged_intent_is_asked_for_only_if_it_is_wanted() {
        assert!(!intents(false).is_privileged());
        assert_eq!(intents(true) - intents(false), GatewayIntents::MESSAGE_CONTENT);
    }
}
