//! The way to Discord: one client, with timeouts and without redirects.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use reqwest::{Client, redirect::Policy};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout_at};

use super::{LimiterConfig, LimiterError};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Discord, or what stands in its place.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) client: Client,
    base: String,
}

/// The body of `GET /gateway`.
#[derive(Deserialize, Serialize)]
struct Gateway {
    url: String,
}

impl Upstream {
    pub(super) fn new(config: &LimiterConfig) -> Result<Self, LimiterError> {
        let url = reqwest::Url::parse(&config.api_base).map_err(|_| LimiterError::BadBase)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(LimiterError::BadBase);
        }
        // fails if the process already chose a provider, which is as good
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(config.exchange_timeout.min(Duration::from_secs(5)))
            .timeout(config.exchange_timeout)
            .tcp_nodelay(true);
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|_| LimiterError::Client)?;
        Ok(Self { client, base: config.api_base.trim_end_matches('/').to_owned() })
    }

    /// The address of a path and query, which stay as they are.
    pub(super) fn url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.base)
    }

    /// Asks where the gateway is until somebody answers.
    pub(super) async fn gateway(&self, patience: Duration) -> Result<Bytes, LimiterError> {
        let deadline = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        loop {
            match timeout_at(deadline, self.ask_gateway()).await {
                Ok(Ok(Some(body))) => return Ok(body),
                Ok(Err(status)) => return Err(LimiterError::NotDiscord(status.as_u16())),
                Ok(Ok(None)) if Instant::now() + pause < deadline => sleep(pause).await,
                Ok(Ok(None)) | Err(_) => return Err(LimiterError::Unreachable(patience)),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The answer to keep; `None` when it's worth asking again; the status of who isn't Discord.
    async fn ask_gateway(&self) -> Result<Option<Bytes>, StatusCode> {
        let Ok(response) = self.client.get(self.url("/api/v10/gateway")).send().await else {
            return Ok(None);
        };
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Ok(None);
        }
        let gateway = response.json::<Gateway>().await.map_err(|_| status)?;
        if !status.is_success() || !["ws://", "wss://"].iter().any(|s| gateway.url.starts_with(s)) {
            return Err(status);
        }
        serde_json::to_vec(&gateway).map(|body| Some(Bytes::from(body))).map_err(|_| status)
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
