//! How a seal lies in a row.

use std::borrow::Cow;

use crate::vault::{MalformedSeal, Sealed};

/// The four columns of a seal, owned for binding; none of them where there is no seal.
#[derive(Default)]
pub(super) struct SealColumns {
    pub(super) iv: Option<String>,
    pub(super) content: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) key_id: Option<String>,
}

impl SealColumns {
    pub(super) fn of(sealed: Option<&Sealed>) -> Self {
        sealed.map_or_else(Self::default, |sealed| Self {
            iv: Some(sealed.iv()),
            content: Some(sealed.content()),
            tag: Some(sealed.tag()),
            key_id: Some(sealed.key_id().to_string()),
        })
    }

    /// The seal, where its columns have not been erased. A row that somebody changed is an answer, not
    /// a failed query.
    pub(super) fn read(
        iv: Option<&String>,
        content: Option<&String>,
        tag: Option<&String>,
        key_id: Option<&String>,
    ) -> Option<Result<Sealed, MalformedSeal>> {
        Some(Sealed::from_columns(iv?, content?, tag?, key_id?))
    }
}

/// Postgres takes no NUL in a text. A model may send one, and an answer must not be lost over it.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) }
}
