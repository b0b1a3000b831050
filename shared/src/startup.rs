//! What every process does before it serves: wait for the database, and make sure that its master
//! key is the right one.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;

use crate::{
    clock::{SharedClock, SystemClock},
    config::{MasterKeyTexts, RedisConfig},
    key_hold::KeyHold,
    store::{Engine, ProcessRole, Store, StoreError},
    vault::{CanaryError, MalformedMasterKey, MasterKey, MasterKeys, SealError, Vault},
    wake::{self, BadRedisUrl, Hints},
};

/// The first wait for a database that is not there, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A process that must not start. Each says what to do; the caller prints it and ends.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// The database can't be used: it was written by a newer Troupe, or a setting is wrong.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This database was sealed with another master key. Nobody's key is bad.
    #[error("the master key is not the one of this database, so nothing was started: {0}")]
    Canary(CanaryError),
    /// The constant could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The current master key is none.
    #[error("APP_MASTER_KEY: {0}")]
    MasterKey(MalformedMasterKey),
    /// One of the previous master keys is none.
    #[error("APP_MASTER_KEY_PREVIOUS: {0}")]
    PreviousMasterKey(MalformedMasterKey),
    /// There is no Redis at such an address.
    #[error(transparent)]
    Redis(#[from] BadRedisUrl),
}

/// Not as a source: the text has it already, and a log shows an error with its sources.
impl From<CanaryError> for StartupError {
    fn from(error: CanaryError) -> Self {
        Self::Canary(error)
    }
}

/// What bot and worker are handed once they may serve.
pub struct Ground {
    /// Where they meet, upgraded and [checked](check_canary).
    pub store: Store,
    /// The vault of this database.
    pub vault: Vault,
    /// What they tell each other.
    pub hints: Hints,
    /// This process's word that it holds these keys; to be released before the store is closed.
    pub hold: KeyHold,
}

/// Prepares what a process of this `role` stands on. Without a Redis, hints stay within it. `None` when
/// `told_to_stop` was ready before the database was.
pub async fn open(
    role: ProcessRole,
    database: &Engine,
    redis: Option<&RedisConfig>,
    master_keys: &MasterKeyTexts,
    told_to_stop: impl Future<Output = ()>,
) -> Result<Option<Ground>, StartupError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let vault = open_vault(master_keys)?;
    let opened = open_store(database, Arc::clone(&clock), told_to_stop).await?;
    let Some(store) = opened else { return Ok(None) };
    // said before the look at the canaries: see `key_hold`
    let hold = KeyHold::take(&store, &vault, role).await?;
    if let Err(refused) = check_canary(&store, &vault).await {
        hold.release().await;
        return Err(refused);
    }
    let hints = match redis {
        Some(redis) => wake::redis(redis.url.expose_secret(), &redis.prefix, clock)?,
        None => wake::memory(),
    };
    Ok(Some(Ground { store, vault, hints, hold }))
}

/// Makes the vault of the keys that the settings hold.
pub fn open_vault(texts: &MasterKeyTexts) -> Result<Vault, StartupError> {
    let read = |text: &SecretString| MasterKey::from_text(text.expose_secret());
    let current = read(&texts.current).map_err(StartupError::MasterKey)?;
    let previous: Result<Vec<_>, _> = texts.previous.iter().map(read).collect();
    let previous = previous.map_err(StartupError::PreviousMasterKey)?;
    Ok(Vault::new(MasterKeys { current, previous }))
}

/// Connects and upgrades. A database that is not there yet is waited for, with a word in the log;
/// one that can't be used is an error. `None` when `told_to_stop` was ready before.
pub async fn open_store(
    engine: &Engine,
    clock: SharedClock,
    told_to_stop: impl Future<Output = ()>,
) -> Result<Option<Store>, StartupError> {
    tokio::select! {
        store = wait_for_store(engine, clock) => store.map(Some),
        () = told_to_stop => Ok(None),
    }
}

async fn wait_for_store(engine: &Engine, clock: SharedClock) -> Result<Store, StartupError> {
    let mut wait = FIRST_WAIT;
    loop {
        match Store::open(engine, clock.clone()).await {
            Ok(store) => return Ok(store),
            Err(error) if error.is_transient() => {
                let seconds = wait.as_secs_f32();
                tracing::warn!(
                    retry_in_s = seconds,
                    "waiting for the database, which doesn't answer yet"
                );
            }
            Err(error) => return Err(error.into()),
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Refuses a start with a master key that this database does not know. A database that has not seen
/// any yet, or that was sealed with one of the previous keys, gets to know the current one.
pub async fn check_canary(store: &Store, vault: &Vault) -> Result<(), StartupError> {
    let known = check_canaries(store, vault).await?;
    if known {
        return Ok(());
    }
    store.add_canary(&vault.seal_canary()?).await?;
    // another process may have started with another key at the same moment: then neither goes on
    check_canaries(store, vault).await.map(drop)
}

/// Checks every constant there is, and writes none. Whether the current key's is among them.
pub async fn check_canaries(store: &Store, vault: &Vault) -> Result<bool, StartupError> {
    let canaries = store.canaries().await?;
    canaries.iter().try_for_each(|canary| vault.check_canary(canary))?;
    let current = vault.current_key_id();
    Ok(canaries.iter().any(|canary| canary.key_id() == current))
}
