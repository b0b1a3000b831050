//! Percent-encoding, as paths and references have it.

use std::fmt::Write as _;

/// Decodes `%40original` and the like; what is no escape stays as it is.
pub(crate) fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| tail.get(..2)).flatten();
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(decoded) = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(decoded);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Encodes a name as one piece of a path: all but letters, digits and the harmless signs.
pub(crate) fn encode(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // writing to a string does not fail
            let _infallible = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_other_percent_signs_stay() {
        assert_eq!(decode("/a/%40original"), "/a/@original");
        assert_eq!(decode("/%F0%9F%91%8D/50%"), "/👍/50%");
    }

    #[test]
    fn what_is_encoded_is_one_piece_and_decoded_again() {
        let name = "a b/?#%FF👍-._~.txt";
        assert_eq!(encode(name), "a%20b%2F%3F%23%25FF%F0%9F%91%8D-._~.txt");
        assert_eq!(decode(&encode(name)), name);
    }
}
