//! Bot and worker side by side in one process: the same two libraries that the separate binaries run,
//! with wake-ups in memory.

use secrecy::SecretString;
use shared::{
    config::{
        DatabaseUrl, DiscordConfig, MasterKeyTexts, ProviderConfig, RedisConfig, RequestConfig,
    },
    lifecycle::{Interrupts, Lifecycle},
    secret::UserApiKey,
    startup::{self, Ground},
    store::Store,
    telemetry::Redactor,
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
        let (redis, keys) = (self.redis.as_ref(), &self.master_keys);
        let opened = startup::open(&self.database, redis, keys, interrupts.next()).await?;
        let Some(Ground { store, vault, hints }) = opened else { return Ok(None) };
        let operator_key = self.provider.operator_key.clone().map(UserApiKey::from_opened);
        worker::start(
            WorkerEnv {
                store: store.clone(),
                opener: vault.opener(),
                openrouter: openrouter::connect(&self.provider, store.shared_clock())?,
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
