//! Finding a message that was posted, perhaps, and whose id nobody knows.
//!
//! A process may die between a post and the commit of its message's id, or Discord's answer may get
//! lost on the way. Posting again would show a reply twice. But the database says which part was
//! about to be posted, and every message carries the id of its Stop button when it's created: so
//! the channel's newest messages are searched for it, and what is found is adopted.

use shared::{ids::WebhookId, store::OpenDelivery};

use super::{
    buttons::ButtonId,
    place::{Part, Places, room_of},
};
use crate::rest::{Gone, History, RestError, StoredMessage};

/// How far back it's searched: two pages.
const PAGE: u8 = 100;
const PAGES: usize = 2;

impl Places {
    /// The message that was posted for a part, if it was.
    pub(super) async fn find(
        &self,
        delivery: &OpenDelivery,
        part: usize,
    ) -> Result<Option<Part>, RestError> {
        let mark = ButtonId::stop(delivery.id, part).to_string();
        let mut history = History::Newest;
        for _ in 0..PAGES {
            let page = match self.rest.messages(room_of(delivery), history, PAGE).await {
                Ok(page) => page,
                // whoever may write and not read: nothing can be found, and an answer is owed
                Err(RestError::Forbidden(_)) => {
                    tracing::warn!(delivery.id = %delivery.id, "may not look for a lost message");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            for message in page.iter().filter(|message| message.custom_ids.contains(&mark)) {
                if let Some(part) = self.adopted(delivery, message).await? {
                    return Ok(Some(part));
                }
            }
            let Some(oldest) = page.last().filter(|_| page.len() == usize::from(PAGE)) else {
                break;
            };
            history = History::Before(oldest.id);
        }
        Ok(None)
    }

    /// A found message, if we can edit it; otherwise it's taken away, as far as that's allowed.
    async fn adopted(
        &self,
        delivery: &OpenDelivery,
        message: &StoredMessage,
    ) -> Result<Option<Part>, RestError> {
        let webhook = message.webhook.filter(|webhook| !self.is_application(*webhook));
        let editable = match webhook {
            Some(webhook) => {
                let home = self.homes.of(delivery).await?;
                self.webhooks.by_id(home.channel, webhook).await?.is_some()
            }
            None => message.author.bot,
        };
        if editable {
            return Ok(Some(Part { message: Some(message.id), webhook, look: None }));
        }
        match self.rest.delete_message(room_of(delivery), message.id).await {
            Ok(()) | Err(RestError::Gone(Gone::Message) | RestError::Forbidden(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The answers to commands name the application as their webhook.
    fn is_application(&self, webhook: WebhookId) -> bool {
        webhook.to_string() == self.application.to_string()
    }
}
