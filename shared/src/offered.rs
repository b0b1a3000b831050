//! Which providers this deployment offers, and with which model each begins.
//!
//! Five are built in; the operator's settings may name servers beside them. Bot and worker read the
//! same settings: the bot to know what may be named, the worker to know where it is. Addresses are
//! not here: no person's choice ever becomes one.

use crate::model::{Provider, ServerName, UnknownProvider};

/// The providers of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    servers: Vec<ModelServer>,
    default_models: Vec<(Provider, String)>,
}

/// A server of the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelServer {
    /// What people call it.
    pub name: ServerName,
    /// Whether a person brings a key for it; else it is free for all.
    pub asks_for_key: bool,
}

impl Offered {
    /// The built-in providers and `servers`, with the models that each is asked for when nobody chose.
    #[must_use]
    pub const fn new(servers: Vec<ModelServer>, default_models: Vec<(Provider, String)>) -> Self {
        Self { servers, default_models }
    }

    /// The built-in providers alone, with a model for `OpenRouter`.
    #[must_use]
    pub fn built_in(default_model: impl Into<String>) -> Self {
        Self::new(Vec::new(), vec![(Provider::OpenRouter, default_model.into())])
    }

    /// The same providers, with the models that each is asked for when nobody chose.
    #[must_use]
    pub fn with_default_models(self, default_models: Vec<(Provider, String)>) -> Self {
        Self { default_models, ..self }
    }

    /// All of them, the built-in ones first.
    pub fn all(&self) -> impl Iterator<Item = Provider> {
        let servers = self.servers.iter().map(|server| Provider::Server(server.name));
        Provider::BUILT_IN.iter().copied().chain(servers)
    }

    /// Those for which a person brings a key.
    pub fn with_keys(&self) -> impl Iterator<Item = Provider> {
        self.all().filter(|provider| self.asks_for_key(*provider))
    }

    /// Reads a name as a person types it.
    pub fn parse(&self, typed: &str) -> Result<Provider, UnknownProvider> {
        let provider = Provider::parse(typed)?;
        if self.has(provider) { Ok(provider) } else { Err(UnknownProvider) }
    }

    /// Whether it is there: a server may have been taken out of the settings.
    #[must_use]
    pub fn has(&self, provider: Provider) -> bool {
        self.all().any(|offered| offered == provider)
    }

    /// Whether somebody has to pay for it with a key.
    #[must_use]
    pub fn asks_for_key(&self, provider: Provider) -> bool {
        let is_it = |server: &&ModelServer| Provider::Server(server.name) == provider;
        self.servers.iter().find(is_it).is_none_or(|server| server.asks_for_key)
    }

    /// The model that `provider` is asked for when neither the person nor the personality nor the key
    /// names one.
    #[must_use]
    pub fn default_model(&self, provider: Provider) -> Option<&str> {
        let of_it = self.default_models.iter().find(|(of, _)| *of == provider);
        of_it.map(|(_, model)| model.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_stand_beside_the_built_in_ones() {
        let name: ServerName = "ollama".parse().unwrap();
        let ollama = Provider::Server(name);
        let server = ModelServer { name, asks_for_key: false };
        let offered = Offered::new(vec![server], vec![(ollama, "llama3.1:8b".to_owned())]);
        assert_eq!(offered.all().count(), Provider::BUILT_IN.len() + 1);
        assert_eq!(offered.with_keys().count(), Provider::BUILT_IN.len());
        assert_eq!(offered.parse("OLLAMA"), Ok(ollama));
        assert_eq!(offered.parse("vllm"), Err(UnknownProvider));
        assert!(!offered.asks_for_key(ollama));
        assert_eq!(offered.default_model(ollama), Some("llama3.1:8b"));
        assert_eq!(offered.default_model(Provider::OpenAi), None);
        assert!(!Offered::built_in("a/b").has(ollama));
    }
}
