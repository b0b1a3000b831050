//! Bot and worker side by side in one process: the same two libraries that the separate binaries run,
//! with wake-ups in memory.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use shared::{
    clock::{SharedClock, SystemClock},
    config::{
        DatabaseUrl, DiscordConfig, MasterKeyTexts, ProviderConfig, RedisConfig, RequestConfig,
    },
    lifecycle::{Interrupts, Lifecycle},
    secret::UserApiKey,
    startup,
    store::Store,
    telemetry::Redactor,
    wake,
};
use worker::{WorkerEnv, WorkerSettings, providers::openrouter};

/// What bot and worker are started with.
pub(crate) struct OneProcess {
    pub(crate) discord_token: SecretString,
    pub(crate) discord: DiscordConfig,
    pub(crate) database: DatabaseUrl,
    pub(crate) redis: Option<RedisConfig>,
    pub(crate) master_keys: MasterKeyTexts,
    pub(crate) requests: RequestConfig,
    pub(crate) provider: ProviderConfig,
    pub(crate) redactor: Redactor,
}

impl OneProcess {
    /// Starts both; they end with `lifecycle`. The store is to be closed after that. `None` when the
    /// process was interrupted before the database was there.
    pub(crate) async fn start(
        self,
        lifecycle: &Lifecycle,
        interrupts: &mut Interrupts,
    ) -> anyhow::Result<Option<Store>> {
        let clock: SharedClock = Arc::new(SystemClock);
        let vault = startup::open_vault(&self.master_keys)?;
        let opened =
            startup::open_store(&self.database, Arc::clone(&clock), interrupts.next()).await?;
        let Some(store) = opened else { return Ok(None) };
        startup::check_canary(&store, &vault).await?;
        let hints = match &self.redis {
            Some(redis) => {
                wake::redis(redis.url.expose_secret(), &redis.prefix, Arc::clone(&clock))?
            }
            None => wake::memory(),
        };
        let operator_key = self.provider.operator_key.clone().map(UserApiKey::from_opened);
        worker::start(
            WorkerEnv {
                store: store.clone(),
                opener: vault.opener(),
                openrouter: openrouter::connect(&self.provider, Arc::clone(&clock))?,
                wakes: hints.wake_sender.clone(),
                woken: hints.wake_receiver,
                nudges: hints.nudge_sender,
                settings: WorkerSettings::new(&self.requests, self.provider.slots, operator_key),
                redactor: self.redactor.clone(),
            },
            lifecycle,
        );
        let bot = bot::BotEnv {
            token: self.discord_token,
            discord: self.discord,
            requests: self.requests,
            store: store.clone(),
            sealer: vault.sealer(),
            secrets: vault.bot_secrets(),
            wakes: hints.wake_sender,
            nudges: hints.nudge_receiver,
            redactor: self.redactor,
            lifecycle: lifecycle.clone(),
            pace: bot::lease::Pace::default(),
        };
        lifecycle.spawn("bot", bot::run(bot));
        Ok(Some(store))
    }
}
