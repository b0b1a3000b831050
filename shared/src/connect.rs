//! OpenRouter's way to a key that nobody has to copy: OAuth with PKCE (RFC 7636), without a callback.
//!
//! A person agrees on OpenRouter's page, which shows them a code; the code and our verifier together are
//! worth a key, once. The page knows the verifier's hash alone, so a code by itself is worth nothing.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::secret::cleaned;

/// For so long a verifier waits for its code.
pub const CONNECTION_LASTS: TimeDelta = TimeDelta::minutes(10);
/// The longest code that is taken; known ones have some forty characters.
const MAX_CODE_BYTES: usize = 200;

/// Proves that a code was asked for here. Never printed.
pub struct Verifier(SecretString);

impl Verifier {
    /// Makes one of 32 random bytes: 43 characters that an address can carry.
    #[must_use]
    pub fn of(random: &[u8; 32]) -> Self {
        Self(SecretString::from(URL_SAFE_NO_PAD.encode(random)))
    }

    /// What the page is told: the verifier's hash.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose_secret()))
    }

    /// The verifier in clear, to be sealed.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier([redacted])")
    }
}

/// The code that a person got from the page. Never printed.
pub struct ConnectCode(SecretString);

/// What was typed is no code. Never contains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCode {
    /// Nothing is left once spaces and quotes are gone.
    #[error("the code is empty")]
    Empty,
    /// A provider's key, in the place of the code.
    #[error("that is a key and no code")]
    Key,
    /// Too long, or with characters inside that no code has.
    #[error("that is no code")]
    NoCode,
}

impl ConnectCode {
    /// Takes what a person pasted, less what pasting adds.
    pub fn from_typed(typed: &str) -> Result<Self, MalformedCode> {
        let code = cleaned(typed);
        if code.is_empty() {
            return Err(MalformedCode::Empty);
        }
        if code.starts_with("sk-") {
            return Err(MalformedCode::Key);
        }
        if code.len() > MAX_CODE_BYTES || !code.chars().all(|c| c.is_ascii_graphic()) {
            return Err(MalformedCode::NoCode);
        }
        Ok(Self(SecretString::from(code.as_str())))
    }

    /// The code in clear, to be sealed.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for ConnectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectCode([redacted])")
    }
}

/// The page where people agree: beside the API that `base_url` names.
#[must_use]
pub fn page_beside(base_url: &str) -> String {
    let authority = base_url.find("://").map_or(0, |at| at + 3);
    let path = base_url[authority..].find('/').map_or(base_url.len(), |at| authority + at);
    format!("{}/auth", &base_url[..path])
}

/// The page's address for this challenge.
#[must_use]
pub fn link(page: &str, challenge: &str) -> String {
    format!("{page}?code_challenge={challenge}&code_challenge_method=S256")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_hash_of_its_verifier() {
        let random = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = Verifier::of(&random);
        let secret = verifier.secret().expose_secret();
        assert_eq!(secret, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(format!("{verifier:?}"), "Verifier([redacted])");
    }

    #[test]
    fn the_page_lies_at_the_root_of_the_provider() {
        for (base, page) in [
            ("https://openrouter.ai/api/v1", "https://openrouter.ai/auth"),
            ("http://127.0.0.1:7381/api/v1/", "http://127.0.0.1:7381/auth"),
            ("https://gate.example.org", "https://gate.example.org/auth"),
            ("http://[::1]:7381/x", "http://[::1]:7381/auth"),
        ] {
            assert_eq!(page_beside(base), page);
        }
        let link = link("https://openrouter.ai/auth", "abc");
        assert_eq!(
            link,
            "https://openrouter.ai/auth?code_challenge=abc&code_challenge_method=S256"
        );
    }

    #[test]
    fn a_code_is_taken_as_people_paste_it_and_nothing_else_is() {
        let typed = |text: &str| {
            let code = ConnectCode::from_typed(text);
            code.map(|code| code.secret().expose_secret().to_owned())
        };
        for text in ["auth_code_1", " auth_code_1\n", "`auth_code_1`", "auth\u{200B}_code_1"] {
            assert_eq!(typed(text).as_deref(), Ok("auth_code_1"), "{text:?}");
        }
        assert_eq!(typed(" \"\" "), Err(MalformedCode::Empty));
        assert_eq!(typed("sk-or-v1-0123"), Err(MalformedCode::Key));
        assert_eq!(typed("the code is 1"), Err(MalformedCode::NoCode));
        assert_eq!(typed(&"c".repeat(201)), Err(MalformedCode::NoCode));
        let code = ConnectCode::from_typed("auth_code_1").unwrap();
        assert_eq!(format!("{code:?}"), "ConnectCode([redacted])");
    }
}
