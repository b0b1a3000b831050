//! The chat wire that `OpenAI` made and most others speak, in `OpenRouter`'s dialect.
//!
//! A request is one JSON object. An answer is a stream of chunks, `data: {…}` each, that ends
//! with `data: [DONE]`; or, from servers that don't stream, one JSON object. [`AnswerDecoder`]
//! turns the bytes of either into [`StreamItem`](super::StreamItem)s and decides whether the
//! answer is whole; [`answer`](answer::answer) feeds it from a connection, within the time limits.

pub mod answer;
mod body;
mod chunk;
mod content;
mod decoder;
mod lenient;
mod name;
mod usage;

pub use body::RequestBody;
pub use decoder::{AnswerDecoder, Progress};
pub(super) use lenient::{Dollars, lenient};
pub(super) use name::plain_id;
pub(super) use usage::{count, true_cost};
