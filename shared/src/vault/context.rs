//! What a ciphertext is about, sealed along with it.
//!
//! GCM by itself does not stop somebody who can write to the database from copying one user's
//! columns onto another user's row. So whose row it is goes into the additional data, each part
//! with its length before it: no two different lists of parts give the same bytes.

use super::{KeyId, subkeys::Purpose};

/// Changes when the format does, so that old and new rows can't be taken for each other.
const FORMAT: &str = "troupe.v1";

/// The additional data of one seal.
pub(super) fn additional_data(purpose: Purpose, key_id: KeyId, parts: &[&[u8]]) -> Vec<u8> {
    let key_id = key_id.bytes();
    let head: [&[u8]; 3] = [FORMAT.as_bytes(), purpose.as_str().as_bytes(), &key_id];
    let mut data = Vec::new();
    for part in head.iter().chain(parts) {
        data.extend((part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_parts_never_give_the_same_bytes() {
        let (id, other_id) = (KeyId::from_bytes([1; 4]), KeyId::from_bytes([2; 4]));
        let of = |purpose, id, parts: &[&[u8]]| additional_data(purpose, id, parts);
        let data = [
            of(Purpose::UserKeys, id, &[b"ab", b"c"]),
            of(Purpose::UserKeys, id, &[b"a", b"bc"]),
            of(Purpose::UserKeys, id, &[b"abc"]),
            of(Purpose::UserKeys, id, &[b"abc", b""]),
            of(Purpose::UserKeys, other_id, &[b"ab", b"c"]),
            of(Purpose::Canary, id, &[b"ab", b"c"]),
        ];
        for (index, one) in data.iter().enumerate() {
            assert!(data[index + 1..].iter().all(|other| other != one));
        }
    }

    /// What is at rest opens only as long as this stays as it is.
    #[test]
    fn the_layout_never_changes() {
        let data = additional_data(Purpose::Canary, KeyId::from_bytes([0xAB; 4]), &[b"x"]);
        assert_eq!(
            data,
            b"\0\0\0\0\0\0\0\x09troupe.v1\0\0\0\0\0\0\0\x06canary\
              \0\0\0\0\0\0\0\x04\xAB\xAB\xAB\xAB\0\0\0\0\0\0\0\x01x"
        );
    }
}
