//! Keeps calls to the operator's servers from going where nobody meant them to: a name that leads into the
//! operator's own network is not called, unless the operator named the host.
//!
//! Names are looked at when they are resolved, and the connection goes to the addresses that were looked
//! at: there is no second look-up that could say otherwise. Addresses in the place of a name never come
//! here; those are looked at when the server is set up.

use std::{collections::HashSet, error::Error, io, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use shared::internet::is_public;

use super::base_url::normal;

/// A name leads to addresses within a network, and to no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to a private address, which PRIVATE_HOSTS does not allow")]
pub(super) struct PrivateAddress;

/// Resolves names as the system does, and leaves out what may not be called.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    named: Arc<HashSet<String>>,
    look_up: LookUp,
}

/// How the addresses of a name are found.
type LookUp = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

fn ask_the_system(name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    // the port is set by the caller
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

impl Guard {
    /// A guard that lets the hosts in `named` be wherever they are.
    pub(super) fn new(named: &[String]) -> Self {
        let named = named.iter().map(|host| normal(host)).collect();
        Self { named: Arc::new(named), look_up: ask_the_system }
    }

    /// The addresses of `host` that may be called.
    fn allowed(&self, host: &str, found: Vec<SocketAddr>) -> Result<Addrs, PrivateAddress> {
        let host = normal(host);
        let is_here = host == "localhost";
        let may_be_called = |address: &SocketAddr| {
            is_public(address.ip())
                || self.named.contains(&host)
                || (is_here && address.ip().is_loopback())
        };
        let allowed: Vec<_> = found.into_iter().filter(may_be_called).collect();
        if allowed.is_empty() { Err(PrivateAddress) } else { Ok(Box::new(allowed.into_iter())) }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = (guard.look_up)(name.as_str().to_owned()).await?;
            if found.is_empty() {
                return Err(Box::new(io::Error::from(io::ErrorKind::NotFound)) as _);
            }
            guard.allowed(name.as_str(), found).map_err(|refused| Box::new(refused) as _)
        })
    }
}

/// Whether an error comes from here.
pub(super) fn is_refusal(error: &(dyn Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(inner) = error {
        if inner.is::<PrivateAddress>() {
            return true;
        }
        error = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::model::FailureKind;

    use super::*;
    use crate::providers::{CallError, http::send};

    fn allowed(host: &str, found: &[&str]) -> Vec<String> {
        let guard = Guard::new(&["GPU.lan".to_owned()]);
        let found = found.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        let allowed = guard.allowed(host, found);
        allowed.map_or(vec![], |them| them.map(|it| it.ip().to_string()).collect())
    }

    #[test]
    fn a_name_leads_outside_unless_the_operator_named_it() {
        assert_eq!(allowed("a.example", &["1.1.1.1", "2606:4700::1111"]).len(), 2);
        assert_eq!(allowed("a.example", &["10.0.0.1", "1.1.1.1"]), ["1.1.1.1"]);
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "::1",
            "fd12::1",
            "::ffff:1.1.1.1",
            "64:ff9b::a00:1",
        ] {
            assert!(allowed("a.example", &[private]).is_empty(), "{private}");
            assert_eq!(allowed("gpu.LAN.", &[private]).len(), 1, "{private}");
        }
        assert_eq!(allowed("localhost", &["127.0.0.1", "::1", "10.0.0.1"]), ["127.0.0.1", "::1"]);
        assert!(allowed("localhost.evil.example", &["127.0.0.1"]).is_empty());
    }

    #[tokio::test]
    async fn no_connection_is_made_to_an_address_that_is_refused() {
        // whoever came first has installed it
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inside: LookUp = |_| Box::pin(async { Ok(vec![([127, 0, 0, 1], 0).into()]) });
        let ask = |named: &[String]| {
            let guard = Guard { look_up: inside, ..Guard::new(named) };
            let client = reqwest::Client::builder().no_proxy().dns_resolver(Arc::new(guard));
            let url = format!("http://rebound.example:{port}/");
            send(client.build().unwrap().get(url), Duration::from_secs(20))
        };
        // ours, and nothing that another try would mend
        let refused = CallError::NotSent { kind: FailureKind::Internal };
        assert_eq!(ask(&[]).await.map(|_| ()), Err(refused));
        let accepted = tokio::spawn(async move { listener.accept().await.is_ok() });
        let calling = tokio::spawn(ask(&["rebound.example".to_owned()]));
        assert!(accepted.await.unwrap(), "the first that knocks is the one that was named");
        calling.abort();
    }
}
