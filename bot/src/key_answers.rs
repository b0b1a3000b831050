//! Answers `/wallet set` and `/wallet test` once a worker has the verdict.
//!
//! The command's token lies sealed beside the check, so the answer can come from a process that
//! started after the question. A token lives for a quarter of an hour: after that the verdict goes by
//! direct message.

use std::{sync::Arc, time::Duration};

use shared::store::{CheckPurpose, ShardRange, StoreError, Unanswered};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    direct::nonce,
    rest::{InteractionToken, Message, RestError},
    texts::verdicts::{Checked, verdict},
};

/// How often the store is asked without being nudged.
const SWEEP: Duration = Duration::from_secs(1);

/// Runs until `stop`.
pub async fn run(app: &Arc<App>, range: ShardRange, stop: &CancellationToken) {
    let mut sweeps = interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = sweeps.tick() => {}
            () = app.verdicts.notified() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = answer_all(app, range).await {
            tracing::debug!(error = %error, "verdicts could not be read");
        }
    }
}

async fn answer_all(app: &App, range: ShardRange) -> Result<(), StoreError> {
    for check in app.store.unanswered_key_checks(range).await? {
        let text = text(app, &check).await?;
        match answer(app, &check, text).await {
            Ok(()) => app.store.mark_key_check_answered(check.id).await?,
            // the next sweep tries again; when the token is too old, the answer goes the other way
            Err(RestError::Unavailable | RestError::Limited(_) | RestError::TokenRejected) => {}
            Err(error) => {
                tracing::warn!(check.id = %check.id, user.id = %check.user, error = %error, "a verdict could not be told");
                app.store.mark_key_check_answered(check.id).await?;
            }
        }
    }
    Ok(())
}

async fn text(app: &App, check: &Unanswered) -> Result<String, StoreError> {
    let mut last4 = check.last4.clone();
    if check.purpose == CheckPurpose::TestStored && last4.is_none() {
        let keys = app.store.live_keys(check.user).await?;
        last4 = keys.into_iter().find(|key| key.provider == check.provider).map(|key| key.last4);
    }
    let checked = Checked {
        purpose: check.purpose,
        provider: check.provider,
        last4: last4.as_ref(),
        verdict: check.verdict.as_ref(),
    };
    Ok(verdict(&checked, app.clock.now()))
}

async fn answer(app: &App, check: &Unanswered, text: String) -> Result<(), RestError> {
    let opened = app.secrets.open(check.id.uuid(), &check.answer.sealed);
    if let Err(error) = &opened {
        tracing::error!(check.id = %check.id, error = %error, "a command's token does not open");
    }
    let is_fresh = app.clock.now() < check.answer.expires_at;
    if let Some(token) = opened.ok().filter(|_| is_fresh) {
        let token = InteractionToken { application: app.application, token };
        match app.rest.edit_original(&token, &Message::text(text.as_str())).await {
            Err(RestError::Gone(_)) => {}
            answered => return answered.map(drop),
        }
    }
    // the person or the process took too long
    let Ok(Some(user)) = app.store.user(check.user).await else {
        return Err(RestError::Unavailable);
    };
    app.direct.tell(&app.rest, user.discord_id, &text, &nonce(check.id.uuid())).await
}
