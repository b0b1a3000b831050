//! Knowing when an answer is out.
//!
//! A person sees a form only once the bot's request that opened it was answered. If they sent it
//! sooner, the event could overtake that answer, and a bot that rightly waits for it would miss the
//! event: a failure that the real Discord does not have.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderValue, header::CONTENT_LENGTH},
    response::Response,
};
use bytes::Bytes;
use futures_util::Stream;

use crate::discord::server::Server;

/// Marks an interaction as acknowledged once it is dropped, be that because the answer went out or
/// because the connection is gone.
pub(super) struct Sent {
    server: Arc<Server>,
    token: String,
}

impl Sent {
    pub(super) fn new(server: Arc<Server>, token: String) -> Self {
        Self { server, token }
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let Some(interaction) = self.server.world().interactions.get_mut(&self.token) {
            interaction.acknowledged = true;
        }
        self.server.bell.ring();
    }
}

/// A body that holds on to its guard until it has been written.
struct GuardedBody {
    bytes: Option<Bytes>,
    _guard: Sent,
}

impl Stream for GuardedBody {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.bytes.take().map(Ok))
    }
}

/// A response with this body, whose end the guard hears of.
pub(super) fn response(bytes: Bytes, guard: Option<Sent>) -> Response {
    let Some(guard) = guard else { return Response::new(Body::from(bytes)) };
    let length = HeaderValue::from(bytes.len());
    let empty = bytes.is_empty();
    let body = GuardedBody { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), _guard: guard };
    let mut response = Response::new(Body::from_stream(body));
    if !empty {
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    response
}
