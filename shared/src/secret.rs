//! A user's key in clear, and the little of it that may be shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The longest key that is taken, in bytes. Known keys have at most 167 characters.
pub const MAX_KEY_BYTES: usize = 400;
/// The shortest.
const MIN_KEY_BYTES: usize = 8;

/// A provider key in clear: wiped when dropped, and never printed, copied or serialised.
///
/// Only the code that builds a provider request's headers, and the sealer, may
/// [expose](Self::expose) it.
pub struct UserApiKey(SecretString);

/// What is wrong with what was typed. Never contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKey {
    /// Nothing is left once spaces and quotes are gone.
    #[error("the key is empty")]
    Empty,
    /// Shorter than any provider's keys.
    #[error("the key is too short")]
    TooShort,
    /// Longer than any provider's keys.
    #[error("the key is too long")]
    TooLong,
    /// It has characters inside that no HTTP header can carry.
    #[error("the key has characters in it that no key has")]
    BadCharacters,
}

impl UserApiKey {
    /// Takes what a person typed or pasted, less what pasting adds: white space, quotes, a leading
    /// `Bearer`, zero-width characters; and with plain hyphens for typographic ones.
    pub fn from_typed(typed: &str) -> Result<Self, MalformedKey> {
        let typed = cleaned(typed);
        let mut key = typed.as_str();
        if let Some(rest) = strip_prefix_ignoring_case(key, "bearer")
            && rest.starts_with(|c: char| c.is_whitespace() || c == ':')
        {
            key = trim_wrapping(rest.trim_start_matches(':'));
        }
        match key.len() {
            0 => Err(MalformedKey::Empty),
            _ if !key.chars().all(|c| c.is_ascii_graphic()) => Err(MalformedKey::BadCharacters),
            1..MIN_KEY_BYTES => Err(MalformedKey::TooShort),
            MIN_KEY_BYTES..=MAX_KEY_BYTES => Ok(Self(SecretString::from(key))),
            _ => Err(MalformedKey::TooLong),
        }
    }

    /// Takes a key that was opened from the vault.
    #[must_use]
    pub fn from_opened(key: SecretString) -> Self {
        Self(key)
    }

    /// The key in clear. The caller puts it into a header marked sensitive, or seals it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The end of the key, by which its owner knows it again.
    #[must_use]
    pub fn last4(&self) -> Last4 {
        let key = self.expose();
        Last4(key.get(key.len().saturating_sub(4)..).unwrap_or_default().to_owned())
    }
}

impl fmt::Debug for UserApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserApiKey([redacted])")
    }
}

/// The last four characters of a key: all of it that is ever shown, and to its owner alone.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Last4(String);

impl fmt::Display for Last4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.0)
    }
}

/// What a person typed or pasted, less what pasting adds: white space and quotes around it, zero-width
/// characters; and with plain hyphens for typographic ones.
pub(crate) fn cleaned(typed: &str) -> Zeroizing<String> {
    let visible: Zeroizing<String> =
        Zeroizing::new(typed.chars().filter(|c| !is_invisible(*c)).map(plain_hyphen).collect());
    Zeroizing::new(trim_wrapping(&visible).to_owned())
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}')
}

fn plain_hyphen(c: char) -> char {
    if matches!(c, '\u{2010}'..='\u{2015}') { '-' } else { c }
}

fn trim_wrapping(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»' | ',' | ';' | '<' | '>'
            )
    })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Result<String, MalformedKey> {
        UserApiKey::from_typed(text).map(|key| key.expose().to_owned())
    }

    #[test]
    fn pasting_adds_nothing() {
        for text in [
            "sk-test-12345678",
            "  sk-test-12345678\n",
            "\"sk-test-12345678\"",
            "“sk-test-12345678”,",
            "`sk-test-12345678`",
            "Bearer sk-test-12345678",
            "bearer: \"sk-test-12345678\"",
            "sk-\u{200B}test-\u{FEFF}12345678\u{2060}",
            "sk\u{2011}test\u{2013}12345678",
        ] {
            assert_eq!(typed(text).as_deref(), Ok("sk-test-12345678"), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_by_name() {
        assert_eq!(typed(" \u{200B}\" "), Err(MalformedKey::Empty));
        assert_eq!(typed("Bearer  "), Err(MalformedKey::TooShort));
        assert_eq!(typed("sk-1"), Err(MalformedKey::TooShort));
        assert_eq!(typed("sk-test 12345678"), Err(MalformedKey::BadCharacters));
        assert_eq!(typed("sk-tést-12345678"), Err(MalformedKey::BadCharacters));
        assert_eq!(typed(&"k".repeat(401)), Err(MalformedKey::TooLong));
    }

    #[test]
    fn a_key_shows_its_end_and_nothing_else() {
        let key = UserApiKey::from_typed("sk-test-12345678").unwrap();
        assert_eq!(key.last4().to_string(), "…5678");
        assert_eq!(format!("{key:?}"), "UserApiKey([redacted])");
    }
}
