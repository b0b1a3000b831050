//! From serenity's events to our handler.

use std::sync::Arc;

use serenity::{
    all::{
        ChannelId as SerenityChannel, ConnectionStage, Context, Event, EventHandler,
        GuildId as SerenityGuild, Interaction, MessageId as SerenityMessage, RawEventHandler,
        Reaction as SerenityReaction, Ready, ResumedEvent, ShardStageUpdateEvent,
    },
    async_trait,
};
use shared::ids::{ChannelId, DiscordUserId, MessageId};

use super::{health::GatewayHealth, message::MessageEvent, reaction::Reaction};
use crate::rest::ApplicationId;

/// Events whose loss somebody would notice.
const EXPECTED: [&str; 9] = [
    "GUILD_CREATE",
    "INTERACTION_CREATE",
    "MESSAGE_CREATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_UPDATE",
    "READY",
    "RESUMED",
];

/// What is done about what happens.
#[async_trait]
pub trait GatewayHandler: Send + Sync + 'static {
    /// A person wrote something. Called in the gateway's order, in its own turn: it must not wait.
    /// Discord may send the same message twice; the first one counts.
    fn message(&self, message: MessageEvent);

    /// A person changed a message of theirs. Called like [`message`](Self::message), in the same
    /// order; `change` names which change it is, as one may come twice.
    fn changed(&self, message: MessageEvent, change: i64);

    /// Anything else, such as a server with its channels and roles, or a change of one. Called like
    /// [`message`](Self::message), in the same order.
    fn announced(&self, event: &Event);

    /// Somebody put an emoji under a message.
    async fn reacted(&self, reaction: Reaction);

    /// Somebody used a command, clicked, or sent a form. An attached framework is told of commands
    /// and of what is typed into them as well.
    async fn interaction(&self, context: Context, interaction: Interaction);

    /// Messages were deleted, perhaps before they were answered.
    async fn deleted(&self, channel: ChannelId, messages: Vec<MessageId>);

    /// A shard begins, or begins anew: what happened in between may have been missed.
    async fn ready(&self, ready: ShardReady);
}

/// A shard that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardReady {
    /// Its number.
    pub shard: u32,
    /// The bot's own account.
    pub bot: DiscordUserId,
    /// Its application.
    pub application: ApplicationId,
}

/// What may be heard in any order.
pub(super) struct Events<H> {
    handler: Arc<H>,
    health: GatewayHealth,
}

impl<H> Events<H> {
    pub(super) fn new(handler: Arc<H>, health: GatewayHealth) -> Self {
        Self { handler, health }
    }
}

#[async_trait]
impl<H: GatewayHandler> EventHandler for Events<H> {
    async fn reaction_add(&self, _: Context, reaction: SerenityReaction) {
        if let Some(reaction) = Reaction::by_person(&reaction) {
            self.handler.reacted(reaction).await;
        }
    }

    async fn message_delete(
        &self,
        _: Context,
        channel: SerenityChannel,
        message: SerenityMessage,
        _: Option<SerenityGuild>,
    ) {
        self.handler.deleted(channel.get().into(), vec![message.get().into()]).await;
    }

    async fn message_delete_bulk(
        &self,
        _: Context,
        channel: SerenityChannel,
        messages: Vec<SerenityMessage>,
        _: Option<SerenityGuild>,
    ) {
        let messages = messages.into_iter().map(|message| message.get().into()).collect();
        self.handler.deleted(channel.get().into(), messages).await;
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        self.handler.interaction(context, interaction).await;
    }

    async fn ready(&self, context: Context, ready: Ready) {
        let shard = context.shard_id.0;
        self.health.identified(shard);
        self.health.connected_now(shard);
        tracing::info!(shard, servers = ready.guilds.len(), "connected to Discord");
        let ready = ShardReady {
            shard,
            bot: ready.user.id.get().into(),
            application: ready.application.id.get().into(),
        };
        self.handler.ready(ready).await;
    }

    async fn resume(&self, context: Context, _: ResumedEvent) {
        self.health.connected_now(context.shard_id.0);
        tracing::info!(shard = context.shard_id.0, "connected to Discord again");
    }

    async fn shard_stage_update(&self, context: Context, update: ShardStageUpdateEvent) {
        if update.old == ConnectionStage::Connected {
            self.health.disconnected_now(context.shard_id.0);
            tracing::info!(shard = context.shard_id.0, "lost the connection to Discord");
        }
    }
}

/// Hears everything, whether it could be read or not.
pub(super) struct Listener(pub(super) GatewayHealth);

#[async_trait]
impl RawEventHandler for Listener {
    async fn raw_event(&self, context: Context, event: Event) {
        self.0.heard(context.shard_id.0);
        if let Event::Unknown(unknown) = event
            && EXPECTED.contains(&unknown.kind.as_str())
        {
            self.0.could_not_decode();
            // the event itself may hold what somebody typed
            tracing::error!(event = unknown.kind, "an event of Discord's could not be read");
        }
    }
}
