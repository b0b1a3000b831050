//! The one limiter for all REST of a bot process.
//!
//! Discord counts requests per bot, not per library, so everything that talks to it has to share one
//! count: our own [`rest`](crate::rest) calls, and serenity's and poise's. serenity's own limiter
//! can't be that one: it ignores the proxy setting (tests and production would take different
//! paths), mixes all users' interaction edits into one bucket and has no global limit. So it is off,
//! and a reverse proxy on the loopback interface stands in front of Discord, in this process:
//!
//! ```text
//! rest ──┐
//!        ├──► http://127.0.0.1:<any>  queue per bucket, global share, Retry-After ──► DISCORD_API_BASE
//! poise ─┘
//! ```
//!
//! It adds no credentials: whoever calls it brings the token. [Routes](route) say what is queued
//! with what, [`forward`] what a request goes through, [`budget`] how many refusals Discord
//! tolerates before it bans the address.
//!
//! `GET /gateway` is asked once, at the start, and answered from memory afterwards. serenity falls
//! back to the real `wss://gateway.discord.gg` when that request fails; here it can't fail.

mod answer;
mod budget;
mod forward;
mod hold;
mod route;
mod upstream;

use std::{net::SocketAddr, num::NonZeroU16, sync::Arc, time::Duration};

use axum::{Router, serve::ListenerExt};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use self::{forward::Proxy, upstream::Upstream};

/// How the limiter limits.
#[derive(Clone, Debug)]
pub struct LimiterConfig {
    /// Where Discord is: `DISCORD_API_BASE`, without the `/api/v10` that clients append.
    pub api_base: String,
    /// This process's share of Discord's 50 requests a second.
    pub requests_per_second: NonZeroU16,
    /// How long a request may wait for its turn, with all its retries, before it's given back
    /// as limited.
    pub max_wait: Duration,
    /// How long one exchange with Discord may take.
    pub exchange_timeout: Duration,
    /// How long to wait at the start for Discord to answer.
    pub start_wait: Duration,
    /// The largest request body, in bytes.
    pub max_body: usize,
    /// Requests that may be refused in ten minutes before no more are sent. Discord bans an
    /// address at 10,000, and others may share ours.
    pub invalid_budget: u32,
}

impl LimiterConfig {
    /// What a process alone with its token needs.
    #[must_use]
    pub fn new(api_base: impl Into<String>) -> Self {
        Self {
            api_base: api_base.into(),
            requests_per_second: NonZeroU16::MIN.saturating_add(49),
            max_wait: Duration::from_secs(20),
            exchange_timeout: Duration::from_secs(15),
            start_wait: Duration::from_secs(30),
            max_body: 32 << 20,
            invalid_budget: 3_000,
        }
    }
}

/// The limiter could not start. Names no address: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum LimiterError {
    /// The setting is no address: correct it.
    #[error("DISCORD_API_BASE is not an http or https address, for example https://discord.com")]
    BadBase,
    /// Nobody answered in time: try again later, or correct the setting.
    #[error(
        "Discord did not answer within {0:?}: check the network, and DISCORD_API_BASE if it is set"
    )]
    Unreachable(Duration),
    /// Somebody else answered: correct the setting.
    #[error("what answers at DISCORD_API_BASE is not Discord's API (status {0})")]
    NotDiscord(u16),
    /// The machine refused a socket or TLS.
    #[error("the local proxy could not be opened")]
    Local(#[source] std::io::Error),
    /// No TLS could be set up.
    #[error("the HTTP client could not be built")]
    Client,
}

/// A running limiter. Dropped, it takes no more connections.
#[derive(Debug)]
pub struct Limiter {
    address: SocketAddr,
    proxy: Arc<Proxy>,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl Limiter {
    /// Waits until Discord answers, then opens the proxy on a free port of 127.0.0.1.
    pub async fn start(config: LimiterConfig) -> Result<Self, LimiterError> {
        let upstream = Upstream::new(&config)?;
        let gateway = upstream.gateway(config.start_wait).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(LimiterError::Local)?;
        let address = listener.local_addr().map_err(LimiterError::Local)?;
        let proxy = Arc::new(Proxy::new(&config, upstream, gateway));
        let router = Router::new().fallback(forward::handle).with_state(Arc::clone(&proxy));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let server = tokio::spawn(async move {
            // without it, Nagle's algorithm holds every second small answer back for 40 ms
            let listener = listener.tap_io(|tcp| {
                if tcp.set_nodelay(true).is_err() {
                    tracing::debug!("no TCP_NODELAY for a local connection");
                }
            });
            if axum::serve(listener, router).with_graceful_shutdown(stopped).await.is_err() {
                tracing::error!("the local proxy to Discord ended");
            }
        });
        Ok(Self { address, proxy, stop, server })
    }

    /// The address for serenity's `HttpBuilder::proxy` and for our own client.
    #[must_use]
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns when Discord has refused the bot's token. It won't take it again: the process has to
    /// stop and say so; asking on would get the address banned. From then on nothing is sent.
    pub async fn token_rejected(&self) {
        self.proxy.rejected.cancelled().await;
    }

    /// Requests of the last ten minutes that Discord counts as invalid.
    #[must_use]
    pub fn invalid_requests(&self) -> u32 {
        self.proxy.invalid_requests()
    }

    /// Takes no more requests, lets those under way end, and returns after `patience` at the latest.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.cancel();
        if timeout(patience, &mut self.server).await.is_err() {
            tracing::warn!("requests to Discord were cut off by the stop");
        }
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.server.abort();
    }
}
