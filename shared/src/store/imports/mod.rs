//! What comes from older systems, and from exports of our own.
//!
//! An [`Importer`] is one run of `troupe import`. Each of its methods is one transaction: a run that is
//! killed leaves whole personalities and nothing half done, and doing it again goes on from there.
//!
//! | file | what comes |
//! |---|---|
//! | `people` | users, and the owner of what has none |
//! | `personality` | personalities, with the names that are still free |
//! | `keys` | users' keys, sealed anew |
//! | `history` | turns of conversations, and the log of usage |
//! | `channels` | who speaks in a channel unasked |
//! | `export` | the way out: what there is, for a file |
//! | `ledger` | what was there before, what came from where |
//! | `runs` | which runs there are |
//! | `undo` | taking a run back |
//!
//! A rehearsal (`--dry-run`) does all of it in one transaction that is never committed.

mod channels;
mod done;
mod export;
mod history;
mod keys;
mod ledger;
mod people;
mod personality;
mod runs;
mod undo;

pub use channels::OlderActivation;
pub use done::{Done, Skipped};
pub use history::{OlderTurn, OlderUsage};
pub use keys::{NewKey, OlderKey};
pub use people::OlderUser;
pub use personality::{Imported, NameConflict, ToImport};
pub use runs::ImportRun;
pub use undo::{LeftAlone, Undone};

use super::{
    Result, Store,
    db::{Tx, on_tx},
};
use crate::ids::ImportRunId;

/// One run of an import.
pub struct Importer {
    store: Store,
    run: ImportRunId,
    /// The older system: origins of different ones never meet.
    source: &'static str,
    rehearsal: bool,
    /// The transaction of a rehearsal.
    open: Option<Tx>,
    /// How many changes were noted.
    noted: i64,
    /// How many of them are there to stay.
    kept: i64,
    /// Told once the first of them is.
    tell: Option<Box<dyn FnOnce(ImportRunId) + Send>>,
}

impl Store {
    /// Begins a run. Nothing is written before there is something to change; when the first change is
    /// there to stay, `tell` is given the id by which all of them can be undone: who knows how far the
    /// run will come.
    #[must_use]
    pub fn importer(
        &self,
        source: &'static str,
        rehearsal: bool,
        tell: impl FnOnce(ImportRunId) + Send + 'static,
    ) -> Importer {
        let run = ImportRunId::new(self.clock());
        let (store, tell) = (self.clone(), Some(Box::new(tell) as Box<_>));
        Importer { store, run, source, rehearsal, open: None, noted: 0, kept: 0, tell }
    }
}

impl Importer {
    /// The transaction of one step.
    async fn begin(&mut self) -> Result<Tx> {
        match self.open.take() {
            Some(tx) => Ok(tx),
            None => self.store.db.begin().await,
        }
    }

    /// The step holds, unless this is a rehearsal.
    async fn end(&mut self, tx: Tx) -> Result<()> {
        if self.rehearsal {
            self.open = Some(tx);
        } else {
            tx.commit().await?;
            self.kept = self.noted;
            if self.kept > 0
                && let Some(tell) = self.tell.take()
            {
                tell(self.run);
            }
        }
        Ok(())
    }

    /// Ends the run. Gives its id, if it changed something that can be undone.
    pub async fn finish(mut self) -> Result<Option<ImportRunId>> {
        const SQL: &str = "UPDATE import_runs SET finished_at = $2 WHERE id = $1";
        if self.rehearsal || self.kept == 0 {
            return Ok(None);
        }
        let mut tx = self.begin().await?;
        let now = self.store.clock.now();
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(self.run)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        self.end(tx).await?;
        Ok(Some(self.run))
    }
}
