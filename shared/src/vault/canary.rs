//! A sealed constant per master key, checked at every start.
//!
//! Without it, a start with the wrong `APP_MASTER_KEY` would find every user's key unreadable and
//! could take that for the users' problem.

use secrecy::ExposeSecret;

use super::{
    KeyId, MalformedSeal, OpenError, SealError, Sealed,
    subkeys::{KeyRing, Purpose},
};

const CONSTANT: &str = "the canary sings";

/// Why a start must be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// This database was sealed with a master key that is neither the current nor a previous one.
    #[error(
        "APP_MASTER_KEY differs from the one that sealed this database (key id {0}); \
         set the right one, or add it to APP_MASTER_KEY_PREVIOUS"
    )]
    WrongKey(KeyId),
    /// The key is right and the canary was changed: restore the database.
    #[error("the vault's canary was changed; the database is damaged or was tampered with")]
    Tampered,
    /// The canary's columns are no seal of ours.
    #[error(transparent)]
    Malformed(#[from] MalformedSeal),
}

pub(super) fn seal(keys: &KeyRing) -> Result<Sealed, SealError> {
    Sealed::seal(keys, Purpose::Canary, &[], CONSTANT)
}

pub(super) fn check(keys: &KeyRing, stored: &Sealed) -> Result<(), CanaryError> {
    let opened = stored.open(keys, Purpose::Canary, &[]).map_err(|error| match error {
        OpenError::UnknownKeyId(id) => CanaryError::WrongKey(id),
        OpenError::Tampered => CanaryError::Tampered,
        OpenError::Malformed(malformed) => CanaryError::Malformed(malformed),
    })?;
    if opened.expose_secret() == CONSTANT { Ok(()) } else { Err(CanaryError::Tampered) }
}
