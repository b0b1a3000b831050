//! Webhooks: how a personality gets a name and a face of its own.
//!
//! Discord knows no nonce here, so a post whose answer got lost may stand there twice. The caller
//! therefore posts a placeholder, stores its id, and only edits from then on.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use shared::ids::{ChannelId, MessageId, WebhookId};

use super::{
    Rest, RestError,
    body::{Create, Edit, Message, Speaker},
    error::About,
    read::{StoredWebhook, WireMessage, WireWebhook},
};

/// A webhook that we may write through. The token is its key: never stored, never shown.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What proves that we may.
    pub token: SecretString,
}

#[derive(Serialize)]
struct As<'a> {
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_url: Option<&'a str>,
}

#[derive(Serialize)]
struct NewWebhook<'a> {
    name: &'a str,
}

impl Rest {
    /// Makes a webhook in a channel; a thread uses its parent's.
    pub async fn create_webhook(
        &self,
        channel: ChannelId,
        name: &str,
    ) -> Result<StoredWebhook, RestError> {
        self.call(About::Bot, Method::POST, format!("channels/{channel}/webhooks"))
            .json(&NewWebhook { name })
            .read::<WireWebhook>()
            .await
            .map(StoredWebhook::from)
    }

    /// The webhooks of a channel, everybody's.
    pub async fn webhooks(&self, channel: ChannelId) -> Result<Vec<StoredWebhook>, RestError> {
        self.call(About::Bot, Method::GET, format!("channels/{channel}/webhooks"))
            .read::<Vec<WireWebhook>>()
            .await
            .map(|wires| wires.into_iter().map(StoredWebhook::from).collect())
    }

    /// Says something through a webhook, in a thread of its channel if one is named.
    pub async fn execute_webhook(
        &self,
        webhook: &Webhook,
        thread: Option<ChannelId>,
        speaker: Speaker<'_>,
        message: &Message,
    ) -> Result<MessageId, RestError> {
        let speaker = As { username: speaker.name, avatar_url: speaker.avatar_url };
        let call = self.webhook_call(Method::POST, webhook, "", thread);
        // without `wait`, a message that isn't stored gives no error
        let posted: WireMessage =
            call.query("wait", true).json(&Create::new(message, speaker)).read().await?;
        Ok(posted.id.into())
    }

    /// Changes what was said through this webhook. May be repeated.
    pub async fn edit_webhook_message(
        &self,
        webhook: &Webhook,
        thread: Option<ChannelId>,
        id: MessageId,
        message: &Message,
    ) -> Result<(), RestError> {
        self.webhook_call(Method::PATCH, webhook, &format!("/messages/{id}"), thread)
            .json(&Edit::new(message))
            .done()
            .await
    }

    /// Takes back what was said through this webhook.
    pub async fn delete_webhook_message(
        &self,
        webhook: &Webhook,
        thread: Option<ChannelId>,
        id: MessageId,
    ) -> Result<(), RestError> {
        self.webhook_call(Method::DELETE, webhook, &format!("/messages/{id}"), thread).done().await
    }

    fn webhook_call(
        &self,
        method: Method,
        webhook: &Webhook,
        path: &str,
        thread: Option<ChannelId>,
    ) -> super::Call<'_> {
        let path = format!("webhooks/{}/{}{path}", webhook.id, webhook.token.expose_secret());
        let call = self.call(About::Webhook, method, path);
        match thread {
            Some(thread) => call.query("thread_id", thread),
            None => call,
        }
    }
}
