//! Shows answers in Discord: exactly once, in order, while they grow.
//!
//! The database says what should be seen ([`open_deliveries`](Store::open_deliveries)): the first
//! delivery of each conversation that is not done. [`Deliveries`] looks there every second, and at
//! once when somebody says that something changed; each delivery found gets a task of its own, which
//! lives until its final text stands. Nothing that matters is kept here. A process that dies is
//! followed by one that reads the same tables and goes on.
//!
//! Discord offers no way to post "unless it is there already" (a webhook's post has no nonce). So a
//! reply is a message that is *created once and then only edited*: the database first says which
//! part is about to be posted, then Discord is asked, then the message's id is stored. What a crash
//! leaves between the second and the third is found again by the id of its Stop button.
//!
//! | file | what it knows |
//! |---|---|
//! | `answer` | what should be seen, from what the database says (pure) |
//! | `plan` | the next step from what is seen to that (pure) |
//! | `setback` | what a failure means (pure) |
//! | `show` | one delivery's task |
//! | `place`, `webhooks`, `homes` | how to write where |
//! | `recover` | finding a message that was, perhaps, posted |
//! | `line` | the order of the first messages in a channel |
//! | `pacing` | how often a growing text is shown |
//! | `typing`, `buttons`, `texts` | what stands around the text |

mod answer;
mod buttons;
mod homes;
mod line;
mod pacing;
mod place;
mod plan;
mod recover;
mod running;
mod setback;
mod show;
mod texts;
mod typing;
mod webhooks;

use std::sync::Arc;

use shared::{
    ids::BotId,
    store::{OpenDelivery, ShardRange, Store},
    vault::BotSecrets,
};
use tokio::sync::Notify;

pub use self::{
    buttons::{Button, ButtonId},
    running::Deliveries,
    texts::reference,
};
use self::{
    homes::Homes, line::Lines, pacing::Pacer, place::Places, typing::Typing, webhooks::Webhooks,
};
use crate::{
    explain::Explainer,
    pictures::PictureBase,
    rest::{Answer, ApplicationId, InteractionToken, Message, Rest},
};

/// What delivery needs of the process it runs in.
pub struct DeliverySetup {
    /// Where the answers are.
    pub store: Store,
    /// The way to Discord.
    pub rest: Rest,
    /// Opens the tokens of commands that wait.
    pub secrets: BotSecrets,
    /// Where the pictures that we keep are found.
    pub pictures: PictureBase,
    /// The bot's application, which owns its webhooks.
    pub application: ApplicationId,
    /// This process, as the owner of what it shows.
    pub bot: BotId,
    /// The shards whose lease it holds.
    pub shards: ShardRange,
    /// Words failures for those who wait for a command.
    pub explainer: Explainer,
}

/// Tells the deliveries of a process that something changed. Clones ring the same bell.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Look now: a request was accepted, has an answer, or was stopped. Whose is of no matter, as
    /// one look sees everything; rings that come together are one.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// A reply without its buttons, as the answer to the press of one: after Retry, which works once.
/// `content` is the message's own text, which comes with the press.
#[must_use]
pub fn without_buttons(content: impl Into<String>) -> Answer {
    Answer::Update(Message::text(content))
}

/// What the tasks of a process share.
struct Stage {
    store: Store,
    bot: BotId,
    secrets: BotSecrets,
    explainer: Explainer,
    places: Places,
    typing: Typing,
    pacer: Pacer,
    lines: Lines,
}

impl Stage {
    fn new(setup: DeliverySetup) -> Self {
        let DeliverySetup { store, rest, secrets, pictures, application, bot, explainer, .. } =
            setup;
        Self {
            store,
            bot,
            secrets,
            explainer,
            typing: Typing::new(rest.clone()),
            places: Places {
                webhooks: Webhooks::new(rest.clone(), application),
                homes: Homes::new(rest.clone()),
                rest,
                application,
                pictures,
            },
            pacer: Pacer::default(),
            lines: Lines::default(),
        }
    }

    /// The token of the command that waits, while Discord knows it.
    fn open_token(&self, delivery: &OpenDelivery) -> Option<InteractionToken> {
        let (sealed, expires_at) = delivery.interaction.as_ref()?;
        if *expires_at <= self.store.clock().now() {
            return None;
        }
        match self.secrets.open(delivery.id.uuid(), sealed) {
            Ok(token) => Some(InteractionToken { application: self.places.application, token }),
            Err(error) => {
                tracing::warn!(
                    delivery.id = %delivery.id, %error,
                    "a command's token does not open; it is answered in the channel"
                );
                None
            }
        }
    }
}
