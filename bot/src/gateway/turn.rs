//! What is heard in the gateway's own turn: in its order, before whatever comes behind it.
//!
//! serenity hands events to handlers in tasks of their own, which may overtake each other; only its
//! collectors are called in a connection's turn. A handler of READY would register one too late:
//! servers are announced right behind READY. But there is one thing for which the connection itself
//! waits at READY: it shows itself to the voice manager. We have no voice; we take its place to
//! register the collector of each new connection before it reads anything more.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    time::Duration,
};

use serenity::{
    all::{Event, GuildId, MessageUpdateEvent, ShardId, UserId, VoiceState},
    async_trait,
    futures::channel::mpsc::UnboundedSender,
    gateway::{CollectorCallback, ShardManager, ShardRunnerMessage, VoiceGatewayManager},
};

use super::{GatewayHandler, health::GatewayHealth, message::MessageEvent};

/// serenity lists a connection right after it has begun it, and READY is two answers away.
const LOOKS: u32 = 5_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Stands at each connection and hears what comes.
pub(super) struct Turn<H> {
    handler: Arc<H>,
    health: GatewayHealth,
    connections: OnceLock<Arc<ShardManager>>,
}

impl<H: GatewayHandler> Turn<H> {
    pub(super) fn new(handler: Arc<H>, health: GatewayHealth) -> Self {
        Self { handler, health, connections: OnceLock::new() }
    }

    /// Where connections are listed. Known once the client is built, long before it connects.
    pub(super) fn of(&self, connections: &Arc<ShardManager>) {
        // there is one client, and so one list
        let _ = self.connections.set(Arc::clone(connections));
    }

    fn collector(&self) -> CollectorCallback {
        let (handler, health) = (Arc::clone(&self.handler), self.health.clone());
        CollectorCallback(Box::new(move |event| {
            hear(&*handler, &health, event);
            true
        }))
    }
}

#[async_trait]
impl<H: GatewayHandler> VoiceGatewayManager for Turn<H> {
    async fn initialise(&self, _: u32, _: UserId) {}

    /// A connection is READY, and reads nothing more before this returns. One that is resumed stays
    /// the same, and has its collector.
    async fn register_shard(&self, shard: u32, _: UnboundedSender<ShardRunnerMessage>) {
        let Some(connections) = self.connections.get() else { return };
        for _ in 0..LOOKS {
            if let Some(connection) = connections.runners.lock().await.get(&ShardId(shard)) {
                return connection.runner_tx.add_collector(self.collector());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        tracing::error!(shard, alert = true, "a connection to Discord can't be heard: restart me");
    }

    async fn deregister_shard(&self, _: u32) {}

    async fn server_update(&self, _: GuildId, _: &Option<String>, _: &str) {}

    async fn state_update(&self, _: GuildId, _: &VoiceState) {}
}

/// A panic here would take the shard along, and poison its collectors.
fn hear(handler: &impl GatewayHandler, health: &GatewayHealth, event: &Event) {
    let hearing = || match event {
        Event::MessageCreate(event) => {
            if let Some(message) = MessageEvent::by_person(&event.message) {
                handler.message(message);
            }
        }
        Event::MessageUpdate(event) => hear_change(handler, event),
        event => handler.announced(event),
    };
    if catch_unwind(AssertUnwindSafe(hearing)).is_err() {
        health.panicked_once();
        tracing::error!(event = event.name(), "taking an event panicked");
    }
}

fn hear_change(handler: &impl GatewayHandler, event: &MessageUpdateEvent) {
    if let Some((message, change)) = MessageEvent::changed(event) {
        handler.changed(message, change);
    }
}
