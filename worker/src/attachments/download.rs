//! Bytes from where Discord serves files, and from nowhere else.
//!
//! An address came with a message, so it is compared with the allowed origins as a whole (scheme, host
//! and port), no redirect is followed, no proxy asked, and what arrives is counted. Addresses are signed:
//! they stand in no error and no log.

use std::sync::Arc;

use reqwest::{Client, Url};

use crate::providers::{
    Limits,
    http::{NoHttpClient, http_client},
};

/// Fetches files.
#[derive(Clone, Debug)]
pub(super) struct Download {
    client: Client,
    origins: Arc<[String]>,
}

/// Why there are no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// More than was allowed.
    TooLarge,
    /// Anything else.
    Failed,
}

impl Download {
    pub(super) fn new(origins: &[String], limits: &Limits) -> Result<Self, NoHttpClient> {
        let origin = |text: &String| Some(Url::parse(text).ok()?.origin().ascii_serialization());
        let origins = origins.iter().filter_map(origin).collect();
        Ok(Self { client: http_client(limits)?, origins })
    }

    /// What lies there, up to `most` bytes.
    pub(super) async fn bytes(&self, address: &str, most: u64) -> Result<Vec<u8>, Refused> {
        let address = self.allowed(address).ok_or(Refused::Failed)?;
        let sent = self.client.get(address).send().await;
        let mut response = sent.map_err(|_| Refused::Failed)?;
        if response.status() != http::StatusCode::OK {
            return Err(Refused::Failed);
        }
        if response.content_length().is_some_and(|length| length > most) {
            return Err(Refused::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|_| Refused::Failed)? {
            bytes.extend_from_slice(&piece);
            if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
                return Err(Refused::TooLarge);
            }
        }
        Ok(bytes)
    }

    fn allowed(&self, address: &str) -> Option<Url> {
        let address = Url::parse(address).ok()?;
        let is_plain = address.username().is_empty() && address.password().is_none();
        let origin = address.origin().ascii_serialization();
        (is_plain && self.origins.contains(&origin)).then_some(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_allowed_origins_are_asked() {
        // as at every start of a process; another test may have been first
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let origins = ["https://cdn.discordapp.com", "http://127.0.0.1:7381"].map(str::to_owned);
        let download = Download::new(&origins, &Limits::default()).unwrap();
        for good in [
            "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&hm=2",
            "https://CDN.discordapp.com:443/x",
            "http://127.0.0.1:7381/attachments/1/2/a.png",
        ] {
            assert!(download.allowed(good).is_some(), "{good}");
        }
        for bad in [
            "http://cdn.discordapp.com/x",
            "https://cdn.discordapp.com:8443/x",
            "https://cdn.discordapp.com.evil.example/x",
            "https://evil.example/cdn.discordapp.com",
            "https://cdn.discordapp.com@evil.example/x",
            "https://user@cdn.discordapp.com/x",
            "https://user:pw@cdn.discordapp.com/x",
            "https://evil.example\\@cdn.discordapp.com/x",
            "http://127.0.0.1:5432/x",
            "http://127.0.0.1/x",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "data:text/plain,x",
            "//cdn.discordapp.com/x",
            "",
        ] {
            assert!(download.allowed(bad).is_none(), "{bad}");
        }
    }
}
