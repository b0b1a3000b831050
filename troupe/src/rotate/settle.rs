//! The end of a rotation: which of the old keys may go.

use shared::{
    store::KeyHolder,
    vault::{KeyId, Sealed},
};

use super::{Inventory, Rotation, passes::Done, patiently, processes};

/// What the old keys may do.
pub(super) struct Settled {
    pub(super) all_may_go: bool,
    pub(super) lines: Vec<String>,
}

impl Rotation<'_> {
    /// The constants of other keys than the current one.
    pub(super) async fn old_canaries(&self) -> anyhow::Result<Vec<Sealed>> {
        let current = self.vault.current_key_id();
        let mut canaries = self.store.canaries().await?;
        canaries.retain(|canary| canary.key_id() != current);
        Ok(canaries)
    }

    /// Retires the constants of keys that nothing needs any more, looks once more, and says of every old
    /// key whether it may go.
    pub(super) async fn settle(&self, done: &Done) -> anyhow::Result<Settled> {
        let canaries = self.old_canaries().await?;
        let needed = self.needed(done).await?;
        let retired: Vec<KeyId> =
            canaries.iter().map(Sealed::key_id).filter(|key| !needed.contains(key)).collect();
        patiently(|| self.store.retire_canaries(&retired)).await?;
        // somebody with an old key may have started in between; they had the constant before their eyes
        let needed = self.needed(done).await?;
        for canary in canaries.iter().filter(|canary| needed.contains(&canary.key_id())) {
            patiently(|| self.store.add_canary(canary)).await?;
        }
        let mut old: Vec<KeyId> = self.vault.key_ids().split_off(1);
        old.extend(canaries.iter().map(Sealed::key_id));
        old.sort_unstable();
        old.dedup();
        let mut lines: Vec<String> = old.iter().map(|key| verdict(*key, &needed, done)).collect();
        lines.extend(self.would_bring_back().await?);
        Ok(Settled { all_may_go: needed.is_empty(), lines })
    }

    /// The old keys with which something opens, or with which somebody seals.
    async fn needed(&self, done: &Done) -> anyhow::Result<Vec<KeyId>> {
        let current = self.vault.current_key_id();
        let left = Inventory::take(self.store, current).await?;
        let holders = self.store.key_holders().await?;
        let sealing: Vec<&KeyHolder> =
            holders.iter().filter(|holder| holder.seals_with_another(current)).collect();
        let mut old = self.vault.key_ids().split_off(1);
        old.retain(|key| {
            left.with(*key) > unreadable_with(done, *key)
                || sealing.iter().any(|holder| holder.key_ids.first() == Some(key))
        });
        Ok(old)
    }

    /// Workers seal nothing, but one that starts with an old key as its current one makes it known again.
    async fn would_bring_back(&self) -> anyhow::Result<Vec<String>> {
        let current = self.vault.current_key_id();
        let mut holders = self.store.key_holders().await?;
        holders.retain(|holder| !holder.role.seals() && holder.key_ids.first() != Some(&current));
        let line = |holder| {
            let process = processes::describe(holder);
            format!("give it the new key as its current one before it starts again: {process}")
        };
        Ok(holders.iter().map(line).collect())
    }
}

fn unreadable_with(done: &Done, key: KeyId) -> u64 {
    done.unreadable.iter().filter(|row| row.key == Some(key)).count() as u64
}

fn verdict(key: KeyId, needed: &[KeyId], done: &Done) -> String {
    if needed.contains(&key) {
        return format!(
            "{key} must stay in APP_MASTER_KEY_PREVIOUS: something is still sealed with it. Run this again"
        );
    }
    let unreadable = unreadable_with(done, key);
    let besides = if unreadable == 0 {
        "nothing is sealed with it any more".to_owned()
    } else {
        format!("{unreadable} that name it don't open with it either, and nothing else does")
    };
    format!(
        "{key} may go: {besides}. Take it out of APP_MASTER_KEY_PREVIOUS; backups from before need it"
    )
}
