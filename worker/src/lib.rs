//! Answers requests with the key of the person who asked.
//!
//! A worker claims a request, opens its payer's key, calls the model and writes answer and usage
//! in one transaction. It is the only room that opens keys and the only one that talks to model
//! providers; it knows nothing of Discord.
//!
//! ```text
//!  wake-up, sweep ─► runner ─► request: prompt ─► open key ─► fence ─► call ─► outcome
//!                      │                                       │         │
//!                      └─► key_checks                       (store)   streams ─► partial texts
//!  pulse: "I am alive"      reaper: "who is not?"      reconcile: "what did it cost?"
//!  catalogue: "which models are there?"
//! ```

pub mod attachments;
mod call;
mod catalogue;
mod connect;
mod gift;
mod key_checks;
mod open_key;
mod parameters;
mod persist;
mod prompt;
pub mod providers;
mod pulse;
mod reaper;
mod reasoning;
mod reconcile;
mod repeat;
mod request;
mod runner;
mod settings;
mod sight;
mod spending;
mod streams;

use std::sync::Arc;

use shared::{
    catalogue::CatalogueCache,
    lifecycle::Lifecycle,
    store::Store,
    telemetry::Redactor,
    vault::KeyOpener,
    wake::{NudgeSender, WakeReceiver, WakeSender},
};

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use attachments::Attachments;
use providers::Providers;
pub use settings::WorkerSettings;

/// All that a worker needs from outside.
pub struct WorkerEnv {
    /// Where it meets the bot.
    pub store: Store,
    /// Opens users' keys.
    pub opener: KeyOpener,
    /// Who runs the models.
    pub providers: Providers,
    /// Fetches what people send along.
    pub attachments: Attachments,
    /// Tells workers whom to look at.
    pub wakes: WakeSender,
    /// Where this one is told.
    pub woken: WakeReceiver,
    /// Tells the bot whom to look at.
    pub nudges: NudgeSender,
    /// Limits and defaults.
    pub settings: WorkerSettings,
    /// Keeps the keys in hand out of the log, whoever would write them.
    pub redactor: Redactor,
}

/// Starts a worker's tasks; they end with `lifecycle`.
///
/// In one process with the bot, or alone in its own: the caller decides by what it puts into `env`.
pub fn start(env: WorkerEnv, lifecycle: &Lifecycle) {
    let WorkerEnv {
        store,
        opener,
        providers,
        attachments,
        wakes,
        woken,
        nudges,
        settings,
        redactor,
    } = env;
    let pulse = pulse::Pulse::new(&store);
    let shared = Arc::new(runner::Shared {
        streams: streams::Streams::default(),
        requests: TaskTracker::new(),
        ready: Notify::new(),
        pulse,
        store,
        opener,
        providers,
        attachments,
        wakes,
        nudges,
        settings,
        redactor,
        lifecycle: lifecycle.clone(),
        catalogue: CatalogueCache::default(),
    });
    lifecycle.spawn("worker pulse", pulse::run(Arc::clone(&shared)));
    lifecycle.spawn("worker streams", streams::run(Arc::clone(&shared)));
    lifecycle.spawn("worker reaper", reaper::run(Arc::clone(&shared)));
    lifecycle.spawn("worker reconciliation", reconcile::run(Arc::clone(&shared)));
    lifecycle.spawn("worker catalogue", catalogue::run(Arc::clone(&shared)));
    lifecycle.spawn("worker runner", runner::run(shared, woken));
}
