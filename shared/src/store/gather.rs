//! Gathering: what a request waits for before it is queued.
//!
//! A message is accepted at once, whatever it refers to. What the gateway did not send is asked of
//! Discord afterwards, and the request is queued with it. A bot that dies in between loses nothing:
//! after [`GATHERING_LASTS`] a worker takes the request as it is (see [`claim`](super::claim)).

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use sqlx::types::Json;

use super::{
    RequestContext, Result, Store,
    db::{Tx, on_tx},
    lock_user,
};
use crate::{
    context::{MessageContext, Names},
    ids::{RequestId, SourceId, UserId},
    model::RequestState,
};

/// No request gathers for longer: far more than the bot takes for it.
pub const GATHERING_LASTS: Duration = Duration::from_secs(15);

impl Store {
    /// What a message of these requests refers to has been read. Those that wait for nothing else are
    /// queued; a request that ended or was taken meanwhile keeps what it has. Gives how many were queued.
    pub async fn gathered(
        &self,
        user: UserId,
        requests: &[RequestId],
        message: &MessageContext,
    ) -> Result<usize> {
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let mut queued = 0;
        for request in requests {
            let Some((state, mut context)) = context_of(&mut tx, *request).await? else { continue };
            let stands_there = context.messages.iter().any(|known| known.source == message.source);
            if state != RequestState::Gathering || !stands_there {
                continue;
            }
            context.add(message.clone());
            context.awaited.retain(|awaited| *awaited != message.source);
            queued += usize::from(self.keep_context(&mut tx, *request, state, &context).await?);
        }
        tx.commit().await?;
        Ok(queued)
    }

    /// A message joins a request, which gathers from now on if the message needs it.
    pub(super) async fn join_context(
        &self,
        tx: &mut Tx,
        request: RequestId,
        joining: &RequestContext,
    ) -> Result<()> {
        const GATHER: &str = "UPDATE requests SET state = 'gathering', not_before = $2, updated_at = $3 WHERE id = $1";
        let Some((state, mut context)) = context_of(tx, request).await? else { return Ok(()) };
        if state == RequestState::Queued {
            // what it once waited for was given up
            context.awaited.clear();
        }
        joining.messages.iter().for_each(|message| context.add(message.clone()));
        context.awaited.extend(&joining.awaited);
        self.write_context(tx, request, &context).await?;
        if !joining.awaited.is_empty() {
            let now = self.clock.now();
            on_tx!(tx, |c| sqlx::query(GATHER)
                .bind(request)
                .bind(now + gathering_lasts())
                .bind(now)
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(())
    }

    /// A message of a request was deleted: nothing of it travels, and nothing waits for it.
    pub(super) async fn forget_context(
        &self,
        tx: &mut Tx,
        request: RequestId,
        source: SourceId,
    ) -> Result<()> {
        let Some((state, mut context)) = context_of(tx, request).await? else { return Ok(()) };
        context.forget(source);
        self.keep_context(tx, request, state, &context).await.map(drop)
    }

    /// A message of a request was changed, and mentions these now.
    pub(super) async fn name_in_context(
        &self,
        tx: &mut Tx,
        request: RequestId,
        source: SourceId,
        names: &Names,
    ) -> Result<()> {
        let Some((_, mut context)) = context_of(tx, request).await? else { return Ok(()) };
        let mut messages = context.messages.iter_mut();
        let Some(changed) = messages.find(|known| known.source == source) else { return Ok(()) };
        changed.mention(names.clone());
        self.write_context(tx, request, &context).await
    }

    /// Says whether the request was queued with it.
    async fn keep_context(
        &self,
        tx: &mut Tx,
        request: RequestId,
        state: RequestState,
        context: &RequestContext,
    ) -> Result<bool> {
        const QUEUE: &str =
            "UPDATE requests SET state = 'queued', not_before = $2, updated_at = $2 WHERE id = $1";
        self.write_context(tx, request, context).await?;
        let ready = state == RequestState::Gathering && context.awaited.is_empty();
        if ready {
            on_tx!(tx, |c| sqlx::query(QUEUE)
                .bind(request)
                .bind(self.clock.now())
                .execute(c)
                .await?
                .rows_affected());
        }
        Ok(ready)
    }

    async fn write_context(
        &self,
        tx: &mut Tx,
        request: RequestId,
        context: &RequestContext,
    ) -> Result<()> {
        const SQL: &str = "UPDATE requests SET context = $2 WHERE id = $1";
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(request)
            .bind(Json::<Value>(context.to_stored()))
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// The same for arithmetic with times.
pub(super) fn gathering_lasts() -> TimeDelta {
    TimeDelta::from_std(GATHERING_LASTS).unwrap_or_default()
}

/// The caller holds the lock.
async fn context_of(
    tx: &mut Tx,
    request: RequestId,
) -> Result<Option<(RequestState, RequestContext)>> {
    const SQL: &str = "SELECT state, context FROM requests WHERE id = $1";
    let row: Option<(RequestState, Json<RequestContext>)> =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(request).fetch_optional(c).await?);
    Ok(row.map(|(state, context)| (state, context.0)))
}
