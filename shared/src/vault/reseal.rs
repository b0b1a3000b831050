//! Sealing anew what an older master key sealed, for `troupe rotate-key` alone. What is inside never
//! leaves this file in clear.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Fingerprint, OpenError, SealError, Sealed,
    subkeys::{KeyRing, Purpose},
    user_keys::{CODE, Owner},
};
use crate::{
    ids::{KeyCheckId, UserId},
    secret::UserApiKey,
};

/// What a seal is bound to: it opens for this alone, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundTo {
    /// A user's key, candidates included.
    UserKey {
        /// Whose.
        user: UserId,
        /// The provider's stored name; also one that is not set up any more.
        provider: String,
    },
    /// The PKCE verifier of a connect.
    Verifier {
        /// Whose.
        user: UserId,
        /// Which check it belongs to.
        check: KeyCheckId,
    },
    /// The code of a connect.
    Code {
        /// Whose.
        user: UserId,
        /// Which check it belongs to.
        check: KeyCheckId,
    },
    /// What Discord entrusted to the bot, for the row with this id.
    BotSecret(Uuid),
}

/// The same secret under the current master key.
pub struct Resealed {
    /// The new seal.
    pub sealed: Sealed,
    /// The new fingerprint, where it is a user's key: fingerprints are made with the master key too.
    pub fingerprint: Option<Fingerprint>,
}

/// The old seal stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, and could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The role of a rotation.
pub struct Resealer(Arc<KeyRing>);

impl Resealer {
    pub(super) fn new(keys: Arc<KeyRing>) -> Self {
        Self(keys)
    }

    /// Opens with the master key that the seal names, and seals with the current one. The new seal was
    /// opened once before it is given: it is about to replace the only one there is.
    pub fn reseal(&self, bound: &BoundTo, sealed: &Sealed) -> Result<Resealed, ResealError> {
        match bound {
            BoundTo::UserKey { user, provider } => {
                let owner = Owner::new(*user, provider.as_str());
                let (sealed, key) = self.anew(Purpose::UserKeys, &owner.parts(), sealed)?;
                let key = UserApiKey::from_opened(key);
                let fingerprint = Some(Fingerprint::of(&self.0, provider, &key));
                Ok(Resealed { sealed, fingerprint })
            }
            BoundTo::Verifier { user, check } => {
                let owner = Owner::new(*user, check.uuid());
                let (sealed, _) = self.anew(Purpose::ConnectVerifiers, &owner.parts(), sealed)?;
                Ok(Resealed { sealed, fingerprint: None })
            }
            BoundTo::Code { user, check } => {
                let owner = Owner::new(*user, check.uuid());
                let [user, check] = owner.parts();
                let parts = [user, check, CODE];
                let (sealed, _) = self.anew(Purpose::ConnectVerifiers, &parts, sealed)?;
                Ok(Resealed { sealed, fingerprint: None })
            }
            BoundTo::BotSecret(row) => {
                let (sealed, _) = self.anew(Purpose::BotSecrets, &[row.as_bytes()], sealed)?;
                Ok(Resealed { sealed, fingerprint: None })
            }
        }
    }

    fn anew(
        &self,
        purpose: Purpose,
        parts: &[&[u8]],
        sealed: &Sealed,
    ) -> Result<(Sealed, SecretString), ResealError> {
        let secret = sealed.open(&self.0, purpose, parts)?;
        let anew = Sealed::seal(&self.0, purpose, parts, secret.expose_secret())?;
        let opened = anew.open(&self.0, purpose, parts)?;
        if opened.expose_secret() != secret.expose_secret() {
            return Err(OpenError::Tampered.into());
        }
        Ok((anew, secret))
    }
}

impl fmt::Debug for Resealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Resealer").field(&self.0.ids()).finish()
    }
}
