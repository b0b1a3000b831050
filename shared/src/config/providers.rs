//! The model providers: which there are, where they are, and with which model each begins.
//!
//! Bot and worker read the same settings. The bot learns the names ([`Offered`]); the worker the
//! addresses as well, and nobody else's choice ever becomes one.

use secrecy::SecretString;

use super::{
    addresses::{self, Reach},
    problem::Fault,
    reader::Reader,
    sections::hosts,
    settings as s, values,
};
use crate::{
    connect::page_beside,
    model::{ModelId, Provider, ServerName},
    offered::{ModelServer, Offered},
};

/// The worker's side of the model providers. Addresses are without a slash at the end.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// OpenRouter.
    pub openrouter_base_url: String,
    /// OpenAI.
    pub openai_base_url: String,
    /// Anthropic.
    pub anthropic_base_url: String,
    /// Google's Gemini API.
    pub gemini_base_url: String,
    /// DeepSeek.
    pub deepseek_base_url: String,
    /// The operator's own servers.
    pub servers: Vec<ServerConfig>,
    /// Hosts of the operator's network that a server may be on.
    pub private_hosts: Vec<String>,
    /// Where the files that people send along lie; without a slash at the end.
    pub attachment_origins: Vec<String>,
    /// Sent as `HTTP-Referer`.
    pub referer: Option<String>,
    /// Sent as `X-OpenRouter-Title`.
    pub title: Option<String>,
    /// The operator's own key, for OpenRouter. Present only where guests are allowed to use it.
    pub operator_key: Option<SecretString>,
    /// Model calls under way at once.
    pub slots: usize,
}

/// A server that the operator's settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// What people call it.
    pub name: ServerName,
    /// Where it is, without a slash at the end.
    pub base_url: String,
    /// Whether people bring a key for it.
    pub asks_for_key: bool,
}

pub(super) fn provider(reader: &mut Reader<'_>, guests: bool) -> ProviderConfig {
    let operator_key = if guests {
        reader.required(&s::OPENROUTER_API_KEY, "ALLOW_SYSTEM_KEY=true needs it", values::token)
    } else {
        reader.optional(&s::OPENROUTER_API_KEY, values::token)
    };
    ProviderConfig {
        openrouter_base_url: reader.value(&s::OPENROUTER_BASE_URL, addresses::https_or_loopback),
        openai_base_url: reader.value(&s::OPENAI_BASE_URL, addresses::https_or_loopback),
        anthropic_base_url: reader.value(&s::ANTHROPIC_BASE_URL, addresses::https_or_loopback),
        gemini_base_url: reader.value(&s::GEMINI_BASE_URL, addresses::https_or_loopback),
        deepseek_base_url: reader.value(&s::DEEPSEEK_BASE_URL, addresses::https_or_loopback),
        // what is wrong with them was said when the names were read
        servers: read_servers(reader, false),
        private_hosts: private_hosts(&mut reader.aside()),
        attachment_origins: reader.value(&s::ATTACHMENT_ORIGINS, addresses::origins),
        referer: reader.optional(&s::OPENROUTER_REFERER, addresses::http),
        title: reader.optional(&s::OPENROUTER_TITLE, values::header),
        operator_key: operator_key.filter(|_| guests),
        slots: reader.value(&s::WORKER_SLOTS, values::number(1..=1024)),
    }
}

/// Where OpenRouter's page for `/wallet connect` is: beside its API. What is wrong with that address is
/// said where keys are sent to it.
pub(super) fn connect_page(reader: &Reader<'_>) -> String {
    let base_url = reader.aside().value(&s::OPENROUTER_BASE_URL, addresses::https_or_loopback);
    page_beside(&base_url)
}

/// The names of the providers, and the models they begin with.
pub(super) fn offered(reader: &mut Reader<'_>) -> Offered {
    let servers = read_servers(reader, true)
        .into_iter()
        .map(|server| ModelServer { name: server.name, asks_for_key: server.asks_for_key })
        .collect();
    let named = Offered::new(servers, Vec::new());
    let mut models = vec![(Provider::OpenRouter, reader.value(&s::DEFAULT_MODEL, openrouters))];
    models.extend(reader.value(&s::DEFAULT_MODELS, |text| models_of(text, &named)));
    named.with_default_models(models)
}

fn openrouters(text: &str) -> Result<String, Fault> {
    // at OPENROUTER_BASE_URL there may be something else that names its models otherwise
    ModelId::of_any(text).map(String::from).map_err(|_| "isn't a model id".into())
}

fn models_of(text: &str, offered: &Offered) -> Result<Vec<(Provider, String)>, Fault> {
    pairs(text)?
        .into_iter()
        .map(|(name, model)| {
            let provider = offered.parse(name).map_err(|_| "names a provider that isn't there")?;
            if provider == Provider::OpenRouter {
                return Err("names OpenRouter, whose model is DEFAULT_MODEL".into());
            }
            let model = ModelId::parse_for(provider, model)
                .map_err(|_| "has a model id that isn't its provider's")?;
            Ok((provider, model.into()))
        })
        .collect()
}

fn private_hosts(reader: &mut Reader<'_>) -> Vec<String> {
    reader.optional(&s::PRIVATE_HOSTS, hosts).unwrap_or_default()
}

/// The operator's servers; problems with them are noted once, by whoever reads the names.
fn read_servers(reader: &mut Reader<'_>, note: bool) -> Vec<ServerConfig> {
    let mut quiet = reader.aside();
    let reader = if note { reader } else { &mut quiet };
    let private = private_hosts(reader);
    let mut servers =
        reader.optional(&s::MODEL_SERVERS, |text| servers(text, &private)).unwrap_or_default();
    let keyless = reader.optional(&s::KEYLESS_SERVERS, |text| {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let known = |name: &ServerName| servers.iter().any(|server| server.name == *name);
        names
            .map(|name| match name.parse::<ServerName>() {
                Ok(name) if known(&name) => Ok(name),
                _ => Err("names a server that isn't in MODEL_SERVERS".into()),
            })
            .collect::<Result<Vec<_>, Fault>>()
    });
    let keyless = keyless.unwrap_or_default();
    for server in &mut servers {
        server.asks_for_key = !keyless.contains(&server.name);
    }
    servers
}

fn servers(text: &str, private: &[String]) -> Result<Vec<ServerConfig>, Fault> {
    let mut servers: Vec<ServerConfig> = Vec::new();
    for (name, address) in pairs(text)? {
        if Provider::built_in(name).is_ok() {
            return Err("has a server with the name of a provider that is built in".into());
        }
        let name: ServerName =
            name.parse().map_err(|_| "has a name that isn't 1 to 20 of a-z, 0-9 and -")?;
        if servers.iter().any(|server| server.name == name) {
            return Err("names a server twice".into());
        }
        let base_url = match addresses::reach(address)? {
            Reach::Encrypted | Reach::ThisMachine => addresses::http(address)?,
            Reach::InClear(host) if private.contains(&host.to_ascii_lowercase()) => {
                addresses::http(address)?
            }
            Reach::InClear(_) => {
                return Err(
                    "must be https, or http to this machine or to one of PRIVATE_HOSTS".into()
                );
            }
        };
        servers.push(ServerConfig { name, base_url, asks_for_key: true });
    }
    Ok(servers)
}

/// `name=value`, with commas between.
fn pairs(text: &str) -> Result<Vec<(&str, &str)>, Fault> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').ok_or("has an entry without a =")?;
            Ok((name.trim(), value.trim()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault<T>(result: Result<T, Fault>) -> String {
        result.err().map_or_else(|| "none".to_owned(), |fault| fault.to_string())
    }

    #[test]
    fn servers_have_names_and_addresses() {
        let private = ["gpu.internal".to_owned(), "10.0.0.5".to_owned()];
        let read = |text| servers(text, &private);
        let two =
            read("ollama=http://127.0.0.1:11434/v1/, GPU = http://gpu.internal:8000/v1").unwrap();
        let seen: Vec<_> =
            two.iter().map(|server| (server.name.as_str(), server.base_url.as_str())).collect();
        assert_eq!(
            seen,
            [("ollama", "http://127.0.0.1:11434/v1"), ("gpu", "http://gpu.internal:8000/v1")]
        );
        assert!(read("a=https://models.example.org/v1,b=http://10.0.0.5/v1").is_ok());
        for (bad, why) in [
            ("openai=https://a.b/v1", "built in"),
            ("Google=https://a.b/v1", "built in"),
            ("my server=https://a.b/v1", "1 to 20"),
            ("a=https://a.b/v1,A=https://c.d/v1", "twice"),
            ("a", "without a ="),
            ("a=http://models.example.org/v1", "PRIVATE_HOSTS"),
            ("a=http://192.168.1.5:11434/v1", "PRIVATE_HOSTS"),
            ("a=https://user:hush@a.b/v1", "a user"),
            ("a=ftp://a.b", "neither https"),
        ] {
            let said = fault(read(bad));
            assert!(said.contains(why), "{bad}: {said}");
            assert!(!said.contains("hush"), "{said}");
        }
    }

    #[test]
    fn every_provider_can_have_a_model_to_begin_with() {
        let offered = Offered::built_in("a/b");
        let models = models_of("openai=gpt-5-mini, Gemini=gemini-2.5-flash", &offered).unwrap();
        assert_eq!(models.len(), 2);
        assert_eq!(models[1], (Provider::Gemini, "gemini-2.5-flash".to_owned()));
        assert!(fault(models_of("ollama=llama3", &offered)).contains("isn't there"));
        assert!(fault(models_of("openrouter=a/b", &offered)).contains("DEFAULT_MODEL"));
        assert!(fault(models_of("openai=openai/gpt-5", &offered)).contains("model id"));
    }
}
