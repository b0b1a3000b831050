//! What the program around the page tells about itself.

use std::{future::Future, pin::Pin};

use serde::Serialize;

/// A look at what goes on.
pub type Look<'a> = Pin<Box<dyn Future<Output = Scene> + Send + 'a>>;

/// The program whose bot is tried on the page.
pub trait Backstage: Send + Sync + 'static {
    /// What there is to see now.
    fn look(&self) -> Look<'_>;

    /// Ends the worker as a power cut would. It comes back by itself.
    fn kill_worker(&self);
}

/// What there is to see at a moment. What is empty is shown as empty; what is `None` not at all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Scene {
    /// The newest requests, the newest first.
    pub requests: Option<Vec<RequestRow>>,
    /// The hints between bot and worker.
    pub wakes: Option<Wakes>,
    /// The stored keys.
    pub keys: Option<Vec<KeyRow>>,
    /// The newest lines of the log, the newest last.
    pub log: Option<Vec<String>>,
}

/// A request and how far it is.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRow {
    /// The request's id.
    pub id: String,
    /// The end of it, by which people name it.
    pub reference: String,
    /// The internal id of who asked.
    pub user: String,
    /// Where it stands.
    pub state: String,
    /// What has happened to it so far.
    pub steps: Vec<StepRow>,
    /// Model, key, tokens, cost, in one line.
    pub detail: String,
}

/// A step in a request's life.
#[derive(Clone, Debug, Serialize)]
pub struct StepRow {
    /// What happened.
    pub name: &'static str,
    /// When, in RFC 3339; none if it was too short to be written down.
    pub at: Option<String>,
}

/// The hints between bot and worker.
#[derive(Clone, Debug, Serialize)]
pub struct Wakes {
    /// Where they are.
    #[serde(rename = "where")]
    pub place: String,
    /// The users who wait to be looked at now.
    pub waiting: Vec<String>,
    /// The users of the newest ones.
    pub newest: Vec<String>,
    /// How many there were so far.
    pub sent: u64,
}

/// A stored key as its row holds it.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRow {
    /// The internal id of its owner.
    pub user: String,
    /// Whose key it is.
    pub provider: String,
    /// Its end: `…0001`.
    pub last4: String,
    /// Whether it is in use.
    pub state: String,
    /// The nonce, in hex.
    pub iv: String,
    /// The ciphertext, in hex.
    pub content: String,
    /// The authentication tag, in hex.
    pub tag: String,
}

/// What a newcomer is told.
#[derive(Clone, Debug, Serialize)]
pub struct Welcome {
    /// A key to try, if there is one that works here.
    pub trial_key: Option<String>,
    /// Whom to talk to.
    pub personality: Option<String>,
    /// Which model answers.
    pub model: String,
    /// What to do, step by step.
    pub steps: Vec<String>,
}
