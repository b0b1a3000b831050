//! A ciphertext as it lies in a row: three hex columns and the id of the key that made it.

use std::fmt;

use secrecy::SecretString;

use super::{
    cipher::{self, Iv, TAG},
    context::additional_data,
    subkeys::{KeyRing, Purpose},
};

/// The most that is sealed, in bytes. Keys have at most 400, Discord's tokens a few hundred.
const MAX_CONTENT: usize = 1024;

/// Names a master key without telling anything about it: derived from it, so never mislabelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; Self::BYTES]);

impl KeyId {
    pub(super) const BYTES: usize = 4;

    pub(super) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    /// Reads the eight characters that a row holds.
    pub fn parse(text: &str) -> Result<Self, MalformedSeal> {
        lowercase_hex(text).map(Self).ok_or(MalformedSeal::KeyId)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Something that was sealed. Holds no secret, yet prints nothing but the key's id.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    iv: Iv,
    content: Vec<u8>,
    tag: [u8; TAG],
    key_id: KeyId,
}

/// Columns that no seal of ours wrote. Says which, never what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedSeal {
    /// Not 16 bytes in lowercase hex.
    #[error("the stored iv is malformed")]
    Iv,
    /// Empty, longer than anything we seal, or not lowercase hex.
    #[error("the stored content is malformed")]
    Content,
    /// Not 16 bytes in lowercase hex. Shorter tags are easier to forge and are refused.
    #[error("the stored tag is malformed")]
    Tag,
    /// Not four bytes in lowercase hex.
    #[error("the stored key id is malformed")]
    KeyId,
}

/// Nothing was sealed, and nothing may be stored.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The operating system has no randomness to give. Trying later may help.
    #[error("the operating system gave no randomness")]
    NoRandomness(#[source] getrandom::Error),
    /// Empty, or larger than any secret that belongs here. Trying again won't help.
    #[error("a secret must have between 1 and {MAX_CONTENT} bytes")]
    Length,
}

/// Nothing was opened. None of these is the user's fault, or says anything about their key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Sealed with a master key that this process was not given. Give the work back and raise an
    /// alert: another process may have that key.
    #[error("sealed with the master key {0}, which this process does not have")]
    UnknownKeyId(KeyId),
    /// Changed since it was sealed, or moved here from another row. Raise an alert.
    #[error("the stored secret was changed or belongs to another row")]
    Tampered,
    /// No seal of ours. Raise an alert.
    #[error(transparent)]
    Malformed(#[from] MalformedSeal),
}

impl Sealed {
    /// Reads the columns of a row, taking nothing but what [`iv`](Self::iv) and the others give.
    pub fn from_columns(
        iv: &str,
        content: &str,
        tag: &str,
        key_id: &str,
    ) -> Result<Self, MalformedSeal> {
        if content.is_empty() || content.len() > 2 * MAX_CONTENT || !is_lowercase_hex(content) {
            return Err(MalformedSeal::Content);
        }
        Ok(Self {
            iv: lowercase_hex::<16>(iv).map(Iv::from).ok_or(MalformedSeal::Iv)?,
            content: hex::decode(content).map_err(|_| MalformedSeal::Content)?,
            tag: lowercase_hex(tag).ok_or(MalformedSeal::Tag)?,
            key_id: KeyId::parse(key_id)?,
        })
    }

    /// The column `iv`: 32 characters.
    #[must_use]
    pub fn iv(&self) -> String {
        hex::encode(self.iv)
    }

    /// The column `content`: two characters for each byte of the secret.
    #[must_use]
    pub fn content(&self) -> String {
        hex::encode(&self.content)
    }

    /// The column `tag`: 32 characters.
    #[must_use]
    pub fn tag(&self) -> String {
        hex::encode(self.tag)
    }

    /// The column `key_id`: which master key opens it.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Seals with the current master key, bound to `parts`.
    pub(super) fn seal(
        keys: &KeyRing,
        purpose: Purpose,
        parts: &[&[u8]],
        secret: &str,
    ) -> Result<Self, SealError> {
        if secret.is_empty() || secret.len() > MAX_CONTENT {
            return Err(SealError::Length);
        }
        let (key, key_id) = (keys.current().key(purpose), keys.current().id());
        let iv = cipher::random_iv().map_err(SealError::NoRandomness)?;
        let bound = additional_data(purpose, key_id, parts);
        let sealed =
            cipher::encrypt(key, &iv, &bound, secret.as_bytes()).ok_or(SealError::Length)?;
        Ok(Self { iv, content: sealed.content, tag: sealed.tag, key_id })
    }

    /// Opens what was sealed for the same purpose and bound to the same parts.
    pub(super) fn open(
        &self,
        keys: &KeyRing,
        purpose: Purpose,
        parts: &[&[u8]],
    ) -> Result<SecretString, OpenError> {
        let keys = keys.find(self.key_id).ok_or(OpenError::UnknownKeyId(self.key_id))?;
        let bound = additional_data(purpose, self.key_id, parts);
        let opened = cipher::decrypt(keys.key(purpose), &self.iv, &bound, &self.content, self.tag)
            .map_err(|_| OpenError::Tampered)?;
        // copied at its exact size: shrinking the buffer could leave an unwiped copy behind
        str::from_utf8(&opened).map(SecretString::from).map_err(|_| OpenError::Tampered)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(by {})", self.key_id)
    }
}

fn lowercase_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    (is_lowercase_hex(text) && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

fn is_lowercase_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IV: &str = "00112233445566778899aabbccddeeff";
    const TAG: &str = "ffeeddccbbaa99887766554433221100";

    fn malformed(iv: &str, content: &str, tag: &str, key_id: &str) -> Option<MalformedSeal> {
        Sealed::from_columns(iv, content, tag, key_id).err()
    }

    #[test]
    fn columns_come_back_as_they_were() {
        let sealed = Sealed::from_columns(IV, "c0ffee", TAG, "0badcafe").unwrap();
        assert_eq!((sealed.iv().as_str(), sealed.tag().as_str()), (IV, TAG));
        assert_eq!(sealed.content(), "c0ffee");
        assert_eq!(sealed.key_id().to_string(), "0badcafe");
        assert_eq!(format!("{sealed:?}"), "Sealed(by 0badcafe)");
    }

    #[test]
    fn only_what_we_write_is_read() {
        let id = "0badcafe";
        for iv in ["", &IV[..24], &IV[..31], &format!("{IV}00"), &IV.to_uppercase(), "é"] {
            assert_eq!(malformed(iv, "c0", TAG, id), Some(MalformedSeal::Iv), "{iv}");
        }
        for bytes in 0..16 {
            let short = &TAG[..2 * bytes];
            assert_eq!(malformed(IV, "c0", short, id), Some(MalformedSeal::Tag), "{short}");
        }
        let longest = "c0".repeat(1024);
        assert_eq!(malformed(IV, &longest, TAG, id), None);
        for content in ["", "c", "c0f", "C0", " c0", "0xc0", &format!("{longest}00")] {
            assert_eq!(malformed(IV, content, TAG, id), Some(MalformedSeal::Content), "{content}");
        }
        for id in ["", "0badcaf", "0BADCAFE", "0badcafe0", "0badcafg"] {
            assert_eq!(malformed(IV, "c0", TAG, id), Some(MalformedSeal::KeyId), "{id}");
        }
    }
}
