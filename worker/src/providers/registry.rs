use std::{collections::HashMap, sync::Arc};

use shared::{clock::SharedClock, config::ProviderConfig, model::Provider};

use super::{
    BadSetting, ChatProvider, Limits, Settings,
    anthropic::Anthropic,
    deepseek::DeepSeek,
    gemini::Gemini,
    http::{NoHttpClient, guarded_client, http_client},
    openai::OpenAi,
    openrouter::{OpenRouter, OpenRouterSettings},
    server::Server,
};

/// A provider can't be reached from this process, whatever the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotConnect {
    /// Mend the setting of this provider.
    #[error("{}: {problem}", .provider.display_name())]
    Setting {
        /// Which.
        provider: Provider,
        /// What is wrong with it.
        problem: BadSetting,
    },
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
        let at = |base_url: &str| Settings { limits, ..Settings::at(base_url) };
        let with = || (client.clone(), Arc::clone(clock));
        let mut providers = Self::default();

        let openrouter = OpenRouterSettings {
            base_url: config.openrouter_base_url.clone(),
            referer: config.referer.clone(),
            title: config.title.clone(),
            limits,
        };
        let (own, time) = with();
        providers.add(Provider::OpenRouter, OpenRouter::new(&openrouter, own, time))?;
        let (own, time) = with();
        let openai = OpenAi::new(&at(&config.openai_base_url), own, time);
        providers.add(Provider::OpenAi, openai)?;
        let (own, time) = with();
        let anthropic = Anthropic::new(&at(&config.anthropic_base_url), own, time);
        providers.add(Provider::Anthropic, anthropic)?;
        let (own, time) = with();
        let gemini = Gemini::new(&at(&config.gemini_base_url), own, time);
        providers.add(Provider::Gemini, gemini)?;
        let (own, time) = with();
        let deepseek = DeepSeek::new(&at(&config.deepseek_base_url), own, time);
        providers.add(Provider::DeepSeek, deepseek)?;

        let guarded = guarded_client(&limits, &config.private_hosts)?;
        for server in &config.servers {
            let settings = at(&server.base_url);
            let hosts = &config.private_hosts;
            let made = Server::new(&settings, hosts, guarded.clone(), Arc::clone(clock));
            providers.add(Provider::Server(server.name), made)?;
        }
        Ok(providers)
    }

    fn add<P: ChatProvider + 'static>(
        &mut self,
        name: Provider,
        made: Result<P, BadSetting>,
    ) -> Result<(), CannotConnect> {
        let provider =
            made.map_err(|problem| CannotConnect::Setting { provider: name, problem })?;
        self.put(name, Arc::new(provider));
        Ok(())
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
