//! The way to the model providers.
//!
//! The runner holds an `Arc<dyn ChatProvider>` and knows four questions to ask: [start] an
//! answer, [check] a key, look up what a [generation] cost, list the [models]. What it gets back says what it may
//! *do*: a [`CallError`] tells apart what never left this machine, what the provider refused, and
//! what may have been billed, because a call that may have been billed is never repeated
//! (at most one automatic call).
//!
//! ```text
//!  ChatRequest ─► openrouter ─► http ─────────────► provider
//!                    │  (whom to ask, which headers)   │
//!                    │                                 ▼
//!  CallError ◄── classify ◄── status ≥ 300 ── status and headers
//!                                                      │ 2xx
//!  StreamItem ◄── openai_chat ◄── sse ◄── body ◄───────┘
//!                 (chunks)     (events)  (time limits)
//! ```
//!
//! Three rules hold throughout. What a provider says is read leniently: every field may be
//! missing, new or of another type, and none of it is ever an unwrap. What a provider says is
//! never repeated: no error and no `Debug` here contains its text, an address or a key. And
//! [`openai_chat`], [`sse`] and [`classify`] are pure (bytes in, values out), so recorded traffic
//! tests them without a network.
//!
//! [start]: ChatProvider::start
//! [check]: ChatProvider::check_key
//! [generation]: ChatProvider::generation
//! [models]: ChatProvider::models

use std::fmt::Debug;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use shared::{
    model::{KeyVerdict, Usage},
    secret::UserApiKey,
};

pub mod classify;
mod error;
pub mod http;
mod limits;
pub mod openai_chat;
pub mod openrouter;
mod registry;
mod request;
pub mod sse;
mod stream;

pub use error::{CallError, Cut};
pub use limits::Limits;
pub use registry::{CannotConnect, Providers};
pub use request::{ChatMessage, ChatRequest, Image, Role};
pub use stream::{ChatStream, StreamItem};

/// A company, or a server of the operator's, that answers chats.
pub trait ChatProvider: Debug + Send + Sync {
    /// Sends `request`, to be paid with `key`, and waits for the provider to accept it. Only a server
    /// that asks for none is asked without.
    ///
    /// The key is needed until this returns and may be wiped then; the stream does not hold it.
    /// Dropping the future or the stream closes the connection, which is all that can be done to
    /// stop the bill, and not every provider stops for it.
    fn start<'a>(
        &'a self,
        key: Option<&'a UserApiKey>,
        request: &'a ChatRequest,
    ) -> BoxFuture<'a, Result<ChatStream, CallError>>;

    /// Asks what the provider thinks of `key`, with a call that costs nothing.
    fn check_key<'a>(&'a self, key: &'a UserApiKey) -> BoxFuture<'a, KeyVerdict>;

    /// Asks for the record of an earlier call by its generation id, to be settled afterwards.
    fn generation<'a>(
        &'a self,
        key: &'a UserApiKey,
        generation_id: &'a str,
    ) -> BoxFuture<'a, GenerationRecord>;

    /// Asks for the public list of models, without a key. `None` when it did not come whole.
    fn models(&self) -> BoxFuture<'_, Option<Bytes>>;
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
