//! Keyed hashes: the same input is recognised, and nothing leads back to it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::subkeys::{KeyRing, Purpose, Subkey};
use crate::{ids::UserId, secret::UserApiKey};

/// Tells "this is the key you already have", without the key: 32 hex characters.
///
/// Made with the master key that sealed the key beside it, so two can be compared when their rows name
/// the same one; a rotation makes new ones. Never shown or logged: a hash of a secret has no business in
/// an error.
#[derive(Clone, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub(super) fn of(keys: &KeyRing, provider: &str, key: &UserApiKey) -> Self {
        let subkey = keys.current().key(Purpose::Fingerprints);
        Self(keyed_hash(subkey, &[provider.as_bytes(), key.expose().as_bytes()]))
    }

    /// The column `fingerprint`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint([redacted])")
    }
}

/// See [`KeyOpener::pseudonym`](super::KeyOpener::pseudonym).
pub(super) fn pseudonym(keys: &KeyRing, user: UserId) -> String {
    keyed_hash(keys.current().key(Purpose::Pseudonyms), &[user.uuid().as_bytes()])
}

fn keyed_hash(key: &Subkey, parts: &[&[u8]]) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length (RFC 2104)")]
    let mut hash = Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("HMAC takes any key");
    for part in parts {
        // the part itself is hashed where it lies, so that no copy of a key is made
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize().into_bytes()[..16])
}
