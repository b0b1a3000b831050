use std::sync::Arc;

use shared::{clock::SharedClock, config::ProviderConfig};

use super::{BadSetting, OpenRouter, OpenRouterSettings};
use crate::providers::{
    ChatProvider, Limits,
    http::{NoHttpClient, http_client},
};

/// The provider can't be reached in this process, whatever the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotConnect {
    /// Mend the setting.
    #[error("OpenRouter: {0}")]
    Setting(#[from] BadSetting),
    /// Mend the machine.
    #[error(transparent)]
    Client(#[from] NoHttpClient),
}

/// `OpenRouter` as the operator's settings describe it.
pub fn connect(
    config: &ProviderConfig,
    clock: SharedClock,
) -> Result<Arc<dyn ChatProvider>, CannotConnect> {
    let settings = OpenRouterSettings {
        base_url: config.openrouter_base_url.clone(),
        referer: config.referer.clone(),
        title: config.title.clone(),
        limits: Limits::default(),
    };
    let client = http_client(&settings.limits)?;
    Ok(Arc::new(OpenRouter::new(&settings, client, clock)?))
}
