//! The way to the model providers.
//!
//! The runner holds an `Arc<dyn ChatProvider>` and knows a few questions to ask: [stream] an answer, or have
//! it [complete], [check] a key, look up what a [generation] cost, list the [models], see whether it
//! [answers]. What comes back says what may be *done*: a [`CallError`] tells apart what never left this machine, what the provider refused, and
//! what may have been billed, because a call that may have been billed is never repeated
//! (at most one automatic call).
//!
//! ```text
//!  ChatRequest ─► openrouter, openai, … ─► endpoint ─► http ──► provider
//!                    │  (whom to ask, in which words)   │
//!                    │                                  ▼
//!  CallError ◄── classify ◄── status ≥ 300 ─── status and headers
//!                                                       │ 2xx
//!  StreamItem ◄── answer ◄── openai_chat, ◄── sse ◄── body
//!                (caps, end)  anthropic, gemini       (time limits)
//! ```
//!
//! Three wires: [`openai_chat`], which `OpenRouter`, `OpenAI`, `DeepSeek` and the operator's servers speak
//! in dialects, [`anthropic`]'s and [`gemini`]'s own. What of a personality's parameters is sent, translated
//! or left out is said by one table, `shared::params::TABLE`.
//!
//! Three rules hold throughout. What a provider says is read leniently: every field may be
//! missing, new or of another type, and none of it is ever an unwrap. What a provider says is
//! never repeated: no error and no `Debug` here contains its text, an address or a key. And the
//! wires, [`sse`] and [`classify`] are pure (bytes in, values out), so recorded traffic
//! tests them without a network.
//!
//! [stream]: ChatProvider::stream
//! [complete]: ChatProvider::complete
//! [answers]: ChatProvider::answers
//! [check]: ChatProvider::check_key
//! [generation]: ChatProvider::generation
//! [models]: ChatProvider::models

use std::{fmt::Debug, future::ready};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use shared::{
    model::{KeyVerdict, Usage},
    secret::UserApiKey,
};

pub mod answer;
pub mod anthropic;
mod base_url;
pub mod classify;
mod conversation;
pub mod deepseek;
mod endpoint;
mod error;
pub mod gemini;
mod guard;
pub mod http;
mod lenient;
mod limits;
mod name;
pub mod openai;
pub mod openai_chat;
pub mod openrouter;
mod parameters;
mod registry;
mod request;
pub mod server;
mod settings;
pub mod sse;
mod stream;

pub use base_url::BadSetting;
pub use error::{CallError, Cut};
pub use limits::Limits;
pub use parameters::Written;
pub use registry::{CannotConnect, Providers};
pub use request::{ChatMessage, ChatRequest, Delivery, Image, Role};
pub use settings::Settings;
pub use stream::{ChatStream, StreamItem};

/// A company, or a server of the operator's, that answers chats.
pub trait ChatProvider: Debug + Send + Sync {
    /// Sends `request`, to be paid with `key`, and waits for the provider to accept it. No key is for
    /// servers that ask for none.
    ///
    /// The key is needed until this returns and may be wiped then; the stream does not hold it.
    /// Dropping the future or the stream closes the connection, which is all that can be done to
    /// stop the bill, and not every provider stops for it.
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>>;

    /// [Starts](Self::start) an answer that comes piece by piece.
    fn stream<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        self.start(key, request, Delivery::Streamed)
    }

    /// [Starts](Self::start) an answer that comes in one piece.
    fn complete<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>> {
        self.start(key, request, Delivery::Whole)
    }

    /// Asks what the provider thinks of `key`, with a call that costs nothing.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict>;

    /// Gets a key for a code that a person was given, and for the verifier that it was asked for with.
    /// The error is what is to be said of it. Most providers have no such way.
    fn key_for<'a>(
        &'a self,
        _code: &'a SecretString,
        _verifier: &'a SecretString,
    ) -> BoxFuture<'a, Result<UserApiKey, KeyVerdict>> {
        Box::pin(ready(Err(endpoint::DOWN)))
    }

    /// Asks for the record of an earlier call by its generation id, to be settled afterwards. Most
    /// providers keep none, and give no id.
    fn generation<'a>(
        &'a self,
        _key: &'a UserApiKey,
        _generation_id: &'a str,
    ) -> BoxFuture<'a, GenerationRecord> {
        Box::pin(ready(GenerationRecord::Unavailable))
    }

    /// Asks for the public list of models, without a key. `None` when it did not come whole, or there is
    /// none.
    fn models(&self) -> BoxFuture<'_, Option<Bytes>> {
        Box::pin(ready(None))
    }

    /// Whether the provider answers at all, asked without anybody's key and at no cost.
    fn answers(&self) -> BoxFuture<'_, bool>;
}

/// What the provider knows of an earlier call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerationRecord {
    /// What it used and cost.
    Found(Usage),
    /// No record is written yet, or there never was such a call. Ask again later.
    NotYet,
    /// The question could not be asked or answered: no network, a refused key, an odd answer.
    Unavailable,
}
