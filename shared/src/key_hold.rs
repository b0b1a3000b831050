//! A process says which master keys it holds, for as long as it lives, so that `troupe rotate-key` knows
//! whom to wait for.
//!
//! It says so before its own look at the canaries, and a rotation looks at the holders after it has added
//! the new canary. So of the two at least one sees the other: a process without the new key is either
//! waited for or refused.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval},
};
use tracing::{info, warn};

use crate::{
    ids::ProcessId,
    liveness::{BEAT_EVERY, Watch},
    store::{KeyHolder, ProcessRole, Result, Store},
    vault::Vault,
};

/// How often the rows of processes that died are looked for.
const TIDY_EVERY: Duration = Duration::from_mins(1);

/// This process's word on its keys. It stands until [released](Self::release); dropped, it looks like a
/// process that died.
pub struct KeyHold {
    store: Store,
    id: ProcessId,
    beats: JoinHandle<()>,
}

impl KeyHold {
    /// Says it for the first time, and goes on beating.
    pub async fn take(store: &Store, vault: &Vault, role: ProcessRole) -> Result<Self> {
        let holder = KeyHolder {
            id: ProcessId::new(store.clock()),
            role,
            pid: std::process::id(),
            key_ids: vault.key_ids(),
            beat: 0,
            started_at: store.clock().now(),
        };
        store.hold_keys(&holder).await?;
        info!(process.id = %holder.id, role = role.as_str(), keys = ?holder.key_ids, "this process holds the master key");
        let id = holder.id;
        let beats = tokio::spawn(beat(store.clone(), holder));
        Ok(Self { store: store.clone(), id, beats })
    }

    /// Takes the word back, at the end of everything that seals or opens.
    pub async fn release(mut self) {
        self.beats.abort();
        // a beat that is being written would bring the row back
        let _ = (&mut self.beats).await;
        if let Err(error) = self.store.let_go_of_keys(self.id).await {
            warn!(process.id = %self.id, kind = %error, "this process could not say that it ends");
        }
    }
}

impl Drop for KeyHold {
    fn drop(&mut self) {
        self.beats.abort();
    }
}

async fn beat(store: Store, holder: KeyHolder) {
    let mut beats = interval(BEAT_EVERY);
    let mut tidying = interval(TIDY_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tidying.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watch = Watch::default();
    loop {
        tokio::select! {
            _ = beats.tick() => {
                if let Err(error) = store.hold_keys(&holder).await {
                    warn!(process.id = %holder.id, kind = %error, "a beat could not be written");
                }
            }
            _ = tidying.tick() => {
                if let Err(error) = tidy(&store, &mut watch).await {
                    watch = Watch::default();
                    warn!(kind = %error, "could not look who holds the master key");
                }
            }
        }
    }
}

/// Takes the rows of processes away that died. Two looks are a minute apart, and a beat is due every few
/// seconds; one that was only frozen comes back with its next.
async fn tidy(store: &Store, watch: &mut Watch<ProcessId, i64>) -> Result<()> {
    let holders = store.key_holders().await?;
    let beats: Vec<_> = holders.iter().map(|holder| (holder.id, holder.beat)).collect();
    for (dead, beat) in watch.look(&beats, Instant::now()) {
        if store.forget_key_holder(dead, beat).await? {
            info!(process.id = %dead, "a process that held the master key is dead");
        }
    }
    Ok(())
}
