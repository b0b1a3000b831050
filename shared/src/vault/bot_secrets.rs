//! What Discord entrusts to the bot for a while: interaction tokens.
//!
//! With one of them anybody can answer in the bot's name for a quarter of an hour, so they are
//! sealed like keys, and erased with the outcome.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    OpenError, SealError, Sealed,
    subkeys::{KeyRing, Purpose},
};

/// Seals and opens the bot's own secrets. It can't open a user's key.
#[derive(Clone)]
pub struct BotSecrets(Arc<KeyRing>);

impl BotSecrets {
    pub(super) fn new(keys: Arc<KeyRing>) -> Self {
        Self(keys)
    }

    /// Seals `secret` for the row with the id `row`, the only one where it will open.
    pub fn seal(&self, row: Uuid, secret: &SecretString) -> Result<Sealed, SealError> {
        Sealed::seal(&self.0, Purpose::BotSecrets, &[row.as_bytes()], secret.expose_secret())
    }

    /// Opens what was sealed for the row with the id `row`.
    pub fn open(&self, row: Uuid, sealed: &Sealed) -> Result<SecretString, OpenError> {
        sealed.open(&self.0, Purpose::BotSecrets, &[row.as_bytes()])
    }
}

impl fmt::Debug for BotSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BotSecrets").field(&self.0.ids()).finish()
    }
}
