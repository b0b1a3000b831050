//! Files that people name: what they attach, and pictures at an address.
//!
//! An attachment comes from Discord's own servers alone. An address is called only if every address
//! of its host lies on the public internet, or if the operator named the host. Nobody is followed
//! elsewhere, nothing is waited for long, and no more is read than is wanted.

use std::{net::SocketAddr, time::Duration};

use reqwest::{Client, ClientBuilder, Url, redirect::Policy};
use shared::{config::DiscordConfig, internet::is_public};

/// Where Discord keeps what people attach.
const DISCORDS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];
/// How long a fetch may take in all.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);

/// Fetches files.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    /// Named by the operator: may be called wherever they are, and without encryption.
    trusted: Vec<String>,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotFetched {
    /// It is no address that may be called: not `https`, or not on the public internet.
    #[error("the address may not be called")]
    Forbidden,
    /// An attachment that does not come from Discord.
    #[error("the attachment is not Discord's")]
    NotDiscords,
    /// The host sends us elsewhere.
    #[error("the host redirects")]
    Redirected,
    /// The host has no such file.
    #[error("the host refuses")]
    Refused,
    /// It is larger than what is wanted.
    #[error("the file is too large")]
    TooLarge,
    /// The host does not answer, or not in time.
    #[error("the host does not answer")]
    Unreachable,
}

impl Fetcher {
    /// Fetches for a bot under these settings. Another Discord than the real one is the operator's
    /// choice, and has its files with it.
    pub(crate) fn new(config: &DiscordConfig) -> Self {
        let mut trusted = config.pictures.hosts.clone();
        let api = Url::parse(&config.api_base).ok();
        trusted.extend(api.and_then(|url| url.host_str().map(str::to_ascii_lowercase)));
        Self { trusted }
    }

    /// What somebody attached.
    pub(crate) async fn attachment(&self, url: &str, limit: usize) -> Result<Vec<u8>, NotFetched> {
        let url = Url::parse(url).map_err(|_| NotFetched::NotDiscords)?;
        let host = url.host_str().unwrap_or_default();
        let discords = url.scheme() == "https" && DISCORDS.contains(&host);
        if !discords && !self.trusts(host) {
            return Err(NotFetched::NotDiscords);
        }
        self.fetch(url, limit).await
    }

    /// What lies at an address that somebody typed.
    pub(crate) async fn address(&self, url: &str, limit: usize) -> Result<Vec<u8>, NotFetched> {
        let url = Url::parse(url).map_err(|_| NotFetched::Forbidden)?;
        self.fetch(url, limit).await
    }

    fn trusts(&self, host: &str) -> bool {
        self.trusted.iter().any(|trusted| trusted == host)
    }

    async fn fetch(&self, url: Url, limit: usize) -> Result<Vec<u8>, NotFetched> {
        let fetching = async {
            let client = self.client_for(&url).await?;
            let response = client.get(url).send().await.map_err(|_| NotFetched::Unreachable)?;
            if response.status().is_redirection() {
                return Err(NotFetched::Redirected);
            }
            if !response.status().is_success() {
                return Err(NotFetched::Refused);
            }
            read(response, limit).await
        };
        tokio::time::timeout(PATIENCE, fetching).await.unwrap_or(Err(NotFetched::Unreachable))
    }

    /// A client that connects to the addresses we looked at: a name that changes its mind between our
    /// look and the call gains nothing.
    async fn client_for(&self, url: &Url) -> Result<Client, NotFetched> {
        let host = url.host_str().ok_or(NotFetched::Forbidden)?;
        let port = url.port_or_known_default().ok_or(NotFetched::Forbidden)?;
        let plain = || {
            Client::builder()
                .redirect(Policy::none())
                .connect_timeout(CONNECT)
                .no_proxy()
                .user_agent(concat!("Troupe/", env!("CARGO_PKG_VERSION")))
        };
        let built = |client: ClientBuilder| client.build().map_err(|_| NotFetched::Unreachable);
        if self.trusts(host) && matches!(url.scheme(), "http" | "https") {
            return built(plain());
        }
        if url.scheme() != "https" {
            return Err(NotFetched::Forbidden);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((bare, port)).await;
        let addresses: Vec<SocketAddr> = found.map_err(|_| NotFetched::Unreachable)?.collect();
        if addresses.is_empty() || !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(NotFetched::Forbidden);
        }
        built(plain().resolve_to_addrs(host, &addresses))
    }
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, NotFetched> {
    let fits = |length: u64| usize::try_from(length).is_ok_and(|length| length <= limit);
    if !response.content_length().is_none_or(fits) {
        return Err(NotFetched::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| NotFetched::Unreachable)? {
        if bytes.len() + chunk.len() > limit {
            return Err(NotFetched::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use axum::{Router, response::Redirect, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_address_that_leads_elsewhere_is_not_followed() {
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let followed = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&followed);
        let target = move || {
            counting.fetch_add(1, Ordering::SeqCst);
            async { "a picture" }
        };
        let router = Router::new()
            .route("/from", get(|| async { Redirect::temporary("/to") }))
            .route("/to", get(target));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let fetcher = Fetcher { trusted: vec!["127.0.0.1".to_owned()] };
        let fetch =
            async |path: &str, limit| fetcher.address(&format!("{host}{path}"), limit).await;
        assert_eq!(fetch("/from", 100).await, Err(NotFetched::Redirected));
        assert_eq!(followed.load(Ordering::SeqCst), 0);
        assert_eq!(fetch("/to", 100).await, Ok(b"a picture".to_vec()));
        assert_eq!(fetch("/to", 8).await, Err(NotFetched::TooLarge));
        assert_eq!(fetch("/nowhere", 100).await, Err(NotFetched::Refused));
        // nobody's own network, unless it is named
        let stranger = Fetcher { trusted: Vec::new() };
        let inside = stranger.address(&format!("{host}/to"), 100).await;
        assert_eq!(inside, Err(NotFetched::Forbidden));
    }
}
