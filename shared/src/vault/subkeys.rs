//! One subkey per purpose, so that what is sealed for one can't be opened as another.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{KeyId, MasterKey, MasterKeys};

/// What a subkey is for. The text goes into HKDF and must never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Seals users' keys, candidates included.
    UserKeys,
    /// Seals what Discord gave the bot: interaction tokens.
    BotSecrets,
    /// Seals PKCE verifiers between `/wallet connect` and the exchange of the code.
    ConnectVerifiers,
    /// Seals the constant by which a start knows its key again.
    Canary,
    /// Keys the HMAC that tells whether two keys are the same.
    Fingerprints,
    /// Keys the HMAC under which providers see a user.
    Pseudonyms,
}

impl Purpose {
    /// In the order of their declaration, so that a purpose is its own index.
    const ALL: [Self; 6] = [
        Self::UserKeys,
        Self::BotSecrets,
        Self::ConnectVerifiers,
        Self::Canary,
        Self::Fingerprints,
        Self::Pseudonyms,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::UserKeys => "user keys",
            Self::BotSecrets => "bot secrets",
            Self::ConnectVerifiers => "connect verifiers",
            Self::Canary => "canary",
            Self::Fingerprints => "fingerprints",
            Self::Pseudonyms => "pseudonyms",
        }
    }
}

/// A key for one purpose, wiped when dropped.
pub(super) type Subkey = Zeroizing<[u8; 32]>;

/// Everything that is derived from one master key.
pub(super) struct Subkeys {
    id: KeyId,
    keys: [Subkey; Purpose::ALL.len()],
}

impl Subkeys {
    fn derive(master: &MasterKey) -> Self {
        let extracted = Hkdf::new(None, master.bytes());
        let mut id = [0; KeyId::BYTES];
        expand(&extracted, "key id", &mut id);
        let keys = Purpose::ALL.map(|purpose| {
            let mut key = Subkey::default();
            expand(&extracted, purpose.as_str(), key.as_mut());
            key
        });
        Self { id: KeyId::from_bytes(id), keys }
    }

    pub(super) fn id(&self) -> KeyId {
        self.id
    }

    pub(super) fn key(&self, purpose: Purpose) -> &Subkey {
        &self.keys[purpose as usize]
    }
}

fn expand(extracted: &Hkdf<Sha256>, info: &str, output: &mut [u8]) {
    #[expect(clippy::expect_used, reason = "fails beyond 8,160 bytes of output; 32 are asked for")]
    extracted.expand(info.as_bytes(), output).expect("32 bytes can be derived");
}

/// The subkeys of the current master key and of the previous ones.
pub(super) struct KeyRing {
    current: Subkeys,
    previous: Vec<Subkeys>,
}

impl KeyRing {
    #[expect(clippy::needless_pass_by_value, reason = "the master keys are wiped on return")]
    pub(super) fn derive(keys: MasterKeys) -> Self {
        Self {
            current: Subkeys::derive(&keys.current),
            previous: keys.previous.iter().map(Subkeys::derive).collect(),
        }
    }

    pub(super) fn current(&self) -> &Subkeys {
        &self.current
    }

    /// The subkeys that a row names. Never tried out: GCM does not commit to a key.
    pub(super) fn find(&self, id: KeyId) -> Option<&Subkeys> {
        self.all().find(|keys| keys.id == id)
    }

    pub(super) fn ids(&self) -> Vec<KeyId> {
        self.all().map(Subkeys::id).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Subkeys> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac` module, by RFC 5869: what is at rest depends on these.
    #[test]
    fn derivation_never_changes() {
        let text = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
        let keys = Subkeys::derive(&MasterKey::from_text(text).unwrap());
        assert_eq!(keys.id().to_string(), "8bd02db0");
        assert_eq!(
            hex::encode(**keys.key(Purpose::UserKeys)),
            "061a8b0d56715c2d44ddc0ff38e5ff0ff65d809947e6b324e21b47662599edd7"
        );
    }

    #[test]
    fn every_purpose_has_its_own_key() {
        let text = MasterKey::generate().unwrap();
        let keys = Subkeys::derive(&MasterKey::from_text(&text).unwrap());
        let mut derived = Purpose::ALL.map(|purpose| **keys.key(purpose)).to_vec();
        derived.sort_unstable();
        derived.dedup();
        assert_eq!(derived.len(), Purpose::ALL.len());
        for (index, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, index);
        }
    }
}
