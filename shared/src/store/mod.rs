//! Where bot and worker meet: the database, one file per aggregate.
//!
//! The life of a request (docs/ARCHITECTURE.md) is spread over the files in the order of events:
//!
//! | file | what it decides |
//! |---|---|
//! | `incoming`, `accept` | T0: a message becomes requests and deliveries, or is refused |
//! | `gather` | what a request waits for before it is queued |
//! | `payer` | whose key pays |
//! | `claim` | T1: which request a worker takes next; whom to wake; T2': putting one back |
//! | `calls` | T2, T3: the fence before the call, and what is noted while it streams |
//! | `outcome` | T4: answer, failure or interruption, together with the usage row |
//! | `workers` | beats, and what becomes of a dead worker's requests (T1r, T5) |
//! | `stop` | T7 and Retry: what the author of a request may do to it |
//! | `expire` | what ends that nobody took in time |
//! | `withdraw`, `edits` | what becomes of a request whose message is deleted or changed |
//! | `replies`, `regenerate` | what is done about a reply: taking it back, asking for another |
//! | `places` | where who may speak, at T0 and at the fence |
//! | `deliveries` | what the bot has to show, and what it has shown |
//! | `key_holders`, `rotation` | who holds which master key, and sealing anew |
//!
//! Everything about one user is decided under the lock of that user's `user_queues` row, taken
//! before any row of `requests`: two lock orders once gave 131 deadlocks in 8 seconds.

mod db;
mod error;
mod migrate;

mod accept;
mod budgets;
mod calls;
mod canary;
mod claim;
mod columns;
mod deliveries;
mod edits;
mod expire;
mod gather;
mod imports;
mod incoming;
mod key_checks;
mod key_connections;
mod key_holders;
mod keys;
mod leases;
pub mod legacy;
mod models;
mod notices;
mod outcome;
mod overview;
mod payer;
mod personalities;
mod places;
mod reconcile;
mod regenerate;
mod replies;
mod rotation;
mod stop;
mod turns;
mod usage;
mod user_models;
mod users;
mod withdraw;
mod workers;

#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

pub use crate::config::DatabaseUrl as Engine;
pub use budgets::Spending;
pub use calls::{FenceRefusal, Fenced, PartialText};
pub use claim::ClaimedRequest;
pub use deliveries::{NewPart, OpenDelivery, PostedPart, ShardRange};
pub use error::{Result, StoreError};
pub use gather::GATHERING_LASTS;
pub use imports::{
    Done, ImportRun, Imported, Importer, LeftAlone, NameConflict, NewKey, OlderActivation,
    OlderKey, OlderTurn, OlderUsage, OlderUser, Skipped, ToImport, Undone,
};
pub use incoming::{Accepted, Incoming, Limits, Place, Refusal, ReplyBy, SystemKey};
pub use key_checks::{
    ATTEMPTS_WITHIN, AnswerToken, CheckAsked, CheckPurpose, ClaimedCheck, MAX_ATTEMPTS,
    NewKeyCheck, Unanswered, VerdictOutcome,
};
pub use key_connections::{Connection, NewConnection, Redeemed};
pub use key_holders::{KeyHolder, ProcessRole};
pub use keys::{KeyChange, LiveKey, SealedKey};
pub use leases::Lease;
pub use models::CatalogueOutcome;
pub use notices::{Notice, NoticeKind};
pub use outcome::{CallEnd, CallRecord};
pub use overview::{KeyOverview, RequestOverview};
pub use payer::{ModelChoice, Payer};
pub use personalities::{
    Created, Deleted, Draft, Editor, ListOf, Listed, NewDraft, Ownership, Personality, Portrait,
    Replaced, Seen, Transferred, VisibleName,
};
pub use places::{Activated, ActiveHere, Rule, ServerPlaces, ServerPolicy, ServerStatus};
pub use reconcile::ToReconcile;
pub use regenerate::Regenerated;
pub use replies::Reply;
pub use rotation::{SealCount, SealedIn, SealedRow};
pub use stop::{Retried, Stopped};
pub use turns::{Conversation, Turn, UNDO_FOR};
pub use usage::{
    AccountCall, AccountUsage, GroupOf, Latency, RecentCall, UsageBy, UsageCursor, UsageGroup,
    UsageRow, UsageSummary, UsageSums,
};
pub use user_models::{RequestedModel, UserModel};
pub use users::User;

use crate::clock::{Clock, SharedClock};
pub use crate::context::RequestContext;
use db::{Db, Tx};

/// The database, shared by everything in a process.
#[derive(Clone)]
pub struct Store {
    db: Db,
    clock: SharedClock,
}

impl Store {
    /// Connects, and brings the tables up to date.
    pub async fn open(engine: &Engine, clock: SharedClock) -> Result<Self> {
        Ok(Self { db: migrate::connect(engine).await?, clock })
    }

    /// The clock that stamps rows and ids.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The same clock, to hand on.
    #[must_use]
    pub fn shared_clock(&self) -> SharedClock {
        Arc::clone(&self.clock)
    }

    /// Ends every connection, once what runs on them is done.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// Takes the lock under which everything about `user` is decided.
async fn lock_user(tx: &mut Tx, user: crate::ids::UserId) -> Result<()> {
    // SQLite has the whole database locked by BEGIN IMMEDIATE
    if let Tx::Postgres(tx) = tx {
        sqlx::query("SELECT 1 FROM user_queues WHERE user_id = $1 FOR UPDATE")
            .bind(user)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
