//! Opening the key that pays: the only place where a user's key becomes clear.

use shared::{
    ids::{ApiKeyId, UserId},
    model::Provider,
    secret::UserApiKey,
    store::{SealedKey, StoreError},
    telemetry::RedactionGuard,
    vault::{KeyId, OpenError},
};
use tracing::error;

use crate::runner::Shared;

/// A key in clear, for one call.
pub(crate) struct OpenedKey {
    /// Which it was when it was opened.
    pub(crate) id: ApiKeyId,
    /// The key.
    pub(crate) key: UserApiKey,
    /// While the key is in hand, no log line of this process can hold it.
    _unlogged: RedactionGuard,
}

/// No key, and what it means for the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoKey {
    /// The user removed it.
    #[error("there is no live key")]
    Gone,
    /// Another worker may have the master key.
    #[error("sealed with the master key {0}, which this process does not have")]
    UnknownMasterKey(KeyId),
    /// The row was changed.
    #[error("the stored key does not open")]
    Unreadable,
    /// Try again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a user's live key for a provider.
pub(crate) async fn open_key(
    shared: &Shared,
    user: UserId,
    provider: Provider,
) -> Result<OpenedKey, NoKey> {
    let stored: SealedKey = shared.store.sealed_key(user, provider).await?.ok_or(NoKey::Gone)?;
    let sealed = stored.sealed.as_ref().map_err(|malformed| {
        error!(alert = true, key.id = %stored.id, kind = %malformed, "a stored key was changed");
        NoKey::Unreadable
    })?;
    let key = shared
        .opener
        .open(stored.user_id, stored.provider, sealed)
        .map_err(|failed| not_opened(failed, stored.id))?;
    Ok(OpenedKey { id: stored.id, _unlogged: shared.redactor.guard(&key), key })
}

/// It is never the user's fault, and says nothing of their key: somebody must look.
pub(crate) fn not_opened(failed: OpenError, row: impl std::fmt::Display) -> NoKey {
    error!(alert = true, row.id = %row, kind = %failed, "a stored key could not be opened");
    match failed {
        OpenError::UnknownKeyId(key) => NoKey::UnknownMasterKey(key),
        OpenError::Tampered | OpenError::Malformed(_) => NoKey::Unreadable,
    }
}
