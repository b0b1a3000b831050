//! Bot and worker side by side in one process: the same two libraries that the separate binaries run,
//! with wake-ups in memory.

use bot::BotEnv;
use secrecy::SecretString;
use shared::{
    config::{
        DatabaseUrl, DiscordConfig, MasterKeyTexts, ProviderConfig, RedisConfig, RequestConfig,
    },
    key_hold::KeyHold,
    lifecycle::{Interrupts, Lifecycle},
    secret::UserApiKey,
    startup::{self, Ground},
    store::{ProcessRole, Store},
    telemetry::Redactor,
    vault::Vault,
    wake::{NudgeSender, WakeReceiver, WakeSender},
};
use worker::{WorkerEnv, WorkerSettings, attachments::Attachments, providers::Providers};

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

/// Bot and worker, ready to be started.
pub(crate) struct Opened {
    /// Where they meet. It is to be closed after both.
    pub(crate) store: Store,
    /// This process's word that it holds the master key; to be released before.
    pub(crate) hold: KeyHold,
    /// What the bot is started with.
    pub(crate) bot: BotEnv,
    /// What a worker is started with.
    pub(crate) worker: WorkerParts,
    /// What tells it whom to look at.
    pub(crate) woken: WakeReceiver,
}

/// What a worker of this process is made of, also one that takes another's place.
pub(crate) struct WorkerParts {
    store: Store,
    vault: Vault,
    providers: Providers,
    attachments: Attachments,
    wakes: WakeSender,
    nudges: NudgeSender,
    requests: RequestConfig,
    provider: ProviderConfig,
    redactor: Redactor,
}

impl OneProcess {
    /// Opens what both need. `None` when the process was interrupted before the database was there.
    pub(crate) async fn open(
        self,
        lifecycle: &Lifecycle,
        interrupts: &mut Interrupts,
    ) -> anyhow::Result<Option<Opened>> {
        let (redis, keys) = (self.redis.as_ref(), &self.master_keys);
        let role = ProcessRole::Troupe;
        let opened = startup::open(role, &self.database, redis, keys, interrupts.next()).await?;
        let Some(Ground { store, vault, hints, hold }) = opened else { return Ok(None) };
        let bot = BotEnv {
            token: self.discord_token,
            discord: self.discord,
            store: store.clone(),
            sealer: vault.sealer(),
            secrets: vault.bot_secrets(),
            wakes: hints.wake_sender.clone(),
            nudges: hints.nudge_receiver,
            redactor: self.redactor.clone(),
            lifecycle: lifecycle.clone(),
            pace: bot::lease::Pace::default(),
            requests: self.requests.clone(),
        };
        let worker = WorkerParts {
            store: store.clone(),
            vault,
            providers: Providers::connect(&self.provider, &store.shared_clock())?,
            attachments: Attachments::new(&self.provider.attachment_origins)?,
            wakes: hints.wake_sender,
            nudges: hints.nudge_sender,
            requests: self.requests,
            provider: self.provider,
            redactor: self.redactor,
        };
        Ok(Some(Opened { store, hold, bot, worker, woken: hints.wake_receiver }))
    }
}

impl Opened {
    /// Starts both; they end with `lifecycle`. The hold is to be released and the store closed after that.
    pub(crate) fn start(self, lifecycle: &Lifecycle) -> (Store, KeyHold) {
        worker::start(self.worker.env(self.woken), lifecycle);
        lifecycle.spawn("bot", bot::run(self.bot));
        (self.store, self.hold)
    }
}

impl WorkerParts {
    /// What one worker is started with.
    pub(crate) fn env(&self, woken: WakeReceiver) -> WorkerEnv {
        let operator_key = self.provider.operator_key.clone().map(UserApiKey::from_opened);
        WorkerEnv {
            store: self.store.clone(),
            opener: self.vault.opener(),
            providers: self.providers.clone(),
            attachments: self.attachments.clone(),
            wakes: self.wakes.clone(),
            woken,
            nudges: self.nudges.clone(),
            settings: WorkerSettings::new(&self.requests, self.provider.slots, operator_key),
            redactor: self.redactor.clone(),
        }
    }
}
