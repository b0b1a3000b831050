//! What does the provider say of a key? Asked with a call that costs nothing, for a key that was
//! typed or for the stored one.

use std::time::Duration;

use shared::{
    ids::{UserId, WorkerId},
    model::{CouldNotCheck, KeyVerdict},
    store::{CheckPurpose, ClaimedCheck},
};
use tokio::{sync::Semaphore, time::timeout};
use tracing::{info, warn};

use crate::{
    connect::{NotConnected, connect},
    open_key::{NoKey, not_opened, open_key},
    persist::until_written,
    runner::Shared,
};

/// A person waits for the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes all of a user's waiting checks, one after the other.
pub(crate) async fn make_all(shared: &Shared, user: UserId, at_once: &Semaphore) {
    let Ok(_permit) = at_once.acquire().await else { return };
    while let Some(worker) = shared.pulse.worker() {
        match shared.store.claim_key_check(worker, user).await {
            Ok(Some(check)) if make(shared, worker, &check).await => {}
            // the next sweep sees to it, this worker's or one's that has the master key
            Ok(Some(_given_back)) => return,
            Ok(None) => return,
            Err(error) => {
                warn!(user.id = %user, kind = %error, "a key check could not be claimed");
                return;
            }
        }
    }
}

/// `false`: it was given back.
async fn make(shared: &Shared, worker: WorkerId, check: &ClaimedCheck) -> bool {
    let Some(verdict) = verdict(shared, worker, check).await else {
        if let Err(error) = shared.store.give_back_key_check(check, worker).await {
            warn!(check.id = %check.id, kind = %error, "a key check could not be given back");
        }
        return false;
    };
    let hard = shared.lifecycle.hard();
    let written =
        until_written(&hard, || shared.store.finish_key_check(check, worker, &verdict)).await;
    match written {
        Ok(outcome) => info!(
            check.id = %check.id,
            user.id = %check.user,
            verdict = name(&verdict),
            written = ?outcome,
            "a key was checked"
        ),
        Err(error) => warn!(check.id = %check.id, kind = %error, "a verdict could not be written"),
    }
    shared.nudges.nudge(check.user).await;
    true
}

/// The provider's verdict; `None` when another worker should ask.
async fn verdict(shared: &Shared, worker: WorkerId, check: &ClaimedCheck) -> Option<KeyVerdict> {
    let unreadable = KeyVerdict::CouldNotCheck { why: CouldNotCheck::Unreadable };
    let key = match &check.candidate {
        None if check.purpose == CheckPurpose::Connect => {
            match connect(shared, worker, check).await {
                Ok(key) => Ok(key),
                Err(NotConnected::Verdict(verdict)) => return Some(verdict),
                Err(NotConnected::NoKey(why)) => Err(why),
            }
        }
        Some(Ok(sealed)) => shared
            .opener
            .open(check.user, check.provider, sealed)
            .map_err(|failed| not_opened(failed, check.id)),
        Some(Err(_malformed)) => Err(NoKey::Unreadable),
        None => open_key(shared, check.user, check.provider).await.map(|opened| opened.key),
    };
    match key {
        Ok(key) => {
            let _unlogged = shared.redactor.guard(&key);
            let down = KeyVerdict::CouldNotCheck { why: CouldNotCheck::ProviderDown };
            let Some(provider) = shared.providers.get(check.provider) else { return Some(down) };
            Some(timeout(PATIENCE, provider.check_key(&key)).await.unwrap_or(down))
        }
        // the check expires if nobody can make it
        Err(NoKey::UnknownMasterKey(_) | NoKey::Store(_)) => None,
        Err(NoKey::Gone | NoKey::Unreadable) => Some(unreadable),
    }
}

const fn name(verdict: &KeyVerdict) -> &'static str {
    match verdict {
        KeyVerdict::Valid(_) => "valid",
        KeyVerdict::Rejected => "rejected",
        KeyVerdict::Management => "management",
        KeyVerdict::CouldNotCheck { .. } => "could_not_check",
        KeyVerdict::NotConnected { .. } => "not_connected",
    }
}
