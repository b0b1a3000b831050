//! Tells people in private what they have to know.
//!
//! The store keeps each notice until it is told, once per person, kind and hour. It goes by direct
//! message; to somebody who takes none from here, a short neutral line goes where it happened.
//! Telling may be repeated: the nonce makes Discord show it once.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use shared::store::{Notice, NoticeKind, StoreError};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    direct::nonce,
    rest::{Message, NewMessage, RestError},
    texts::notices as texts,
};

/// How often the store is asked without being nudged.
const SWEEP: Duration = Duration::from_secs(1);
/// After so many attempts a notice is given up.
const MAX_ATTEMPTS: i64 = 12;

/// Runs until `stop`.
pub(crate) async fn run(app: &Arc<App>, stop: &CancellationToken) {
    let mut sweeps = interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = sweeps.tick() => {}
            () = app.news.notified() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = tell_all(app).await {
            tracing::debug!(error = %error, "notices could not be read");
        }
    }
}

async fn tell_all(app: &App) -> Result<(), StoreError> {
    if app.store.expire_overdue().await? > 0 {
        app.shows.ring();
    }
    for notice in app.store.due_notices().await? {
        match tell(app, &notice).await {
            Ok(()) => app.store.close_notice(notice.id).await?,
            Err(error) if is_final(error) || notice.attempts >= MAX_ATTEMPTS => {
                tracing::info!(notice.id = %notice.id, user.id = %notice.user, error = %error, "a notice was given up");
                app.store.close_notice(notice.id).await?;
            }
            Err(error) => {
                let next_at = app.clock.now() + wait(notice.attempts, error);
                app.store.postpone_notice(notice.id, next_at).await?;
            }
        }
    }
    Ok(())
}

async fn tell(app: &App, notice: &Notice) -> Result<(), RestError> {
    let message = match notice.kind {
        NoticeKind::Failed(kind) => app.explainer.explain(kind, notice.user, notice.request).await,
        NoticeKind::Budget { budget, percent } => {
            app.explainer.budget(notice.user, budget, percent).await
        }
        kind => Message::text(texts::notice(kind, notice.request)),
    };
    let nonce = nonce(notice.id.uuid());
    match app.direct.send(&app.rest, notice.discord_id, &message, &nonce).await {
        Err(RestError::Forbidden(_)) => {
            let Some(channel) = notice.channel else { return Err(RestError::Forbidden(0)) };
            let hint = Message::text(texts::closed_messages(notice.kind));
            let new = NewMessage { nonce: Some(&nonce), reply_to: None };
            app.rest.create_message(channel, &hint, new).await.map(drop)
        }
        told => told,
    }
}

/// Whether trying again changes nothing.
const fn is_final(error: RestError) -> bool {
    !matches!(error, RestError::Limited(_) | RestError::Unavailable | RestError::TokenRejected)
}

/// Two seconds, four, eight, up to five minutes; longer if Discord says so.
fn wait(attempts: i64, error: RestError) -> TimeDelta {
    let doubled = TimeDelta::seconds(2_i64 << attempts.clamp(0, 8)).min(TimeDelta::minutes(5));
    match error {
        RestError::Limited(after) => {
            TimeDelta::from_std(after).map_or(doubled, |after| after.max(doubled))
        }
        _ => doubled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_heed_discord() {
        let seconds = |attempts, error| wait(attempts, error).num_seconds();
        assert_eq!(seconds(0, RestError::Unavailable), 2);
        assert_eq!(seconds(3, RestError::Unavailable), 16);
        assert_eq!(seconds(i64::MAX, RestError::Unavailable), 300);
        assert_eq!(seconds(0, RestError::Limited(Duration::from_secs(40))), 40);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert!(is_final(RestError::Forbidden(50_007)));
        assert!(!is_final(RestError::Unavailable));
        assert!(!is_final(RestError::Limited(Duration::ZERO)));
    }
}
