//! Users' keys: sealed by the bot, opened by the worker.

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Fingerprint, OpenError, SealError, Sealed, fingerprint,
    subkeys::{KeyRing, Purpose},
};
use crate::{
    connect::{ConnectCode, Verifier},
    ids::{KeyCheckId, UserId},
    model::Provider,
    secret::UserApiKey,
};

/// Tells a code from its verifier.
pub(super) const CODE: &[u8] = b"code";

/// The bot's role. Seals, and can't be asked to open.
#[derive(Clone)]
pub struct KeySealer(Arc<KeyRing>);

impl KeySealer {
    pub(super) fn new(keys: Arc<KeyRing>) -> Self {
        Self(keys)
    }

    /// Seals a key so that it opens as this user's for this provider only. Candidates that wait
    /// for the worker's verdict are sealed the same way, so a valid one moves over as it is.
    pub fn seal(
        &self,
        user: UserId,
        provider: Provider,
        key: &UserApiKey,
    ) -> Result<Sealed, SealError> {
        let owner = Owner::new(user, provider.as_str());
        Sealed::seal(&self.0, Purpose::UserKeys, &owner.parts(), key.expose())
    }

    /// Seals the PKCE verifier of a `/wallet connect`, which the worker needs for the exchange.
    pub fn seal_verifier(
        &self,
        user: UserId,
        check: KeyCheckId,
        verifier: &Verifier,
    ) -> Result<Sealed, SealError> {
        let owner = Owner::new(user, check.uuid());
        let verifier = verifier.secret().expose_secret();
        Sealed::seal(&self.0, Purpose::ConnectVerifiers, &owner.parts(), verifier)
    }

    /// Seals the code of the same `/wallet connect`, so that it opens beside its verifier only.
    pub fn seal_code(
        &self,
        user: UserId,
        check: KeyCheckId,
        code: &ConnectCode,
    ) -> Result<Sealed, SealError> {
        let owner = Owner::new(user, check.uuid());
        let [user, check] = owner.parts();
        let code = code.secret().expose_secret();
        Sealed::seal(&self.0, Purpose::ConnectVerifiers, &[user, check, CODE], code)
    }

    /// By what two equal keys are recognised.
    #[must_use]
    pub fn fingerprint(&self, provider: Provider, key: &UserApiKey) -> Fingerprint {
        Fingerprint::of(&self.0, provider.as_str(), key)
    }
}

/// The worker's role.
#[derive(Clone)]
pub struct KeyOpener(Arc<KeyRing>);

impl KeyOpener {
    pub(super) fn new(keys: Arc<KeyRing>) -> Self {
        Self(keys)
    }

    /// Opens a key that was sealed for this user and this provider.
    pub fn open(
        &self,
        user: UserId,
        provider: Provider,
        sealed: &Sealed,
    ) -> Result<UserApiKey, OpenError> {
        let owner = Owner::new(user, provider.as_str());
        let key = sealed.open(&self.0, Purpose::UserKeys, &owner.parts())?;
        Ok(UserApiKey::from_opened(key))
    }

    /// Opens the PKCE verifier that was sealed for this check.
    pub fn open_verifier(
        &self,
        user: UserId,
        check: KeyCheckId,
        sealed: &Sealed,
    ) -> Result<SecretString, OpenError> {
        let owner = Owner::new(user, check.uuid());
        sealed.open(&self.0, Purpose::ConnectVerifiers, &owner.parts())
    }

    /// Opens the code that was sealed for this check.
    pub fn open_code(
        &self,
        user: UserId,
        check: KeyCheckId,
        sealed: &Sealed,
    ) -> Result<SecretString, OpenError> {
        let owner = Owner::new(user, check.uuid());
        let [user, check] = owner.parts();
        sealed.open(&self.0, Purpose::ConnectVerifiers, &[user, check, CODE])
    }

    /// Seals a key that a provider handed to the worker itself, as the bot seals those that are typed.
    #[must_use]
    pub fn sealer(&self) -> KeySealer {
        KeySealer(Arc::clone(&self.0))
    }

    /// The name under which providers see this user, to tell abuse apart: 32 hex characters that
    /// lead back to nobody. It changes with the master key.
    #[must_use]
    pub fn pseudonym(&self, user: UserId) -> String {
        fingerprint::pseudonym(&self.0, user)
    }
}

impl fmt::Debug for KeySealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeySealer").field(&self.0.current().id()).finish()
    }
}

impl fmt::Debug for KeyOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyOpener").field(&self.0.ids()).finish()
    }
}

/// What a secret of a user's is bound to: the user, and what it is for.
pub(super) struct Owner<T> {
    user: Uuid,
    what: T,
}

impl<T: AsRef<[u8]>> Owner<T> {
    pub(super) fn new(user: UserId, what: T) -> Self {
        Self { user: user.uuid(), what }
    }

    pub(super) fn parts(&self) -> [&[u8]; 2] {
        [self.user.as_bytes(), self.what.as_ref()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::SystemClock,
        vault::{MasterKey, MasterKeys},
    };

    /// Providers are few; what they are bound by is their name.
    #[test]
    fn a_key_does_not_open_as_another_providers() {
        let current = MasterKey::from_text(&MasterKey::generate().unwrap()).unwrap();
        let keys = KeyRing::derive(MasterKeys { current, previous: Vec::new() });
        let user = UserId::new(&SystemClock);
        let open = |sealed: &Sealed, provider| {
            let opened = sealed.open(&keys, Purpose::UserKeys, &Owner::new(user, provider).parts());
            opened.map(|key| key.expose_secret().to_owned())
        };
        let parts = Owner::new(user, "openrouter");
        let sealed = Sealed::seal(&keys, Purpose::UserKeys, &parts.parts(), "sk-1").unwrap();
        assert_eq!(open(&sealed, "openrouter").as_deref(), Ok("sk-1"));
        assert_eq!(open(&sealed, "openai"), Err(OpenError::Tampered));
        assert_eq!(open(&sealed, "OpenRouter"), Err(OpenError::Tampered));
        assert_eq!(open(&sealed, ""), Err(OpenError::Tampered));
    }
}
