use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::text_enum;
use crate::money::NanoUsd;

text_enum! {
    /// Why a live key is not used any more.
    pub enum InactiveReason {
        /// The provider refused it, twice over.
        Rejected = "rejected",
        /// Its owner doesn't want it used for now.
        Paused = "paused",
    }
}

/// What a provider says of a key, asked with a call that costs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum KeyVerdict {
    /// The key works, though perhaps nothing is left on it.
    Valid(KeyFacts),
    /// The provider does not know the key.
    Rejected,
    /// The key can make other keys and cannot call a model.
    Management,
    /// Nothing can be said of the key.
    CouldNotCheck {
        /// Why not.
        why: CouldNotCheck,
    },
    /// There is no key: the provider gave none for the code that the person typed.
    NotConnected {
        /// What it says of the code.
        why: CodeProblem,
    },
}

/// Why a provider gives no key for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeProblem {
    /// Its ten minutes are over.
    Expired,
    /// There was a key for it before.
    Used,
    /// The provider gave out no such code; or it does not say what is wrong with it.
    Wrong,
    /// It was given out for somebody else's verifier, or for an older one of the same person's.
    Stolen,
}

/// What stands beside a valid key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// The key's own spending limit; without one it can spend the whole account.
    pub limit: Option<NanoUsd>,
    /// What is left of the limit.
    pub remaining: Option<NanoUsd>,
    /// When the provider will stop taking the key.
    pub expires_at: Option<DateTime<Utc>>,
    /// The account has never paid.
    pub free_tier: bool,
    /// How much the check proves.
    #[serde(default)]
    pub standing: KeyStanding,
}

/// How much a check that did not reject a key proves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStanding {
    /// The provider knows the key.
    #[default]
    Known,
    /// The provider knows the key, which may not do everything: whether it may call a model shows when it
    /// does.
    Limited,
    /// The server can't be asked about a key for free, so it is taken as it is.
    Unproven,
}

impl KeyFacts {
    /// Nothing is left to spend.
    #[must_use]
    pub fn is_empty_of_credit(&self) -> bool {
        self.remaining.is_some_and(|left| left <= NanoUsd::ZERO)
    }
}

/// Why a key could not be checked. None of it speaks against the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouldNotCheck {
    /// The provider asks to wait.
    RateLimited,
    /// The provider failed, or did not answer in time, or answered something else than it should.
    ProviderDown,
    /// The stored key does not open.
    Unreadable,
}
