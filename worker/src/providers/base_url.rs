//! Where a provider is: addresses that keys may be sent to.

use std::net::IpAddr;

use reqwest::Url;
use shared::internet::is_public;

/// A setting that can't be used. Says which, and not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// Not an address that keys may be sent to.
    #[error(
        "the base address must be https://… without user, query or fragment (http:// for this machine, or a host that PRIVATE_HOSTS names)"
    )]
    BaseUrl,
    /// An address within the operator's network that nobody allowed.
    #[error("the base address is a private one: name its host in PRIVATE_HOSTS if that is meant")]
    Private,
    /// Attribution that no header can carry.
    #[error("referer and title must be plain ASCII")]
    Attribution,
}

/// An address where an API begins, if keys may be sent there: encrypted, or to this machine alone.
pub(super) fn checked(base_url: &str) -> Result<Url, BadSetting> {
    plain(base_url).and_then(|url| match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        _ => Err(BadSetting::BaseUrl),
    })
}

/// As [`checked`], for a server that the operator defines: hosts that are named in `private_hosts` may be
/// spoken to in clear, and they and this machine alone may lie within a network.
pub(super) fn checked_server(base_url: &str, private_hosts: &[String]) -> Result<Url, BadSetting> {
    let url = plain(base_url)?;
    let host = host(&url);
    let is_named = private_hosts.iter().any(|named| normal(named) == host);
    if url.scheme() != "https" && !(url.scheme() == "http" && (is_named || is_this_machine(&url))) {
        return Err(BadSetting::BaseUrl);
    }
    // a name is resolved when it is called, and looked at then
    let is_private = host.parse::<IpAddr>().is_ok_and(|address| !is_public(address));
    if is_private && !is_named && !is_this_machine(&url) {
        return Err(BadSetting::Private);
    }
    Ok(url)
}

/// A host as names are compared: in lower case, without brackets and without the root's dot.
pub(super) fn normal(host: &str) -> String {
    host.trim().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// The stand-in provider of the playground, and a server beside us.
pub(super) fn is_this_machine(url: &Url) -> bool {
    let host = host(url);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(super) fn host(url: &Url) -> String {
    normal(url.host_str().unwrap_or_default())
}

fn plain(base_url: &str) -> Result<Url, BadSetting> {
    let url = Url::parse(base_url.trim()).map_err(|_| BadSetting::BaseUrl)?;
    let is_plain = url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_plain { Ok(url) } else { Err(BadSetting::BaseUrl) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_travel_encrypted_or_not_at_all() {
        for good in [
            "https://openrouter.ai/api/v1",
            "https://openrouter.ai/api/v1/",
            "http://127.0.0.1:7381/api/v1",
            "http://[::1]:7381/api/v1",
            "http://localhost/api/v1",
        ] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "openrouter.ai/api/v1",
            "http://openrouter.ai/api/v1",
            "http://127.0.0.1.evil.example/",
            "http://localhost@evil.example/",
            "https://user:word@openrouter.ai/api/v1",
            "https://openrouter.ai/api/v1?key=1",
            "ftp://127.0.0.1/",
            "mailto:a@b.example",
        ] {
            assert_eq!(checked(bad), Err(BadSetting::BaseUrl), "{bad}");
            assert_eq!(checked_server(bad, &[]), Err(BadSetting::BaseUrl), "{bad}");
        }
    }

    #[test]
    fn a_server_within_the_network_is_named_by_the_operator() {
        let named = ["10.0.0.7".to_owned(), "GPU.lan.".to_owned(), "[fd12::1]".to_owned()];
        for good in [
            "http://127.0.0.1:11434/v1",
            "http://localhost:11434/v1",
            "http://10.0.0.7:8000/v1",
            "https://10.0.0.7/v1",
            "http://gpu.lan/v1",
            "http://[fd12::1]:8000/v1",
            "https://gpu.example.org/v1",
            "https://1.1.1.1/v1",
        ] {
            assert!(checked_server(good, &named).is_ok(), "{good}");
        }
        for bad in [
            "https://10.0.0.8/v1",
            "https://192.168.1.1/v1",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/v1",
            "https://[fd12::2]/v1",
            "https://[::ffff:10.0.0.8]/v1",
            "https://[64:ff9b::a00:8]/v1",
            // the same address in other clothes
            "https://0xa000008/v1",
            "https://167772168/v1",
            "https://0/v1",
        ] {
            assert_eq!(checked_server(bad, &named), Err(BadSetting::Private), "{bad}");
        }
        for bad in ["http://10.0.0.8/v1", "http://gpu.example.org/v1"] {
            assert_eq!(checked_server(bad, &named), Err(BadSetting::BaseUrl), "{bad}");
        }
    }
}
