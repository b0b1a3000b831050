//! A key for the code of a `/wallet connect`: the one place where code and verifier become clear.
//!
//! A code is good once, so the key that comes for it is kept, sealed, before anything else is asked:
//! whoever goes on with the check after this worker finds the key and needs no code.

use std::time::Duration;

use shared::{
    ids::WorkerId,
    model::{CouldNotCheck, KeyVerdict},
    secret::UserApiKey,
    store::{ClaimedCheck, VerdictOutcome},
};
use tokio::time::timeout;
use tracing::{error, info};

use crate::{
    open_key::{NoKey, not_opened},
    persist::until_written,
    runner::Shared,
};

/// A person waits for the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// No key, and what follows.
pub(crate) enum NotConnected {
    /// It is said to the person.
    Verdict(KeyVerdict),
    /// What is stored did not open.
    NoKey(NoKey),
}

/// Exchanges a check's code and verifier for a key, and keeps the key.
pub(crate) async fn connect(
    shared: &Shared,
    worker: WorkerId,
    check: &ClaimedCheck,
) -> Result<UserApiKey, NotConnected> {
    let stored = shared.store.connection(check.id).await.map_err(|error| no_key(error.into()))?;
    let stored = stored.ok_or_else(|| no_key(NoKey::Gone))?;
    let (Ok(code), Ok(verifier)) = (&stored.code, &stored.verifier) else {
        error!(alert = true, check.id = %check.id, "what a connection needs was changed");
        return Err(no_key(NoKey::Unreadable));
    };
    let opened = |failed| no_key(not_opened(failed, check.id));
    let code = shared.opener.open_code(check.user, check.id, code).map_err(opened)?;
    let verifier = shared.opener.open_verifier(check.user, check.id, verifier).map_err(opened)?;
    let provider = shared.providers.get(check.provider).ok_or(NotConnected::Verdict(DOWN))?;
    let exchanged = timeout(PATIENCE, provider.key_for(&code, &verifier)).await;
    let key = exchanged.unwrap_or(Err(DOWN)).map_err(NotConnected::Verdict)?;
    keep(shared, worker, check, &key).await?;
    Ok(key)
}

async fn keep(
    shared: &Shared,
    worker: WorkerId,
    check: &ClaimedCheck,
    key: &UserApiKey,
) -> Result<(), NotConnected> {
    let _unlogged = shared.redactor.guard(key);
    let keys = shared.opener.sealer();
    let sealed = keys.seal(check.user, check.provider, key).map_err(|failed| {
        error!(alert = true, check.id = %check.id, kind = %failed, "a key could not be sealed");
        NotConnected::Verdict(DOWN)
    })?;
    let candidate = (sealed, keys.fingerprint(check.provider, key), key.last4());
    let hard = shared.lifecycle.hard();
    let kept =
        until_written(&hard, || shared.store.keep_connected_key(check, worker, &candidate)).await;
    match kept.map_err(|error| no_key(error.into()))? {
        VerdictOutcome::Written => {
            info!(check.id = %check.id, user.id = %check.user, "a code became a key");
            Ok(())
        }
        // what follows is too late as well, and writes nothing
        VerdictOutcome::TooLate => Err(NotConnected::Verdict(DOWN)),
    }
}

const DOWN: KeyVerdict = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };

const fn no_key(why: NoKey) -> NotConnected {
    NotConnected::NoKey(why)
}
