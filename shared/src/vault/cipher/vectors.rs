//! Published test vectors for AES-256-GCM, and a few of our own.

use std::{fs, path::Path};

use aes_gcm::aead::{
    array::{Array, ArraySize},
    consts::{U12, U16},
};
use serde::Deserialize;

use super::{Encrypted, decrypt, encrypt};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wycheproof {
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    iv_size: usize,
    key_size: usize,
    tag_size: usize,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    tc_id: u32,
    key: String,
    iv: String,
    aad: String,
    msg: String,
    ct: String,
    tag: String,
    result: String,
}

/// Wycheproof (C2SP) has 85 cases for AES-256 with a whole tag and an IV of 96 or 128 bits. They
/// are counted, so that a slip in the filter can't leave any out.
#[test]
fn wycheproof() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/wycheproof-aes-gcm.json");
    let Ok(text) = fs::read_to_string(file) else {
        println!("left out: no Wycheproof file beside the workspace");
        return;
    };
    let vectors: Wycheproof = serde_json::from_str(&text).unwrap();
    let whole = |group: &&Group| group.key_size == 256 && group.tag_size == 128;
    let mut counts = [(0, 0); 2];
    for group in vectors.test_groups.iter().filter(whole) {
        for vector in &group.tests {
            let (count, holds) = match group.iv_size {
                96 => (&mut counts[0], holds::<U12>(vector)),
                128 => (&mut counts[1], holds::<U16>(vector)),
                _ => continue,
            };
            match vector.result.as_str() {
                "valid" => count.0 += 1,
                "invalid" => count.1 += 1,
                other => panic!("{other}"),
            }
            assert!(holds, "case {}", vector.tc_id);
        }
    }
    assert_eq!(counts, [(39, 27), (19, 0)]);
}

/// Made with Python's `cryptography` (OpenSSL), in the size of IV that is used here.
#[test]
fn vectors_of_our_own() {
    let vector = |iv: &str, aad: &str, msg: &str, ct: &str, tag: &str| Vector {
        tc_id: 0,
        key: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned(),
        iv: iv.to_owned(),
        aad: hex::encode(aad),
        msg: hex::encode(msg),
        ct: ct.to_owned(),
        tag: tag.to_owned(),
        result: "valid".to_owned(),
    };
    let vectors = [
        vector("00112233445566778899aabbccddeeff", "", "", "", "53fd7d8b3c842b50a35f85dbe53ed42a"),
        vector(
            "ffffffffffffffffffffffffffffffff",
            "troupe",
            "sk-test-12345678",
            "f62a58dd79f701df8756dcde687ce7e6",
            "9185948308136a6d080d910ef1c0b5d1",
        ),
        vector(
            "5c2ea9b695fcf6e264b96074d6bfa572",
            "whose key this is",
            "a secret longer than two blocks, whose letters aren't all ASCII: é",
            "98f8012abf7abcd1b00bd10667b681e47306d2fb234c492a491bc18b5f979d892a25018135a68cf100684a081916b6c1ef0db54ae6f2b44bc09ad0d840786b96a9d45e",
            "f8216f13019d88cdbab6e6d3144f447a",
        ),
    ];
    assert!(vectors.iter().all(holds::<U16>));
}

/// Whether encrypting and decrypting give what the vector says.
fn holds<Size: ArraySize>(vector: &Vector) -> bool {
    let bytes = |text: &str| hex::decode(text).unwrap();
    let key: [u8; 32] = bytes(&vector.key).try_into().unwrap();
    let iv = Array::<u8, Size>::try_from(bytes(&vector.iv).as_slice()).unwrap();
    let (aad, msg, ct) = (bytes(&vector.aad), bytes(&vector.msg), bytes(&vector.ct));
    let tag: [u8; 16] = bytes(&vector.tag).try_into().unwrap();
    let opened = decrypt(&key, &iv, &aad, &ct, tag);
    let Encrypted { content, tag: made } = encrypt(&key, &iv, &aad, &msg).unwrap();
    match vector.result.as_str() {
        "valid" => opened.is_ok_and(|opened| *opened == msg) && content == ct && made == tag,
        _ => opened.is_err(),
    }
}
