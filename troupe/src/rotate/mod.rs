//! `troupe rotate-key`: everything sealed anew with the current master key.
//!
//! In this order: is it this database's key; does every process know the new one; the new canary, and the
//! same question once more; row after row; does nobody seal with an old key any more; the old canaries.
//! Each step leaves a database that works, so it may be killed anywhere. A run begins with what it finds.

mod passes;
mod processes;
mod settle;

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use shared::{
    config::{self, Environment},
    hardening::keep_memory_private,
    startup,
    store::{KeyHolder, Result, Store},
    vault::{KeyId, Vault},
};
use tokio::time::{Instant, sleep};

use self::passes::{Done, Progress};
use crate::{
    cli::RotateArgs,
    import::{in_runtime, open_store},
    tools::{print, report_as},
};

/// Something can't be opened: its row is named.
const UNREADABLE: u8 = 3;
/// A process has to be given the new key before this can end.
const NOT_EVERYWHERE: u8 = 4;
/// How long a database that does not answer is asked again.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &RotateArgs, local: bool) -> ExitCode {
    // before the first secret is read
    let private = keep_memory_private();
    report_as(in_runtime(async {
        if let Err(error) = private {
            print(&[format!("this process' memory can be read by others of its user: {error}")])?;
        }
        let config = config::for_rotation(&Environment::from_process()?, local)?;
        let vault = startup::open_vault(&config.master_keys)?;
        let store = open_store(&config.process, &config.database).await?;
        let rotation = Rotation { store: &store, vault: &vault, args };
        let done = if args.dry_run { rotation.rehearse().await } else { rotation.perform().await };
        store.close().await;
        done
    }))
}

struct Rotation<'a> {
    store: &'a Store,
    vault: &'a Vault,
    args: &'a RotateArgs,
}

/// How much is sealed with which key.
struct Inventory {
    with_current: u64,
    with_others: BTreeMap<String, u64>,
    erased: u64,
}

impl Inventory {
    async fn take(store: &Store, current: KeyId) -> Result<Self> {
        let current = current.to_string();
        let mut with_others = BTreeMap::<String, u64>::new();
        for count in store.seal_counts().await? {
            *with_others.entry(count.key_id).or_default() += count.rows;
        }
        let with_current = with_others.remove(&current).unwrap_or_default();
        Ok(Self { with_current, with_others, erased: store.erased_keys().await? })
    }

    fn to_do(&self) -> u64 {
        self.with_others.values().sum()
    }

    /// How many rows name this key.
    fn with(&self, key: KeyId) -> u64 {
        self.with_others.get(&key.to_string()).copied().unwrap_or_default()
    }
}

impl Rotation<'_> {
    async fn perform(&self) -> anyhow::Result<ExitCode> {
        let current = self.vault.current_key_id();
        let is_known = startup::check_canaries(self.store, self.vault).await?;
        let before = self.introduce().await?;
        if before.to_do() == 0 && self.old_canaries().await?.is_empty() {
            return self.nothing_to_do().await;
        }
        let knows_not = |holder: &KeyHolder| !holder.knows(current);
        if let Some(refused) = self.wait_for("does not know the new key", knows_not).await? {
            print(&["nothing was changed"])?;
            return Ok(refused);
        }
        if !is_known {
            let canary = self.vault.seal_canary()?;
            patiently(|| self.store.add_canary(&canary)).await?;
            startup::check_canaries(self.store, self.vault).await?;
        }
        // one that started meanwhile has been refused by the canary, or is seen now
        if let Some(refused) = self.wait_for("does not know the new key", knows_not).await? {
            print(&["nothing was sealed anew"])?;
            return Ok(refused);
        }
        let mut progress = Progress::new(before.to_do());
        let mut done = self.pass_until_done(&mut progress).await?;
        let seals = |holder: &KeyHolder| holder.seals_with_another(current);
        let in_the_way = self.wait_for("still seals with another key", seals).await?;
        done.add(self.pass_until_done(&mut progress).await?);
        progress.finish();
        patiently(|| self.store.unname_erased_keys(current)).await?;
        let settled = self.settle(&done).await?;
        tell(&before, &done)?;
        print(&settled.lines)?;
        Ok(match in_the_way {
            Some(refused) => refused,
            None if !settled.all_may_go => ExitCode::from(NOT_EVERYWHERE),
            None if !done.unreadable.is_empty() => ExitCode::from(UNREADABLE),
            None => ExitCode::SUCCESS,
        })
    }

    /// Says what would be done, and finds what can't be opened.
    async fn rehearse(&self) -> anyhow::Result<ExitCode> {
        let current = self.vault.current_key_id();
        startup::check_canaries(self.store, self.vault).await?;
        let before = self.introduce().await?;
        let found = passes::rehearse(self.store, &self.vault.resealer(), current).await?;
        let lines = found.unreadable.iter().map(|row| format!("can't be opened: {row}"));
        print(&lines.collect::<Vec<_>>())?;
        let holders = self.store.key_holders().await?;
        let in_the_way = holders
            .iter()
            .filter(|holder| !holder.knows(current) || holder.seals_with_another(current));
        let in_the_way: Vec<_> = in_the_way.map(processes::describe).collect();
        for process in &in_the_way {
            print(&[format!("to be given the new key first, if it still lives: {process}")])?;
        }
        let to_do = before.to_do() - found.unreadable.len() as u64;
        print(&[format!("this was a dry run: {to_do} would be sealed anew, nothing was changed")])?;
        Ok(match (in_the_way.is_empty(), found.unreadable.is_empty()) {
            (false, _) => ExitCode::from(NOT_EVERYWHERE),
            (true, false) => ExitCode::from(UNREADABLE),
            (true, true) => ExitCode::SUCCESS,
        })
    }

    async fn introduce(&self) -> anyhow::Result<Inventory> {
        let [current, previous @ ..] = &*self.vault.key_ids() else {
            anyhow::bail!("there is no master key")
        };
        let before = Inventory::take(self.store, *current).await?;
        let listed =
            |ids: &[KeyId]| ids.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ");
        let mut lines = vec![match previous {
            [] => format!("the master key {current} seals"),
            _ => format!("the master key {current} seals, {} only open", listed(previous)),
        }];
        for (key, rows) in &before.with_others {
            let key = if key.is_empty() { "no key that is named" } else { key };
            lines.push(format!("sealed with {key}: {rows}"));
        }
        print(&lines)?;
        Ok(before)
    }

    async fn nothing_to_do(&self) -> anyhow::Result<ExitCode> {
        let current = self.vault.current_key_id();
        let in_the_way =
            |holder: &KeyHolder| !holder.knows(current) || holder.seals_with_another(current);
        print(&["nothing to do: all that is stored is sealed with it already"])?;
        let refused = self.wait_for("does not use this key", in_the_way).await?;
        if refused.is_none() && self.vault.key_ids().len() > 1 {
            print(&["APP_MASTER_KEY_PREVIOUS can be taken out of the settings of every process"])?;
        }
        Ok(refused.unwrap_or(ExitCode::SUCCESS))
    }

    /// Waits until no living process stands in the way. The exit status if one still does.
    async fn wait_for(
        &self,
        why: &str,
        stands_in_the_way: impl Fn(&KeyHolder) -> bool,
    ) -> anyhow::Result<Option<ExitCode>> {
        let patience = Duration::from_secs(self.args.wait);
        let left = processes::wait(self.store, why, stands_in_the_way, patience).await?;
        let lines: Vec<_> = left
            .iter()
            .map(|holder| format!("{}: it {why}", processes::describe(holder)))
            .collect();
        if lines.is_empty() {
            return Ok(None);
        }
        print(&lines)?;
        print(&[
            "restart each with the new key in APP_MASTER_KEY and the old one in APP_MASTER_KEY_PREVIOUS, \
                 then run this again",
        ])?;
        Ok(Some(ExitCode::from(NOT_EVERYWHERE)))
    }

    async fn pass_until_done(&self, progress: &mut Progress) -> anyhow::Result<Done> {
        let (resealer, current) = (self.vault.resealer(), self.vault.current_key_id());
        passes::run(self.store, &resealer, current, self.args.batch_size, progress).await
    }
}

fn tell(before: &Inventory, done: &Done) -> anyhow::Result<()> {
    let mut lines = vec![
        format!("sealed anew:         {}", done.resealed),
        format!("already new:         {}", before.with_current),
        format!("erased by removal:   {}", before.erased),
        format!("can't be opened:     {}", done.unreadable.len()),
    ];
    lines.extend(done.unreadable.iter().map(|row| format!("can't be opened: {row}")));
    print(&lines)
}

/// Asks again while the database does not answer. What was done stays done.
async fn patiently<T, F: Future<Output = Result<T>>>(mut ask: impl FnMut() -> F) -> Result<T> {
    let started = Instant::now();
    loop {
        match ask().await {
            Err(error) if error.is_transient() && started.elapsed() < PATIENCE => {
                sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}
