use std::{collections::HashMap, sync::Arc};

use shared::{clock::SharedClock, config::ProviderConfig, model::Provider};

use super::{
    ChatProvider, Limits,
    http::{NoHttpClient, http_client},
    openrouter::{BadSetting, OpenRouter, OpenRouterSettings},
};

/// A provider can't be reached from this process, whatever the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotConnect {
    /// Mend the setting.
    #[error("OpenRouter: {0}")]
    OpenRouter(#[from] BadSetting),
    /// Mend the machine.
    #[error(transparent)]
    Client(#[from] NoHttpClient),
}

/// Every provider that this deployment offers, by its name.
#[derive(Clone, Debug, Default)]
pub struct Providers(HashMap<Provider, Arc<dyn ChatProvider>>);

impl Providers {
    /// The providers as the operator's settings describe them.
    pub fn connect(config: &ProviderConfig, clock: &SharedClock) -> Result<Self, CannotConnect> {
        let limits = Limits::default();
        let client = http_client(&limits)?;
        let openrouter = OpenRouterSettings {
            base_url: config.openrouter_base_url.clone(),
            referer: config.referer.clone(),
            title: config.title.clone(),
            limits,
        };
        let openrouter = OpenRouter::new(&openrouter, client, Arc::clone(clock))?;
        let mut providers = Self::default();
        providers.put(Provider::OpenRouter, Arc::new(openrouter));
        Ok(providers)
    }

    /// Puts a provider under its name.
    pub fn put(&mut self, name: Provider, provider: Arc<dyn ChatProvider>) {
        self.0.insert(name, provider);
    }

    /// The provider of that name; `None` when the settings don't name it any more.
    #[must_use]
    pub fn get(&self, name: Provider) -> Option<&dyn ChatProvider> {
        self.0.get(&name).map(Arc::as_ref)
    }
}
