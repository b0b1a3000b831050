use reqwest::Url;

use super::{BadSetting, Limits, base_url::checked};

/// The operator's settings of a provider. No user can set any of them: a base address of somebody else's
/// would receive the keys.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API begins.
    pub base_url: String,
    /// Time and size limits.
    pub limits: Limits,
}

impl Settings {
    /// A provider at an address.
    #[must_use]
    pub fn at(base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), limits: Limits::default() }
    }

    pub(super) fn checked_base_url(&self) -> Result<Url, BadSetting> {
        checked(&self.base_url)
    }
}
