//! Where keys are sealed and opened.
//!
//! A user's key is at rest as AES-256-GCM ciphertext in three hex columns and the id of the key
//! that sealed it: a [`Sealed`]. What the row is about (whose key, which provider) is sealed along
//! as additional data, so a ciphertext that somebody copies onto another row does not open there.
//!
//! One master key per installation is enough: every purpose has a subkey of its own, derived with
//! HKDF, and so has the id by which a row names its master key. A rotation adds a current key and
//! keeps the previous ones for opening. Envelope encryption would add nothing, as what is sealed
//! is as small as the data key would be.
//!
//! [`Vault`] is made once at start-up and hands out roles: the bot gets a [`KeySealer`] and its
//! own [`BotSecrets`], the worker a [`KeyOpener`]. AES is symmetric, so whoever holds the master
//! key could do both; the roles make a reviewer's question ("who opens keys?") one search long.

mod bot_secrets;
mod canary;
mod cipher;
mod context;
mod fingerprint;
mod legacy;
mod master_key;
mod reseal;
mod sealed;
mod subkeys;
mod user_keys;

use std::{fmt, sync::Arc};

use self::subkeys::KeyRing;
pub use self::{
    bot_secrets::BotSecrets,
    canary::CanaryError,
    fingerprint::Fingerprint,
    legacy::{LegacyKeyProblem, LegacyMasterKey},
    master_key::{EXAMPLE_MASTER_KEY, MalformedMasterKey, MasterKey, MasterKeys},
    reseal::{BoundTo, ResealError, Resealed, Resealer},
    sealed::{KeyId, MalformedSeal, OpenError, SealError, Sealed},
    user_keys::{KeyOpener, KeySealer},
};

/// What nobody can guess, from the operating system.
pub fn random() -> Result<[u8; 32], SealError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(SealError::NoRandomness)?;
    Ok(bytes)
}

/// All that this installation's master keys can do. Made once, at start-up.
pub struct Vault(Arc<KeyRing>);

impl Vault {
    /// Derives the subkeys; the master keys are wiped on the way out.
    #[must_use]
    pub fn new(keys: MasterKeys) -> Self {
        Self(Arc::new(KeyRing::derive(keys)))
    }

    /// The bot's role: turns what a user typed into something that may be stored.
    #[must_use]
    pub fn sealer(&self) -> KeySealer {
        KeySealer::new(Arc::clone(&self.0))
    }

    /// The worker's role: opens a user's key, right before it is used.
    #[must_use]
    pub fn opener(&self) -> KeyOpener {
        KeyOpener::new(Arc::clone(&self.0))
    }

    /// The bot's other role: keeps secrets that Discord gave it.
    #[must_use]
    pub fn bot_secrets(&self) -> BotSecrets {
        BotSecrets::new(Arc::clone(&self.0))
    }

    /// A rotation's role: replaces what a previous master key sealed, and shows nothing of it.
    #[must_use]
    pub fn resealer(&self) -> Resealer {
        Resealer::new(Arc::clone(&self.0))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn current_key_id(&self) -> KeyId {
        self.0.current().id()
    }

    /// The ids of all keys that open, the current one first.
    #[must_use]
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.0.ids()
    }

    /// Seals the constant by which a later start knows its key again.
    pub fn seal_canary(&self) -> Result<Sealed, SealError> {
        canary::seal(&self.0)
    }

    /// Checks a stored canary against the keys that this process was given.
    pub fn check_canary(&self, stored: &Sealed) -> Result<(), CanaryError> {
        canary::check(&self.0, stored)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.key_ids()).finish()
    }
}
