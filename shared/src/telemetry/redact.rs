//! Takes secrets out of text.

use std::{
    borrow::Cow,
    fmt,
    ops::Range,
    sync::{Arc, PoisonError, RwLock, atomic::AtomicU64, atomic::Ordering},
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    exact::{LABEL, Needles, Owner},
    rules::{COMPILED, RULES},
};
use crate::secret::UserApiKey;

/// After so many rounds nothing new comes up; the bound only makes that certain.
const ROUNDS: usize = 8;

/// Knows what secrets look like, and which ones this process holds. Clones share what they know.
#[derive(Clone, Default)]
pub struct Redactor {
    held: Arc<Held>,
}

#[derive(Default)]
struct Held {
    needles: RwLock<Needles>,
    owners: AtomicU64,
}

impl Redactor {
    /// One that also knows these secrets by their value, for as long as it lives.
    pub fn with_secrets<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let redactor = Self::default();
        for secret in secrets {
            redactor.add_secret(secret);
        }
        redactor
    }

    /// From now on, this secret is found by its value too. Secrets of fewer than 8 characters are
    /// not: they would be found in ordinary words.
    pub fn add_secret(&self, secret: &SecretString) {
        self.add(secret.expose_secret());
    }

    /// Finds this user's key by its value until the guard is dropped: for the time of one call.
    #[must_use = "the key is known only as long as the guard lives"]
    pub fn guard(&self, key: &UserApiKey) -> RedactionGuard {
        RedactionGuard { held: Arc::clone(&self.held), owner: self.add(key.expose()) }
    }

    fn add(&self, secret: &str) -> Owner {
        let owner = self.held.owners.fetch_add(1, Ordering::Relaxed);
        self.held.needles.write().unwrap_or_else(PoisonError::into_inner).add(owner, secret);
        owner
    }

    /// The text without its secrets; the same text when it has none. Doing it twice changes
    /// nothing more.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.settle(text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Whether what a person typed has something in it that looks like a key. Of the rules, only
    /// those that leave ordinary text and code alone.
    #[must_use]
    pub fn finds_key_in(&self, message: &str) -> bool {
        let message = visible(message).map_or(Cow::Borrowed(message), Cow::Owned);
        COMPILED.any.matches(&message).into_iter().any(|rule| RULES[rule].for_messages)
    }

    /// Redacts until nothing changes: what one rule leaves can be what an earlier one looks for.
    /// Characters that take no room are left out first, for they break a key in two of which only
    /// one half has its prefix.
    fn settle(&self, text: &str) -> Option<String> {
        let text = visible(text).map_or(Cow::Borrowed(text), Cow::Owned);
        let mut settled = self.pass(&text)?;
        for _ in 1..ROUNDS {
            match self.pass(&settled) {
                Some(further) => settled = further,
                None => break,
            }
        }
        Some(settled)
    }

    /// One round, or `None` if it changes nothing. Known secrets go first: a rule could take a
    /// part of one, and the rest would no longer be known.
    fn pass(&self, text: &str) -> Option<String> {
        let mut redacted = Cow::Borrowed(text);
        {
            let needles = self.held.needles.read().unwrap_or_else(PoisonError::into_inner);
            for needle in needles.iter() {
                if redacted.contains(needle) {
                    redacted = Cow::Owned(redacted.replace(needle, LABEL));
                }
            }
        }
        // what only matches after another rule is for the next round
        let matching = COMPILED.any.matches(&redacted);
        for rule in &matching {
            let replaced = COMPILED.each[rule].replace_all(&redacted, RULES[rule].replacement);
            if let Cow::Owned(text) = replaced {
                redacted = Cow::Owned(text);
            }
        }
        (redacted != text).then(|| redacted.into_owned())
    }

    /// The last place at or before `wanted` where the text can be cut without cutting a secret.
    pub(super) fn safe_cut(&self, text: &str, wanted: usize) -> usize {
        let secrets = self.secrets_in(text);
        let mut cut = text.floor_char_boundary(wanted);
        while let Some(start) =
            secrets.iter().filter(|s| s.start < cut && cut < s.end).map(|s| s.start).min()
        {
            cut = start;
        }
        cut
    }

    fn secrets_in(&self, text: &str) -> Vec<Range<usize>> {
        let needles = self.held.needles.read().unwrap_or_else(PoisonError::into_inner);
        let known = needles
            .iter()
            .flat_map(|needle| text.match_indices(needle).map(|(at, s)| at..at + s.len()));
        let matching = COMPILED.any.matches(text);
        let shaped = matching
            .iter()
            .flat_map(|rule| COMPILED.each[rule].find_iter(text).map(|found| found.range()));
        known.chain(shaped).collect()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

/// Keeps one user's key known to the [`Redactor`]; forgets it when dropped.
#[must_use = "the key is known only as long as the guard lives"]
pub struct RedactionGuard {
    held: Arc<Held>,
    owner: Owner,
}

impl Drop for RedactionGuard {
    fn drop(&mut self) {
        self.held.needles.write().unwrap_or_else(PoisonError::into_inner).remove(self.owner);
    }
}

impl fmt::Debug for RedactionGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionGuard(..)")
    }
}

/// The text without characters that take no room, if it has any.
fn visible(text: &str) -> Option<String> {
    const UNSEEN: [char; 12] = [
        '\u{AD}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{2060}',
        '\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}', '\u{FEFF}',
    ];
    (!text.is_ascii() && text.contains(UNSEEN)).then(|| text.replace(UNSEEN, ""))
}
