//! Answers to commands, clicks and forms.
//!
//! The first answer has to come within three seconds, and decides for ever whether what follows is
//! seen by everybody. After a deferral the answer is an edit of `@original`, which may be repeated;
//! the token is good for 15 minutes.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use shared::ids::{MessageId, SourceId};

use super::{
    CALLBACK_TIMEOUT, Call, Rest, RestError,
    body::{Create, Edit, Message, Nothing, deferred_flags},
    components::Modal,
    error::About,
    files::File,
    read::WireMessage,
    snowflake::ApplicationId,
};

/// What proves that we may answer an interaction, for 15 minutes.
#[derive(Clone, Debug)]
pub struct InteractionToken {
    /// In whose name.
    pub application: ApplicationId,
    /// The secret part.
    pub token: SecretString,
}

/// The first answer to an interaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// "Thinking…"; the message follows by [`Rest::edit_original`].
    Defer {
        /// Whether only the person sees it, and what follows.
        ephemeral: bool,
    },
    /// A message at once.
    Message {
        /// What it says.
        message: Message,
        /// Whether only the person sees it.
        ephemeral: bool,
    },
    /// A form. Not after a deferral, and not as the answer to a form.
    Modal(Modal),
    /// What could be meant by what was typed so far; the first 25.
    Choices(Vec<Choice>),
    /// To a click: seen, and the message stays as it is for now.
    DeferUpdate,
    /// To a click: the message becomes this one.
    Update(Message),
}

/// A suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is shown, at most 100 characters.
    pub name: String,
    /// What is sent if it's chosen, at most 100.
    pub value: String,
}

impl Answer {
    fn body(&self) -> serde_json::Result<Value> {
        let (kind, data) = match self {
            Self::Message { message, ephemeral } => {
                let create = Create::new(message, Nothing {}).ephemeral(message, *ephemeral);
                (4, serde_json::to_value(create)?)
            }
            Self::Defer { ephemeral } => (
                5,
                match deferred_flags(*ephemeral) {
                    Some(flags) => json!({ "flags": flags }),
                    None => json!({}),
                },
            ),
            Self::DeferUpdate => return Ok(json!({ "type": 6 })),
            Self::Update(message) => (7, serde_json::to_value(Edit::new(message))?),
            Self::Choices(choices) => (8, json!({ "choices": &choices[..choices.len().min(25)] })),
            Self::Modal(modal) => (9, serde_json::to_value(modal)?),
        };
        Ok(json!({ "type": kind, "data": data }))
    }
}

impl Rest {
    /// Gives the first answer. It passes the limiter's queue by.
    pub async fn answer(
        &self,
        interaction: SourceId,
        token: &InteractionToken,
        answer: &Answer,
    ) -> Result<(), RestError> {
        let body = answer.body().map_err(|_| RestError::Invalid(0))?;
        let path = format!("interactions/{interaction}/{}/callback", token.token.expose_secret());
        self.call(About::Interaction, Method::POST, path)
            .within(CALLBACK_TIMEOUT)
            .json(&body)
            .done()
            .await
    }

    /// Gives the answer that was deferred, or changes one given. May be repeated.
    pub async fn edit_original(
        &self,
        token: &InteractionToken,
        message: &Message,
    ) -> Result<MessageId, RestError> {
        let call = self.interaction_call(Method::PATCH, token, "/messages/@original");
        let edited: WireMessage = call.json(&Edit::new(message)).read().await?;
        Ok(edited.id.into())
    }

    /// Gives the answer that was deferred, with a file.
    pub async fn edit_original_with_file(
        &self,
        token: &InteractionToken,
        message: &Message,
        file: &File,
    ) -> Result<MessageId, RestError> {
        let call = self.interaction_call(Method::PATCH, token, "/messages/@original");
        let edited: WireMessage = call.with_file(&Edit::new(message), file).read().await?;
        Ok(edited.id.into())
    }

    /// Takes the first answer back.
    pub async fn delete_original(&self, token: &InteractionToken) -> Result<(), RestError> {
        self.interaction_call(Method::DELETE, token, "/messages/@original").done().await
    }

    /// Says something more. Not as the answer to a deferral: that is [`Self::edit_original`].
    pub async fn followup(
        &self,
        token: &InteractionToken,
        message: &Message,
        ephemeral: bool,
    ) -> Result<MessageId, RestError> {
        let body = Create::new(message, Nothing {}).ephemeral(message, ephemeral);
        let call = self.interaction_call(Method::POST, token, "").query("wait", true);
        let posted: WireMessage = call.json(&body).read().await?;
        Ok(posted.id.into())
    }

    /// The same, seen by the caller alone, with a file.
    pub async fn followup_with_file(
        &self,
        token: &InteractionToken,
        message: &Message,
        file: &File,
    ) -> Result<MessageId, RestError> {
        let body = Create::new(message, Nothing {}).ephemeral(message, true);
        let call = self.interaction_call(Method::POST, token, "").query("wait", true);
        let posted: WireMessage = call.with_file(&body, file).read().await?;
        Ok(posted.id.into())
    }

    /// Changes something said more. May be repeated.
    pub async fn edit_followup(
        &self,
        token: &InteractionToken,
        id: MessageId,
        message: &Message,
    ) -> Result<(), RestError> {
        self.interaction_call(Method::PATCH, token, &format!("/messages/{id}"))
            .json(&Edit::new(message))
            .done()
            .await
    }

    /// Takes something said more back.
    pub async fn delete_followup(
        &self,
        token: &InteractionToken,
        id: MessageId,
    ) -> Result<(), RestError> {
        self.interaction_call(Method::DELETE, token, &format!("/messages/{id}")).done().await
    }

    fn interaction_call(&self, method: Method, token: &InteractionToken, path: &str) -> Call<'_> {
        let InteractionToken { application, token } = token;
        let path = format!("webhooks/{application}/{}{path}", token.expose_secret());
        self.call(About::Interaction, method, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_discords_numbers() {
        let nobody = json!({ "parse": [], "replied_user": false });
        let hi = Message::text("hi");
        for (answer, body) in [
            (Answer::Defer { ephemeral: true }, json!({ "type": 5, "data": { "flags": 64 } })),
            (Answer::Defer { ephemeral: false }, json!({ "type": 5, "data": {} })),
            (Answer::DeferUpdate, json!({ "type": 6 })),
            (
                Answer::Message { message: hi.clone(), ephemeral: true },
                json!({ "type": 4, "data": { "content": "hi", "flags": 64, "allowed_mentions": nobody } }),
            ),
            (
                Answer::Update(hi),
                json!({ "type": 7, "data": { "content": "hi", "components": [], "allowed_mentions": nobody } }),
            ),
        ] {
            assert_eq!(answer.body().unwrap(), body);
        }
    }

    #[test]
    fn no_more_choices_are_sent_than_discord_takes() {
        let choice = Choice { name: "a".into(), value: "b".into() };
        let body = Answer::Choices(vec![choice; 30]).body().unwrap();
        assert_eq!(body["type"], 8);
        assert_eq!(body["data"]["choices"].as_array().map(Vec::len), Some(25));
    }
}
