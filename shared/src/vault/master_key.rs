//! The one secret that an operator must keep: `APP_MASTER_KEY`.

use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Bytes of a master key.
const LENGTH: usize = 32;

/// The key that the documentation shows. Published, therefore refused.
pub const EXAMPLE_MASTER_KEY: &str =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The secret from which all others are derived: 256 random bits, wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct MasterKey([u8; LENGTH]);

/// What is wrong with a master key. Never contains it; a start with one ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedMasterKey {
    /// Too short, too long, or not hexadecimal.
    #[error("it must be exactly 64 hexadecimal characters; `troupe keygen` prints a new one")]
    NotHex,
    /// The same byte 32 times.
    #[error("it repeats a single byte, so it is no key; `troupe keygen` prints a new one")]
    Repeated,
    /// The one from the documentation.
    #[error("it is the example from the documentation; `troupe keygen` prints a new one")]
    Example,
}

impl MasterKey {
    /// Reads a key as `troupe keygen` prints it.
    pub fn from_text(text: &str) -> Result<Self, MalformedMasterKey> {
        let mut key = Self([0; LENGTH]);
        hex::decode_to_slice(text, &mut key.0).map_err(|_| MalformedMasterKey::NotHex)?;
        if key.0.iter().all(|byte| *byte == key.0[0]) {
            return Err(MalformedMasterKey::Repeated);
        }
        if text.eq_ignore_ascii_case(EXAMPLE_MASTER_KEY) {
            return Err(MalformedMasterKey::Example);
        }
        Ok(key)
    }

    /// The text of a new key, from the operating system's randomness, for `troupe keygen`.
    pub fn generate() -> Result<Zeroizing<String>, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Zeroizing::new(hex::encode(bytes.as_ref())))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}

/// The key that seals and, while a rotation lasts, those that still open.
#[derive(Debug)]
pub struct MasterKeys {
    /// Seals everything new.
    pub current: MasterKey,
    /// Open what they once sealed (`APP_MASTER_KEY_PREVIOUS`).
    pub previous: Vec<MasterKey>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Option<MalformedMasterKey> {
        MasterKey::from_text(text).err()
    }

    #[test]
    fn a_generated_key_is_accepted_and_is_never_the_same() {
        let (one, other) = (MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        assert_eq!(one.len(), 64);
        assert_eq!(refusal(&one), None);
        assert_eq!(refusal(&one.to_uppercase()), None);
        assert_ne!(*one, *other);
    }

    #[test]
    fn what_only_looks_like_a_key_is_refused() {
        let good = MasterKey::generate().unwrap();
        // what Node decodes to no bytes at all, and older systems took for a key
        assert_eq!(refusal(&"zz".repeat(32)), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(""), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&good[..63]), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&good[..62]), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&format!("{}00", *good)), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&format!(" {}", &good[1..])), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&format!("é{}", &good[2..])), Some(MalformedMasterKey::NotHex));
        assert_eq!(refusal(&"00".repeat(32)), Some(MalformedMasterKey::Repeated));
        assert_eq!(refusal(&"Ab".repeat(32)), Some(MalformedMasterKey::Repeated));
        assert_eq!(refusal(EXAMPLE_MASTER_KEY), Some(MalformedMasterKey::Example));
        assert_eq!(refusal(&EXAMPLE_MASTER_KEY.to_uppercase()), Some(MalformedMasterKey::Example));
    }

    #[test]
    fn neither_the_key_nor_the_refusal_prints_it() {
        let text = MasterKey::generate().unwrap();
        let keys =
            MasterKeys { current: MasterKey::from_text(&text).unwrap(), previous: Vec::new() };
        let printed = format!("{keys:?} {:?}", MasterKey::from_text(&text));
        assert!(!printed.to_lowercase().contains(&text[..6]), "{printed}");
        let mut wrong = text.to_string();
        wrong.replace_range(63.., "g");
        let refusal = refusal(&wrong).unwrap();
        assert!(!format!("{refusal} {refusal:?}").contains(&wrong[..6]));
    }
}
