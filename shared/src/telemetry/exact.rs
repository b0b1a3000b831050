//! The secrets this process holds, in every spelling in which they could reach a log.
//!
//! Patterns know what keys usually look like; a database password looks like nothing. So what the
//! process itself holds is also searched for as it is: raw, escaped as in JSON and `Debug`, in hex,
//! percent-encoded, and in base64 at each of the three places where it can begin in a longer text.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use super::rules::RULES;

/// Stands for a secret that was found by its value.
pub(super) const LABEL: &str = "[redacted:secret]";

/// Shorter secrets can't be searched for: they would be found in ordinary words.
const SHORTEST: usize = 8;

/// Whose needle it is.
pub(super) type Owner = u64;

/// All spellings of all secrets, the longest first, so that one that contains another goes first.
#[derive(Default)]
pub(super) struct Needles(Vec<(Owner, Zeroizing<String>)>);

impl Needles {
    pub(super) fn add(&mut self, owner: Owner, secret: &str) {
        for spelling in spellings(secret) {
            let inside_a_label = RULES.iter().map(|rule| rule.replacement).chain([LABEL]);
            if spelling.len() >= SHORTEST
                && !inside_a_label.into_iter().any(|l| l.contains(&*spelling))
            {
                self.0.push((owner, spelling));
            }
        }
        self.0.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    pub(super) fn remove(&mut self, owner: Owner) {
        self.0.retain(|(of, _)| *of != owner);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, needle)| needle.as_str())
    }
}

fn spellings(secret: &str) -> Vec<Zeroizing<String>> {
    let bytes = secret.as_bytes();
    let debug = Zeroizing::new(format!("{secret:?}"));
    let mut all = vec![
        secret.to_owned(),
        debug[1..debug.len() - 1].to_owned(),
        hex::encode(bytes),
        hex::encode_upper(bytes),
        percent(bytes, "-._~", false),
        percent(bytes, "-._~", true),
        percent(bytes, "", false),
    ];
    for begin in 0..3 {
        all.push(base64_inside(bytes, begin, &STANDARD_NO_PAD));
        all.push(base64_inside(bytes, begin, &URL_SAFE_NO_PAD));
    }
    all.sort();
    all.dedup();
    all.into_iter().map(Zeroizing::new).collect()
}

/// The characters that the secret alone decides when it begins `begin` bytes into a group of three.
fn base64_inside(secret: &[u8], begin: usize, engine: &impl Engine) -> String {
    let mut padded = Zeroizing::new(vec![0; begin]);
    padded.extend_from_slice(secret);
    let text = Zeroizing::new(engine.encode(&*padded));
    let first = (begin * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    text.get(first..end).unwrap_or_default().to_owned()
}

fn percent(bytes: &[u8], kept: &str, lower: bool) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let c = char::from(*byte);
        let _ = match (c.is_ascii_alphanumeric() || kept.contains(c), lower) {
            (true, _) => write!(text, "{c}"),
            (false, true) => write!(text, "%{byte:02x}"),
            (false, false) => write!(text, "%{byte:02X}"),
        };
        text
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn base64_is_found_wherever_the_secret_begins() {
        let secret = "pa55/word+quite?long";
        let all = spellings(secret);
        for before in ["", "u", "us", "use"] {
            for after in ["", "x", "xy"] {
                let text = STANDARD.encode(format!("{before}{secret}{after}"));
                assert!(all.iter().any(|s| s.len() >= 24 && text.contains(&**s)), "{text}");
            }
        }
    }

    #[test]
    fn short_secrets_and_pieces_of_labels_are_not_searched_for() {
        let mut needles = Needles::default();
        needles.add(1, "troupe");
        needles.add(1, "redacted");
        // their encodings are long enough, and no word
        assert!(needles.iter().all(|needle| needle != "troupe" && needle != "redacted"));
        needles.remove(1);
        assert_eq!(needles.iter().count(), 0);
    }
}
