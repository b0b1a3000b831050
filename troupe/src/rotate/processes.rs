//! Whom a rotation waits for: living processes that were not given the new key.

use std::time::Duration;

use shared::{
    liveness::Watch,
    store::{KeyHolder, Store},
};
use tokio::time::{Instant, sleep};

use crate::tools::print;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Waits until no living process stands in the way, for so long. Those that still do; none, if all is well.
/// A process whose beat stands still is dead, and taken off the list.
pub(super) async fn wait(
    store: &Store,
    why: &str,
    stands_in_the_way: impl Fn(&KeyHolder) -> bool,
    patience: Duration,
) -> anyhow::Result<Vec<KeyHolder>> {
    let started = Instant::now();
    let (mut watch, mut told) = (Watch::default(), Vec::new());
    loop {
        match look(store, &mut watch, &stands_in_the_way).await {
            Ok(left) if left.is_empty() || started.elapsed() >= patience => return Ok(left),
            Ok(left) => {
                for holder in left.iter().filter(|holder| !told.contains(&holder.id)) {
                    print(&[format!("waiting for {}: it {why}", describe(holder))])?;
                }
                told = left.iter().map(|holder| holder.id).collect();
            }
            Err(error) if error.is_transient() && started.elapsed() < patience => {
                watch = Watch::default();
            }
            Err(error) => return Err(error.into()),
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn look(
    store: &Store,
    watch: &mut Watch<shared::ids::ProcessId, i64>,
    stands_in_the_way: impl Fn(&KeyHolder) -> bool,
) -> shared::store::Result<Vec<KeyHolder>> {
    let mut left = store.key_holders().await?;
    left.retain(stands_in_the_way);
    let beats: Vec<_> = left.iter().map(|holder| (holder.id, holder.beat)).collect();
    for (dead, beat) in watch.look(&beats, Instant::now()) {
        if store.forget_key_holder(dead, beat).await? {
            left.retain(|holder| holder.id != dead);
        }
    }
    Ok(left)
}

/// By which an operator finds a process; its log names the same id.
pub(super) fn describe(holder: &KeyHolder) -> String {
    let keys: Vec<_> = holder.key_ids.iter().map(ToString::to_string).collect();
    format!(
        "{} {} (pid {}, since {} UTC, with {})",
        holder.role,
        holder.id,
        holder.pid,
        holder.started_at.format("%Y-%m-%d %H:%M:%S"),
        keys.join(", ")
    )
}
