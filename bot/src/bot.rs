//! What is done about what happens on Discord.
//!
//! Commands come through poise ([`crate::commands`]); messages, clicks and forms come here.
//! A message is put into its author's mailbox in the gateway's own turn, and taken out of it in
//! order ([`intake`](crate::intake)).

use std::sync::Arc;

use serenity::{
    all::{Context, Event, Interaction, ModalInteraction},
    async_trait,
};
use shared::ids::{ChannelId, DiscordUserId, MessageId, SourceId};

use crate::{
    app::App,
    clicks,
    commands::{
        self, ChatMail, personality,
        wallet::{connect, form, limit},
    },
    gateway::{GatewayHandler, MessageEvent, Reaction, ShardReady},
    intake::{Intake, IntakeLimits, Offered},
    listen::{flooded, listen, listen_again},
    reactions,
};

/// What waits in a mailbox.
#[derive(Clone, Debug)]
pub(crate) enum Mail {
    /// A message.
    Message(Box<MessageEvent>),
    /// A message as it stands after a change.
    Change(Box<MessageEvent>),
    /// A `/chat`.
    Chat(Box<ChatMail>),
}

/// Everything that reacts to Discord's events.
pub(crate) struct Bot {
    /// What it works with.
    pub(crate) app: Arc<App>,
    intake: Intake<Mail>,
}

impl Bot {
    /// A bot with empty mailboxes.
    #[must_use]
    pub(crate) fn new(app: Arc<App>, limits: IntakeLimits) -> Arc<Self> {
        let (taking, refusing) = (Arc::clone(&app), Arc::clone(&app));
        let take = move |_, mail| {
            let app = Arc::clone(&taking);
            async move {
                match mail {
                    Mail::Message(message) => listen(&app, *message).await,
                    Mail::Change(message) => listen_again(&app, *message).await,
                    Mail::Chat(chat) => commands::accept_chat(&app, *chat).await,
                }
            }
        };
        let refuse = move |_, mail| {
            // whoever uses a command is told by the command
            if let Mail::Message(message) | Mail::Change(message) = mail {
                let app = Arc::clone(&refusing);
                tokio::spawn(async move { flooded(&app, *message).await });
            }
        };
        Arc::new(Self { intake: Intake::new(limits, take, refuse), app })
    }

    /// Puts mail into its author's box.
    pub(crate) fn offer(&self, author: DiscordUserId, source: SourceId, mail: Mail) -> Offered {
        self.intake.offer(author, source, mail)
    }

    /// Returns when everything that was taken has been committed or refused, and asked for.
    pub(crate) async fn drain(&self) {
        self.intake.drain().await;
        self.app.gathering.close();
        self.app.gathering.wait().await;
    }
}

#[async_trait]
impl GatewayHandler for Bot {
    fn message(&self, message: MessageEvent) {
        let (author, source) = (message.author.id, message.source());
        // what becomes of it is shown by whoever takes it out, or by the refusal
        let _ = self.offer(author, source, Mail::Message(Box::new(message)));
    }

    fn changed(&self, message: MessageEvent, change: i64) {
        let (author, source) = (message.author.id, message.source());
        let _ = self.intake.offer_change(author, source, change, Mail::Change(Box::new(message)));
    }

    fn announced(&self, event: &Event) {
        self.app.guilds.watch(event);
        self.app.threads.watch(event);
    }

    async fn reacted(&self, reaction: Reaction) {
        reactions::reacted(&self.app, &reaction).await;
    }

    async fn interaction(&self, _: Context, interaction: Interaction) {
        match interaction {
            Interaction::Component(click) => clicks::clicked(&self.app, &click).await,
            Interaction::Modal(sent) => sent_form(&self.app, &sent).await,
            // poise's
            _ => {}
        }
    }

    async fn deleted(&self, _: ChannelId, messages: Vec<MessageId>) {
        for message in messages {
            let source = SourceId::from(message.get());
            self.app.withdrawn.note(source);
            match self.app.store.message_deleted(source).await {
                Ok(Some(author)) => {
                    // the lane is free for what waits behind it
                    self.app.wake(author).await;
                    self.app.shows.ring();
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(kind = %error, "a deleted message may still be answered");
                }
            }
        }
    }

    async fn ready(&self, ready: ShardReady) {
        self.app.is_called(ready.bot);
        self.app.news.notify_one();
    }
}

/// A form was sent, of whichever command.
async fn sent_form(app: &App, sent: &ModalInteraction) {
    if !personality::submitted(app, sent).await
        && !limit::submitted(app, sent).await
        && !connect::submitted(app, sent).await
    {
        form::submitted(app, sent).await;
    }
}
