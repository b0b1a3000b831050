use http::{HeaderMap, HeaderName, HeaderValue};

use crate::providers::{BadSetting, Limits};

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

impl OpenRouterSettings {
    /// Where `OpenRouter` is, unless the operator says otherwise.
    pub const DEFAULT_BASE_URL: &str = "https://openrouter.ai/api/v1";

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

#[cfg(test)]
mod tests {
    use super::*;

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
