//! AES-256-GCM and nothing else: bytes in, bytes out.
//!
//! The size of the IV is a parameter only so that the published test vectors for both sizes run
//! through the very code that is used; here it is always 16 bytes.

use aes_gcm::{
    AesGcm, KeyInit,
    aead::{
        Aead, Payload,
        array::{Array, ArraySize},
        consts::U16,
    },
    aes::Aes256,
};
use zeroize::Zeroizing;

/// 16 random bytes: safe for far more seals than we make, which is one per key a user stores.
pub(super) type Iv = Array<u8, U16>;
/// Bytes of a tag. A shorter one would be easier to forge, so no other length is taken.
pub(super) const TAG: usize = 16;

/// The ciphertext, as long as the plaintext, and its tag.
pub(super) struct Encrypted {
    pub(super) content: Vec<u8>,
    pub(super) tag: [u8; TAG],
}

/// The tag does not belong to this key, IV, additional data and content. Why, nobody can tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rejected;

/// A new IV from the operating system. It never comes from a generator that a test could seed.
pub(super) fn random_iv() -> Result<Iv, getrandom::Error> {
    let mut iv = Iv::default();
    getrandom::fill(&mut iv)?;
    Ok(iv)
}

/// Encrypts `plaintext`, and authenticates `additional` along with it.
///
/// `None` for more than 64 GiB.
pub(super) fn encrypt<Size: ArraySize>(
    key: &[u8; 32],
    iv: &Array<u8, Size>,
    additional: &[u8],
    plaintext: &[u8],
) -> Option<Encrypted> {
    let mut content =
        cipher::<Size>(key).encrypt(iv, Payload { msg: plaintext, aad: additional }).ok()?;
    let tag = *content.last_chunk()?;
    content.truncate(content.len() - TAG);
    Some(Encrypted { content, tag })
}

/// Gives the plaintext back, if nothing at all has changed.
pub(super) fn decrypt<Size: ArraySize>(
    key: &[u8; 32],
    iv: &Array<u8, Size>,
    additional: &[u8],
    content: &[u8],
    tag: [u8; TAG],
) -> Result<Zeroizing<Vec<u8>>, Rejected> {
    let both = [content, &tag].concat();
    cipher::<Size>(key)
        .decrypt(iv, Payload { msg: &both, aad: additional })
        .map(Zeroizing::new)
        .map_err(|_| Rejected)
}

fn cipher<Size: ArraySize>(key: &[u8; 32]) -> AesGcm<Aes256, Size> {
    AesGcm::new(&Array(*key))
}

#[cfg(test)]
mod vectors;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = *b"a test's key of exactly 32 bytes";

    fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            plaintext in prop::collection::vec(any::<u8>(), 0..=512),
            additional in prop::collection::vec(any::<u8>(), 0..=64),
        ) {
            let iv = random_iv().unwrap();
            let sealed = encrypt(&KEY, &iv, &additional, &plaintext).unwrap();
            prop_assert_eq!(sealed.content.len(), plaintext.len());
            let opened = decrypt(&KEY, &iv, &additional, &sealed.content, sealed.tag).unwrap();
            prop_assert_eq!(&*opened, &plaintext);
        }
    }

    #[test]
    fn no_single_bit_may_change() {
        let iv = random_iv().unwrap();
        let (additional, plaintext) = (b"whose key this is", b"sk-test-12345678");
        let Encrypted { content, tag } = encrypt(&KEY, &iv, additional, plaintext).unwrap();
        let open = |iv: &[u8], additional: &[u8], content: &[u8], tag: &[u8]| {
            decrypt(&KEY, &Iv::try_from(iv).unwrap(), additional, content, tag.try_into().unwrap())
                .map(|plaintext| plaintext.to_vec())
        };
        assert_eq!(open(&iv, additional, &content, &tag).as_deref(), Ok(&plaintext[..]));
        for bit in 0..iv.len() * 8 {
            assert_eq!(open(&flipped(&iv, bit), additional, &content, &tag), Err(Rejected));
        }
        for bit in 0..additional.len() * 8 {
            assert_eq!(open(&iv, &flipped(additional, bit), &content, &tag), Err(Rejected));
        }
        for bit in 0..content.len() * 8 {
            assert_eq!(open(&iv, additional, &flipped(&content, bit), &tag), Err(Rejected));
        }
        for bit in 0..tag.len() * 8 {
            assert_eq!(open(&iv, additional, &content, &flipped(&tag, bit)), Err(Rejected));
        }
    }

    #[test]
    fn ivs_do_not_repeat() {
        let ivs: HashSet<_> = (0..100_000).map(|_| random_iv().unwrap()).collect();
        assert_eq!(ivs.len(), 100_000);
    }
}
