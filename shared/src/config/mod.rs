//! The settings, read once at start.
//!
//! The environment comes in as a value ([`Environment`]); what comes out is one struct of typed
//! sections per kind of process, or every problem at once ([`ConfigError`]). Names, defaults and
//! explanations are one list ([`settings`]), of which `.env.template` is the printed form.
//!
//! A process gets only the secrets it needs: a worker no Discord token, a bot no operator's key.
//! Secrets are [`SecretString`]s or in types that print nothing of them, so every `Debug` here is
//! safe to print; a test prints them all and looks for the secrets.

mod addresses;
mod deployment;
mod environment;
mod misspelt;
mod problem;
mod providers;
mod reader;
mod secrets;
mod sections;
pub mod settings;
mod template;
mod values;

use secrecy::SecretString;

pub use self::{
    addresses::DatabaseUrl,
    environment::{Environment, EnvironmentError},
    problem::{ConfigError, Fault, Notice, Problem},
    providers::{ProviderConfig, ServerConfig},
    sections::{
        Creators, DiscordConfig, LogConfig, LogFormat, MasterKeyTexts, PictureConfig,
        ProcessConfig, RedisConfig, RequestConfig, Shards,
    },
    template::template,
};
use self::{reader::Reader, settings as s};
use crate::ids::DiscordUserId;

/// The SQLite file in the data directory, when no database is named.
pub const DATABASE_FILE: &str = "troupe.db";
/// The local Discord's own, so that what is tried there never mixes with what is real.
pub const LOCAL_DATABASE_FILE: &str = "local.db";
/// The master key in the data directory: made by the local Discord, found by what comes after it.
pub const MASTER_KEY_FILE: &str = "master.key";

/// `troupe`: bot and worker in one process.
#[derive(Clone, Debug)]
pub struct TroupeConfig {
    /// Real or local, decided here and nowhere else.
    pub mode: Mode,
    /// Discord, without the token. The local Discord has an address of its own.
    pub discord: DiscordConfig,
    /// Limits and defaults of requests.
    pub requests: RequestConfig,
    /// Providers. The local Discord puts its stand-in in place of OpenRouter.
    pub provider: ProviderConfig,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
    /// To be logged as warnings.
    pub notices: Vec<Notice>,
}

/// What a single process runs on.
#[derive(Clone, Debug)]
pub enum Mode {
    /// A local Discord and a stand-in model: nothing leaves the machine.
    Local {
        /// [`LOCAL_DATABASE_FILE`] in the data directory.
        database: DatabaseUrl,
        /// From [`MASTER_KEY_FILE`]; `None`: to be made, and written there.
        master_keys: Option<MasterKeyTexts>,
        /// Whether a real model was chosen, by `OPENROUTER_BASE_URL`, instead of the stand-in.
        real_model: bool,
    },
    /// The real ones.
    Live {
        /// The bot's token.
        discord_token: SecretString,
        /// SQLite or Postgres.
        database: DatabaseUrl,
        /// Not needed by one process alone, but it can share the work of others.
        redis: Option<RedisConfig>,
        /// Seal and open users' keys.
        master_keys: MasterKeyTexts,
    },
}

/// A `bot` process beside others.
#[derive(Clone, Debug)]
pub struct BotConfig {
    /// The bot's token.
    pub discord_token: SecretString,
    /// Discord.
    pub discord: DiscordConfig,
    /// Always Postgres.
    pub database: DatabaseUrl,
    /// Wakes the workers.
    pub redis: RedisConfig,
    /// Seal what users type.
    pub master_keys: MasterKeyTexts,
    /// Limits and defaults of requests.
    pub requests: RequestConfig,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
    /// To be logged as warnings.
    pub notices: Vec<Notice>,
}

/// A `worker` process beside others.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Always Postgres.
    pub database: DatabaseUrl,
    /// Nudges the bots.
    pub redis: RedisConfig,
    /// Open users' keys.
    pub master_keys: MasterKeyTexts,
    /// Limits and defaults of requests.
    pub requests: RequestConfig,
    /// Providers.
    pub provider: ProviderConfig,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
    /// To be logged as warnings.
    pub notices: Vec<Notice>,
}

/// Reads the settings of `troupe`; `local` is its `--local`.
///
/// Without `DATABASE_URL` a live start uses SQLite in the data directory, but not when `REDIS_URL`
/// is set: that speaks of a deployment on Postgres which has lost its address, and an empty file
/// in its place would look like the loss of everything.
pub fn for_troupe(env: &Environment, local: bool) -> Result<TroupeConfig, ConfigError> {
    let mut reader = Reader::new(env);
    let is_local = local || deployment::is_absent(&reader);
    let discord = sections::discord(&mut reader);
    let mut requests = sections::requests(&mut reader);
    let process = sections::process(&mut reader, "troupe");
    let redis_prefix = sections::redis_prefix(&mut reader);
    let stands_in = is_local && !reader.mentions(&s::OPENROUTER_BASE_URL);
    let provider = if stands_in {
        // the operator's key stays out of the stand-in's books
        requests.guest_daily_limit = None;
        providers::provider(&mut reader, false)
    } else {
        providers::provider(&mut reader, requests.guest_daily_limit.is_some())
    };
    let mode = if is_local {
        Some(deployment::local_mode(&mut reader, &process))
    } else {
        deployment::live_mode(&mut reader, &process, redis_prefix)
    };
    reader.finish(|notices| {
        Some(TroupeConfig { mode: mode?, discord, requests, provider, process, notices })
    })
}

/// What the owner's tools need, beside whichever process they run.
#[derive(Clone, Debug)]
pub struct ToolsConfig {
    /// The deployment's database.
    pub database: DatabaseUrl,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
}

/// Reads what the owner's tools need; `local` is their `--local`. They log in nowhere and open no key,
/// so they ask for neither token nor master key.
pub fn for_tools(env: &Environment, local: bool) -> Result<ToolsConfig, ConfigError> {
    let mut reader = Reader::new(env);
    let process = sections::process(&mut reader, "troupe");
    let database = if local || deployment::is_absent(&reader) {
        Some(DatabaseUrl::Sqlite(process.data_dir.join(LOCAL_DATABASE_FILE)))
    } else if reader.mentions(&s::DATABASE_URL) {
        reader.required(&s::DATABASE_URL, "the tools look into it", addresses::database)
    } else {
        Some(DatabaseUrl::Sqlite(process.data_dir.join(DATABASE_FILE)))
    };
    reader.finish(|_| Some(ToolsConfig { database: database?, process }))
}

/// What `troupe import` and `troupe export` need.
#[derive(Clone, Debug)]
pub struct ImportConfig {
    /// The deployment's database.
    pub database: DatabaseUrl,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
    /// Who gets what has no owner.
    pub owner: Option<DiscordUserId>,
    /// The database of the older system.
    pub source: Option<SecretString>,
    /// Its master key, and the keys that seal here.
    pub keys: Option<ImportKeys>,
}

/// Opens keys of the older system and seals them here.
#[derive(Clone, Debug)]
pub struct ImportKeys {
    /// The older system's.
    pub source: SecretString,
    /// Ours.
    pub master_keys: MasterKeyTexts,
}

/// Reads what imports and exports need; `local` is their `--local`. The one tool that opens keys asks for
/// a master key only where it is given the older system's.
pub fn for_import(env: &Environment, local: bool) -> Result<ImportConfig, ConfigError> {
    let ToolsConfig { database, process } = for_tools(env, local)?;
    let mut reader = Reader::new(env);
    let owner = sections::owner(&mut reader);
    let source = reader.optional(&s::IMPORT_DATABASE_URL, addresses::foreign_postgres);
    let source_key = reader.optional(&s::IMPORT_MASTER_KEY, values::master_key);
    let keys = source_key.and_then(|source| {
        let master_keys = {
            let because = "the imported keys are sealed with it";
            deployment::master_keys_of_tools(&mut reader, &process, because)?
        };
        Some(ImportKeys { source, master_keys })
    });
    reader.finish(|_| Some(ImportConfig { database, process, owner, source, keys }))
}

/// What `troupe rotate-key` needs.
#[derive(Clone, Debug)]
pub struct RotationConfig {
    /// The deployment's database.
    pub database: DatabaseUrl,
    /// Ports, directories, logs.
    pub process: ProcessConfig,
    /// The current key seals anew what the previous ones open.
    pub master_keys: MasterKeyTexts,
}

/// Reads what a change of the master key needs; `local` is its `--local`.
pub fn for_rotation(env: &Environment, local: bool) -> Result<RotationConfig, ConfigError> {
    let ToolsConfig { database, process } = for_tools(env, local)?;
    let mut reader = Reader::new(env);
    let because = "what is stored is sealed with it";
    let master_keys = deployment::master_keys_of_tools(&mut reader, &process, because);
    reader.finish(|_| Some(RotationConfig { database, process, master_keys: master_keys? }))
}

/// Reads the settings of a `bot` process.
pub fn for_bot(env: &Environment) -> Result<BotConfig, ConfigError> {
    let mut reader = Reader::new(env);
    let discord_token =
        reader.required(&s::DISCORD_TOKEN, "the bot logs in with it", values::token);
    let discord = sections::discord(&mut reader);
    let database = deployment::shared_database(&mut reader);
    let redis = deployment::shared_redis(&mut reader);
    let master_keys = deployment::master_keys(&mut reader, "the bot seals users' keys with it");
    let requests = sections::requests(&mut reader);
    let process = sections::process(&mut reader, "bot");
    reader.finish(|notices| {
        Some(BotConfig {
            discord_token: discord_token?,
            discord,
            database: database?,
            redis: redis?,
            master_keys: master_keys?,
            requests,
            process,
            notices,
        })
    })
}

/// Reads the settings of a `worker` process, which knows nothing of Discord.
pub fn for_worker(env: &Environment) -> Result<WorkerConfig, ConfigError> {
    let mut reader = Reader::new(env);
    let database = deployment::shared_database(&mut reader);
    let redis = deployment::shared_redis(&mut reader);
    let master_keys = deployment::master_keys(&mut reader, "the worker opens users' keys with it");
    let requests = sections::requests(&mut reader);
    let provider = providers::provider(&mut reader, requests.guest_daily_limit.is_some());
    let process = sections::process(&mut reader, "worker");
    reader.finish(|notices| {
        Some(WorkerConfig {
            database: database?,
            redis: redis?,
            master_keys: master_keys?,
            requests,
            provider,
            process,
            notices,
        })
    })
}

#[cfg(test)]
mod tests;
