//! Keys as older systems sealed them: AES-256-GCM with the master key itself, and nothing bound to the
//! row. Opened by `troupe import` alone, and sealed anew at once.

use aes_gcm::aead::{array::Array, consts::U12};
#[cfg(feature = "testing")]
use secrecy::SecretString;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::cipher::{self, Iv, TAG};
use crate::secret::{MalformedKey, UserApiKey};

/// The most that is opened, in hexadecimal digits.
const MAX_CONTENT: usize = 4096;

/// The master key of an older system.
#[derive(ZeroizeOnDrop)]
pub struct LegacyMasterKey([u8; 32]);

/// Why a row of an older system does not open. Says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegacyKeyProblem {
    /// Its columns are no seal.
    #[error("its columns are no sealed key")]
    Malformed,
    /// Another master key sealed it, or it was changed.
    #[error("it does not open with IMPORT_MASTER_KEY: another key sealed it, or it was changed")]
    DoesNotOpen,
    /// What was sealed is no provider's key.
    #[error("what is sealed in it is no key")]
    NoKey,
}

impl LegacyMasterKey {
    /// Reads 64 hexadecimal characters. Also what Troupe would not take as its own.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut key = Self([0; 32]);
        hex::decode_to_slice(text, &mut key.0).ok()?;
        Some(key)
    }

    /// Opens the three columns of a row.
    pub fn open(&self, iv: &str, content: &str, tag: &str) -> Result<UserApiKey, LegacyKeyProblem> {
        if content.len() > MAX_CONTENT {
            return Err(LegacyKeyProblem::Malformed);
        }
        let bytes = |text: &str| hex::decode(text).map_err(|_| LegacyKeyProblem::Malformed);
        let (iv, content) = (bytes(iv)?, bytes(content)?);
        let tag: [u8; TAG] = bytes(tag)?.try_into().map_err(|_| LegacyKeyProblem::Malformed)?;
        let opened = if let Ok(iv) = Iv::try_from(iv.as_slice()) {
            cipher::decrypt(&self.0, &iv, b"", &content, tag)
        } else if let Ok(iv) = Array::<u8, U12>::try_from(iv.as_slice()) {
            cipher::decrypt(&self.0, &iv, b"", &content, tag)
        } else {
            return Err(LegacyKeyProblem::Malformed);
        };
        let opened = opened.map_err(|cipher::Rejected| LegacyKeyProblem::DoesNotOpen)?;
        let text = std::str::from_utf8(&opened).map_err(|_| LegacyKeyProblem::NoKey)?;
        let text = Zeroizing::new(text.to_owned());
        UserApiKey::from_typed(&text).map_err(|_: MalformedKey| LegacyKeyProblem::NoKey)
    }

    /// Seals as an older system did, for tests of what opens.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn seal(&self, key: &SecretString) -> Option<[String; 3]> {
        use secrecy::ExposeSecret;
        let iv = cipher::random_iv().ok()?;
        let sealed = cipher::encrypt(&self.0, &iv, b"", key.expose_secret().as_bytes())?;
        Some([hex::encode(iv), hex::encode(sealed.content), hex::encode(sealed.tag)])
    }
}

impl std::fmt::Debug for LegacyMasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LegacyMasterKey([redacted])")
    }
}
