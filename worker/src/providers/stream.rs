use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, stream::BoxStream};
use shared::model::{FinishReason, Usage};

use super::CallError;

/// A piece of an answer on its way.
///
/// `Debug` tells sizes, not text.
#[derive(Clone, PartialEq, Eq)]
pub enum StreamItem {
    /// Text of the answer.
    Text(String),
    /// The model thinks. What it thinks is dropped here, and never stored.
    Reasoning {
        /// How much it thought just now, in characters.
        chars: usize,
    },
    /// The model declines, in these words.
    Refusal(String),
    /// The provider's id of this call, by which its cost can be looked up.
    GenerationId(String),
    /// The model that answers, which may be another than the one asked for.
    Model(String),
    /// What the call used. A later record replaces an earlier one.
    Usage(Usage),
    /// The answer is whole. Comes once, last, and only if no error does.
    Finish(FinishReason),
    /// The provider is alive and has nothing to say yet.
    KeepAlive,
}

impl fmt::Debug for StreamItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Reasoning { chars } => write!(f, "Reasoning({chars} chars)"),
            Self::Refusal(text) => write!(f, "Refusal({} bytes)", text.len()),
            Self::GenerationId(id) => f.debug_tuple("GenerationId").field(id).finish(),
            Self::Model(model) => f.debug_tuple("Model").field(model).finish(),
            Self::Usage(usage) => f.debug_tuple("Usage").field(usage).finish(),
            Self::Finish(reason) => f.debug_tuple("Finish").field(reason).finish(),
            Self::KeepAlive => f.write_str("KeepAlive"),
        }
    }
}

/// An answer that the provider has begun.
///
/// Yields pieces until [`Finish`](StreamItem::Finish) or an error, and then ends; an end without
/// either does not happen. After an error the pieces that came before it still hold.
pub struct ChatStream {
    generation_id: Option<String>,
    items: BoxStream<'static, Result<StreamItem, CallError>>,
}

impl ChatStream {
    /// A stream of `items`, with the id that the response's headers gave it.
    #[must_use]
    pub fn new(
        generation_id: Option<String>,
        items: BoxStream<'static, Result<StreamItem, CallError>>,
    ) -> Self {
        Self { generation_id, items }
    }

    /// The provider's id of this call, when the headers had it already. Else it may come as an
    /// [item](StreamItem::GenerationId).
    #[must_use]
    pub fn generation_id(&self) -> Option<&str> {
        self.generation_id.as_deref()
    }
}

impl Stream for ChatStream {
    type Item = Result<StreamItem, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("generation_id", &self.generation_id)
            .finish_non_exhaustive()
    }
}
