//! Row after row, until a whole pass finds nothing more to do.

use std::fmt;

use indicatif::ProgressBar;
use shared::{
    store::{SealedIn, SealedRow, Store},
    vault::{KeyId, OpenError, ResealError, Resealed, Resealer},
};
use uuid::Uuid;

use super::patiently;
use crate::{import::bar::bar, tools::print};

/// A process that seals with an old key could make work for ever.
const PASSES: usize = 10;
/// Rows that a rehearsal reads at once.
const PAGE: u32 = 500;

/// What became of what was found.
#[derive(Default)]
pub(super) struct Done {
    pub(super) resealed: u64,
    /// Of the last pass: what was removed since is no problem any more.
    pub(super) unreadable: Vec<Unreadable>,
}

/// A row that does not open.
pub(super) struct Unreadable {
    place: SealedIn,
    id: Uuid,
    /// The key that it names, if it names one.
    pub(super) key: Option<KeyId>,
    why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.place.column().split('.').next().unwrap_or_default();
        write!(f, "{table} {}: {}", self.id, self.why)
    }
}

impl Done {
    pub(super) fn add(&mut self, later: Self) {
        self.resealed += later.resealed;
        self.unreadable = later.unreadable;
    }
}

/// Seals anew until nothing is left that opens with another key.
pub(super) async fn run(
    store: &Store,
    resealer: &Resealer,
    current: KeyId,
    batch: u32,
    progress: &mut Progress,
) -> anyhow::Result<Done> {
    let mut done = Done::default();
    for _ in 0..PASSES {
        let (pass, overtaken) = pass(store, resealer, current, batch, progress).await?;
        let nothing_left = pass.resealed == 0 && overtaken == 0;
        done.add(pass);
        if nothing_left {
            break;
        }
    }
    Ok(done)
}

async fn pass(
    store: &Store,
    resealer: &Resealer,
    current: KeyId,
    batch: u32,
    progress: &mut Progress,
) -> anyhow::Result<(Done, u64)> {
    let (mut done, mut overtaken) = (Done::default(), 0);
    for place in SealedIn::ALL {
        let mut after = Uuid::nil();
        loop {
            let page = patiently(|| store.sealed_with_others(place, current, after, batch));
            let rows = page.await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let ready = reseal(resealer, rows, &mut done.unreadable)?;
            if ready.is_empty() {
                continue;
            }
            let written = patiently(|| store.reseal(&ready)).await?;
            overtaken += ready.len() as u64 - written;
            done.resealed += written;
            progress.add(written)?;
        }
    }
    Ok((done, overtaken))
}

/// Finds what does not open, and changes nothing.
pub(super) async fn rehearse(
    store: &Store,
    resealer: &Resealer,
    current: KeyId,
) -> anyhow::Result<Done> {
    let mut done = Done::default();
    for place in SealedIn::ALL {
        let mut after = Uuid::nil();
        loop {
            let rows = store.sealed_with_others(place, current, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            reseal(resealer, rows, &mut done.unreadable)?;
        }
    }
    Ok(done)
}

/// The rows with their new seals, but for those that don't open.
fn reseal(
    resealer: &Resealer,
    rows: Vec<SealedRow>,
    left: &mut Vec<Unreadable>,
) -> anyhow::Result<Vec<(SealedRow, Resealed)>> {
    let mut ready = Vec::with_capacity(rows.len());
    for row in rows {
        match row.sealed.as_ref().map(|sealed| resealer.reseal(&row.bound, sealed)) {
            Ok(Ok(new)) => ready.push((row, new)),
            Ok(Err(ResealError::Open(why))) => left.push(unreadable(&row, why)),
            Ok(Err(ResealError::Seal(error))) => return Err(error.into()),
            Err(malformed) => left.push(unreadable(&row, (*malformed).into())),
        }
    }
    Ok(ready)
}

fn unreadable(row: &SealedRow, why: OpenError) -> Unreadable {
    let key = row.sealed.as_ref().ok().map(shared::vault::Sealed::key_id);
    let why = match why {
        OpenError::UnknownKeyId(key) => {
            format!("sealed with the master key {key}, which APP_MASTER_KEY_PREVIOUS does not have")
        }
        other => other.to_string(),
    };
    Unreadable { place: row.place, id: row.id, key, why }
}

/// A bar on a terminal, a line for each tenth elsewhere.
pub(super) struct Progress {
    bar: ProgressBar,
    total: u64,
    done: u64,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        Self { bar: bar(total, "sealed anew"), total, done: 0 }
    }

    fn add(&mut self, rows: u64) -> anyhow::Result<()> {
        let tenth = |done: u64| done * 10 / self.total.max(1);
        let (before, now) = (self.done, self.done + rows);
        self.bar.inc(rows);
        if self.bar.is_hidden() && tenth(now) > tenth(before) {
            print(&[format!("sealed anew: {now} of {}", self.total.max(now))])?;
        }
        self.done = now;
        Ok(())
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
