//! Where a reply is shown: through a webhook, as the bot's own message, or as the answer to a
//! command.
//!
//! Which of them a message stands in is known by the message, not by the delivery: one that a
//! webhook wrote is edited by that webhook, and any other by the bot. A command's answer is the
//! bot's own message, too; while its token lives, the token edits it, even where the bot itself
//! may not write.

use shared::{
    ids::{ChannelId, DeliveryId, MessageId, WebhookId},
    store::OpenDelivery,
};

use super::{
    answer::Look,
    buttons::{Button, ButtonId},
    homes::Homes,
    pacing::Bucket,
    texts,
    webhooks::{Posting, Webhooks},
};
use crate::{
    pictures::PictureBase,
    rest::{
        ApplicationId, Button as RestButton, ButtonStyle, Gone, InteractionToken, Message,
        NewMessage, Rest, RestError, Row, Speaker,
    },
    webhook_name::webhook_name,
};

/// The ways to write in Discord.
pub(super) struct Places {
    /// Where the pictures that we keep are found.
    pub(super) pictures: PictureBase,
    pub(super) rest: Rest,
    pub(super) webhooks: Webhooks,
    pub(super) homes: Homes,
    pub(super) application: ApplicationId,
}

/// In whose name the first message of a reply stands.
#[derive(Clone, Debug)]
pub(super) enum Voice {
    /// The personality's, as far as Discord can tell.
    Webhook,
    /// The bot's, with the personality's in bold.
    Bot,
    /// The bot's, answering a command.
    Command(InteractionToken),
}

/// A message of a reply.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its id; none for a command's answer that nobody has filled in yet.
    pub(super) message: Option<MessageId>,
    /// The webhook that wrote it.
    pub(super) webhook: Option<WebhookId>,
    /// What it shows; none if only Discord knows.
    pub(super) look: Option<Look>,
}

/// Where people read the delivery: the thread, if it's in one.
pub(super) fn room_of(delivery: &OpenDelivery) -> ChannelId {
    delivery.thread.unwrap_or(delivery.channel)
}

/// A message as it's sent.
pub(super) fn message(delivery: DeliveryId, part: usize, look: &Look) -> Message {
    let message = Message::text(look.text.clone());
    let (style, id, label) = match look.button {
        None => return message,
        Some(Button::Stop) => {
            (ButtonStyle::Secondary, ButtonId::stop(delivery, part), texts::STOP_LABEL)
        }
        Some(Button::Retry) => {
            (ButtonStyle::Primary, ButtonId::retry(delivery), texts::RETRY_LABEL)
        }
    };
    message.with_row(Row(vec![RestButton::new(style, id.to_string(), label)]))
}

impl Places {
    /// Whether a personality can speak for itself there.
    pub(super) async fn posting(&self, delivery: &OpenDelivery) -> Result<Posting, RestError> {
        let home = self.homes.of(delivery).await?;
        self.webhooks.for_posting(home.channel).await
    }

    /// Posts a new message of a reply. `None`: no webhook can speak any more, and nothing was posted; the
    /// first message has to be worded for another voice.
    pub(super) async fn create(
        &self,
        delivery: &OpenDelivery,
        voice: &Voice,
        part: usize,
        look: Look,
    ) -> Result<Option<Part>, RestError> {
        let new = message(delivery.id, part, &look);
        let posted =
            |message, webhook| Some(Part { message: Some(message), webhook, look: Some(look) });
        match voice {
            Voice::Webhook => {
                if let Some((message, webhook)) = self.speak(delivery, &new).await? {
                    return Ok(posted(message, Some(webhook)));
                }
                // what goes on below a first message is understood without a name
                if part == 0 {
                    return Ok(None);
                }
            }
            Voice::Command(token) => {
                return Ok(posted(self.rest.followup(token, &new, false).await?, None));
            }
            Voice::Bot => {}
        }
        let nonce = nonce(delivery.id, part);
        let new_message = NewMessage { nonce: Some(&nonce), reply_to: None };
        let message = self.rest.create_message(room_of(delivery), &new, new_message).await?;
        Ok(posted(message, None))
    }

    /// Speaks through the channel's webhook; `None` where there can't be one any more.
    async fn speak(
        &self,
        delivery: &OpenDelivery,
        new: &Message,
    ) -> Result<Option<(MessageId, WebhookId)>, RestError> {
        let name = webhook_name(&delivery.display_name);
        let portrait = delivery.portrait.as_ref();
        let address = portrait.and_then(|it| self.pictures.address(delivery.personality, it));
        let mut avatar_url = address.as_deref().filter(|url| is_web_address(url));
        let mut looked_again = false;
        let home = self.homes.of(delivery).await?;
        loop {
            let Posting::Through(webhook) = self.webhooks.for_posting(home.channel).await? else {
                return Ok(None);
            };
            let speaker = Speaker { name: &name, avatar_url };
            let posted = self.rest.execute_webhook(&webhook, home.thread, speaker, new).await;
            match posted {
                Ok(message) => return Ok(Some((message, webhook.id))),
                Err(RestError::Gone(Gone::Webhook)) => {
                    self.webhooks.forget(home.channel, webhook.id).await;
                    if looked_again {
                        return Err(RestError::Gone(Gone::Webhook));
                    }
                    looked_again = true;
                }
                // a picture that Discord doesn't like must not cost the answer
                Err(RestError::Invalid(_)) if avatar_url.is_some() => avatar_url = None,
                Err(error) => return Err(error),
            }
        }
    }

    /// Changes a message; gives its id.
    pub(super) async fn edit(
        &self,
        delivery: &OpenDelivery,
        voice: &Voice,
        part: &Part,
        new: &Message,
    ) -> Result<MessageId, RestError> {
        match (part.message, part.webhook, voice) {
            (Some(id), Some(webhook), _) => {
                self.edit_spoken(delivery, webhook, id, new).await?;
                Ok(id)
            }
            (None, _, Voice::Command(token)) => self.rest.edit_original(token, new).await,
            (Some(id), None, Voice::Command(token)) => {
                self.rest.edit_followup(token, id, new).await.map(|()| id)
            }
            (Some(id), None, _) => {
                self.rest.edit_message(room_of(delivery), id, new).await.map(|()| id)
            }
            // without a token, a command's unanswered answer is out of reach
            (None, ..) => Err(RestError::Gone(Gone::Interaction)),
        }
    }

    async fn edit_spoken(
        &self,
        delivery: &OpenDelivery,
        webhook: WebhookId,
        id: MessageId,
        new: &Message,
    ) -> Result<(), RestError> {
        let home = self.homes.of(delivery).await?;
        for _ in 0..2 {
            let Some(webhook) = self.webhooks.by_id(home.channel, webhook).await? else {
                break;
            };
            let edited = self.rest.edit_webhook_message(&webhook, home.thread, id, new).await;
            match edited {
                // perhaps it only has a new token: look once more
                Err(RestError::Gone(Gone::Webhook)) => {
                    self.webhooks.forget(home.channel, webhook.id).await;
                }
                other => return other,
            }
        }
        Err(RestError::Gone(Gone::Webhook))
    }

    /// Deletes a message; one that is gone is as good as deleted.
    pub(super) async fn delete(
        &self,
        delivery: &OpenDelivery,
        voice: &Voice,
        part: &Part,
    ) -> Result<(), RestError> {
        let Some(id) = part.message else { return Ok(()) };
        let own_webhook = match part.webhook {
            Some(webhook) => {
                let home = self.homes.of(delivery).await?;
                self.webhooks.by_id(home.channel, webhook).await?.zip(Some(home))
            }
            None => None,
        };
        let deleted = match (own_webhook, voice) {
            (Some((webhook, home)), _) => {
                self.rest.delete_webhook_message(&webhook, home.thread, id).await
            }
            (None, Voice::Command(token)) => self.rest.delete_followup(token, id).await,
            (None, _) => self.rest.delete_message(room_of(delivery), id).await,
        };
        match deleted {
            Err(RestError::Gone(Gone::Message)) => Ok(()),
            other => other,
        }
    }
}

/// What Discord counts a part's edits with.
pub(super) fn bucket(delivery: &OpenDelivery, voice: &Voice, webhook: Option<WebhookId>) -> Bucket {
    match (webhook, voice) {
        (Some(webhook), _) => Bucket::Webhook(webhook),
        (None, Voice::Command(_)) => Bucket::Token(delivery.id),
        (None, _) => Bucket::Channel(room_of(delivery)),
    }
}

fn is_web_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// By which Discord knows a repetition for some minutes. It takes 25 characters: 22 of them are the
/// delivery's id.
fn nonce(delivery: DeliveryId, part: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = delivery.uuid().as_u128();
    let mut nonce = String::with_capacity(25);
    for _ in 0..22 {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        nonce.push(char::from(DIGITS[digit]));
        rest /= 62;
    }
    nonce.push_str(&(part % 1000).to_string());
    nonce
}

#[cfg(test)]
mod tests {
    use shared::clock::SystemClock;

    use super::*;

    #[test]
    fn a_nonce_fits_and_names_the_part() {
        let [one, two] = [(); 2].map(|()| DeliveryId::new(&SystemClock));
        assert_eq!(nonce(one, 3), nonce(one, 3));
        assert_ne!(nonce(one, 3), nonce(one, 4));
        assert_ne!(nonce(one, 3), nonce(two, 3));
        assert_eq!(nonce(one, 999).len(), 25);
        assert_eq!(nonce(DeliveryId::from(uuid::Uuid::max()), 0).len(), 23);
    }
}
