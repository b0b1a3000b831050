//! One HTTP client for all providers, and the reading of its errors.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, redirect};
use secrecy::zeroize::Zeroizing;
use shared::{model::FailureKind, secret::UserApiKey};
use tokio::time::timeout;
use tracing::warn;

use super::{
    CallError, Cut, Limits,
    guard::{self, Guard},
};

/// The client could not be built: the TLS library found no root certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no HTTPS client can be made here: are root certificates installed?")]
pub struct NoHttpClient;

/// A client for calls that cost somebody money: it follows nobody, asks no proxy, and repeats
/// nothing.
///
/// reqwest by itself repeats a request after an HTTP/2 `GOAWAY`. But the error for a request that
/// was refused is the same as for one that was being worked on when the connection closed, so
/// here that is switched off: whether a call may be repeated is decided by [`CallError`] alone.
///
/// A process must have installed a rustls crypto provider before: reqwest panics without one.
pub fn http_client(limits: &Limits) -> Result<Client, NoHttpClient> {
    builder(limits).build().map_err(|_| NoHttpClient)
}

/// As [`http_client`], for the operator's servers: it connects to no name that leads into a private
/// network, unless `private_hosts` has it.
pub fn guarded_client(limits: &Limits, private_hosts: &[String]) -> Result<Client, NoHttpClient> {
    let guard = Arc::new(Guard::new(private_hosts));
    builder(limits).dns_resolver(guard).build().map_err(|_| NoHttpClient)
}

fn builder(limits: &Limits) -> ClientBuilder {
    Client::builder()
        .connect_timeout(limits.connect)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .retry(reqwest::retry::never())
        // providers close idle connections after a minute or so; a request that meets the closing
        // would be an ambiguous one
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("troupe/", env!("CARGO_PKG_VERSION")))
}

/// How a provider is told whose call it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyHeader {
    /// `Authorization: Bearer <key>`
    Bearer,
    /// A header of this name, with the key alone.
    Named(&'static str),
}

impl KeyHeader {
    /// Puts the key into the headers, marked so that no log, `Debug` or header compression keeps it.
    pub(super) fn put(self, key: &UserApiKey, headers: &mut HeaderMap) -> Result<(), CallError> {
        let (name, text) = match self {
            Self::Bearer => {
                (header::AUTHORIZATION, Zeroizing::new(format!("Bearer {}", key.expose())))
            }
            Self::Named(name) => {
                (HeaderName::from_static(name), Zeroizing::new(key.expose().to_owned()))
            }
        };
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| CallError::NotSent { kind: FailureKind::KeyUnreadable })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }
}

/// Sends a request and waits for the response's headers.
pub(super) async fn send(request: RequestBuilder, wait: Duration) -> Result<Response, CallError> {
    match timeout(wait, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(read_error(error)),
        Err(_) => {
            Err(CallError::Ambiguous { kind: FailureKind::Interrupted, cut: Cut::FirstByteTimeout })
        }
    }
}

/// Reads a body up to `limit` bytes and leaves the rest. What can't be read is left out: of an
/// error half is still something.
pub(super) async fn read_up_to(mut response: Response, limit: usize, wait: Duration) -> Bytes {
    let mut body = BytesMut::new();
    let reading = async {
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece);
            if body.len() >= limit {
                break;
            }
        }
    };
    // what came in time stays, so there is nothing to do about the rest
    let _elapsed = timeout(wait, reading).await;
    body.truncate(limit);
    body.freeze()
}

/// Reads a body to its end. `None` when it breaks off, takes too long or is longer than `limit`: half
/// a list is none.
pub(super) async fn read_whole(
    mut response: Response,
    limit: usize,
    wait: Duration,
) -> Option<Bytes> {
    let reading = async {
        let mut body = BytesMut::new();
        while let Some(piece) = response.chunk().await.ok()? {
            if body.len() + piece.len() > limit {
                return None;
            }
            body.extend_from_slice(&piece);
        }
        Some(body.freeze())
    };
    timeout(wait, reading).await.ok().flatten()
}

/// Name resolution, connection and TLS come before the first byte of a request. After that
/// nothing is certain.
fn read_error(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    if error.is_builder() {
        return CallError::NotSent { kind: FailureKind::Internal };
    }
    if guard::is_refusal(&error) {
        warn!(alert = true, "a model server's name leads to a private address: see PRIVATE_HOSTS");
        return CallError::NotSent { kind: FailureKind::Internal };
    }
    if error.is_connect() {
        return CallError::NotSent { kind: FailureKind::Transient };
    }
    CallError::Ambiguous { kind: FailureKind::Interrupted, cut: Cut::Connection }
}
