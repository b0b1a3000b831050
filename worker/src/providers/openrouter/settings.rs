use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;

use crate::providers::Limits;

/// The operator's settings of this provider. No user can set any of them: a base address of
/// somebody else's would receive the keys.
#[derive(Clone, Debug)]
pub struct OpenRouterSettings {
    /// Where the API begins.
    pub base_url: String,
    /// `HTTP-Referer`: the address under which the bot appears in `OpenRouter`'s rankings.
    pub referer: Option<String>,
    /// `X-OpenRouter-Title`: the name beside it.
    pub title: Option<String>,
    /// Time and size limits.
    pub limits: Limits,
}

/// A setting that can't be used. Says which, and not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSetting {
    /// Not an address that keys may be sent to.
    #[error(
        "the base address must be https://… without user, query or fragment (http:// for this machine alone)"
    )]
    BaseUrl,
    /// Attribution that no header can carry.
    #[error("referer and title must be plain ASCII")]
    Attribution,
}

impl OpenRouterSettings {
    /// Where `OpenRouter` is, unless the operator says otherwise.
    pub const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";

    pub(super) fn checked_base_url(&self) -> Result<Url, BadSetting> {
        let url = Url::parse(self.base_url.trim()).map_err(|_| BadSetting::BaseUrl)?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let is_safe = match url.scheme() {
            "https" => url.has_host(),
            "http" => is_this_machine(&url),
            _ => false,
        };
        if is_plain && is_safe { Ok(url) } else { Err(BadSetting::BaseUrl) }
    }

    pub(super) fn attribution(&self) -> Result<HeaderMap, BadSetting> {
        let named = [("http-referer", &self.referer), ("x-openrouter-title", &self.title)];
        named
            .into_iter()
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), value.as_deref()?)))
            .map(|(name, value)| Ok((name, HeaderValue::from_str(value)?)))
            .collect::<Result<_, http::header::InvalidHeaderValue>>()
            .map_err(|_| BadSetting::Attribution)
    }
}

impl Default for OpenRouterSettings {
    fn default() -> Self {
        Self {
            base_url: Self::DEFAULT_BASE_URL.to_owned(),
            referer: None,
            title: None,
            limits: Limits::default(),
        }
    }
}

/// The stand-in provider of the playground, and a proxy beside us.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(base_url: &str) -> Result<String, BadSetting> {
        let base_url = base_url.to_owned();
        let settings = OpenRouterSettings { base_url, ..OpenRouterSettings::default() };
        settings.checked_base_url().map(String::from)
    }

    #[test]
    fn keys_travel_encrypted_or_not_at_all() {
        for good in [
            OpenRouterSettings::DEFAULT_BASE_URL,
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
        }
    }

    #[test]
    fn attribution_is_optional() {
        let mut settings = OpenRouterSettings::default();
        assert!(settings.attribution().unwrap().is_empty());
        settings.title = Some("Troupe".to_owned());
        assert_eq!(settings.attribution().unwrap()["x-openrouter-title"], "Troupe");
        settings.referer = Some("line\nbreak".to_owned());
        assert_eq!(settings.attribution(), Err(BadSetting::Attribution));
    }
}
