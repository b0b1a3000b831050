//! The chat wire that `OpenAI` made and most others speak, each in a [`Dialect`].
//!
//! A request is one JSON object. An answer is a stream of chunks, `data: {…}` each, that ends
//! with `data: [DONE]`; or, from servers that don't stream, one JSON object.

mod answer;
mod body;
mod chunk;
mod content;
mod dialect;
mod usage;

pub use answer::OpenAiChat;
pub use body::body;
pub use dialect::Dialect;
pub(super) use usage::true_cost;
