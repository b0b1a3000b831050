//! T4 and T5: how a call ends. Answer, usage row, turn and delivery commit together or not at all.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{
    ClaimedRequest, Result, Store, StoreError,
    columns::storable,
    db::{Tx, on_tx},
    lock_user,
};
use crate::{
    ids::{ApiKeyId, ClaimToken, GuildId, PersonalityId, RequestId, TurnId, UsageId, UserId},
    model::{
        CostSource, FailureKind, FinishReason, KeySource, Provider, RequestState, Usage,
        UsageSource,
    },
    money::NanoUsd,
};

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// With an answer: whole, cut at the length limit, refused, or stopped by its author.
    Answered {
        /// The text.
        text: String,
        /// Why the model stopped.
        finish: FinishReason,
    },
    /// With a rejection: the provider did nothing.
    Failed {
        /// Which.
        failure: FailureKind,
    },
    /// Somewhere on the way; what arrived is kept and nothing is repeated.
    Interrupted {
        /// What arrived.
        text: String,
        /// What it looked like.
        failure: FailureKind,
    },
}

/// What is written of a call beside its end.
#[derive(Clone, Debug, Default)]
pub struct CallRecord {
    /// The provider's own figures, if they came.
    pub usage: Option<Usage>,
    /// What that costs by the catalogue's prices, where the provider does not say.
    pub estimated: Option<NanoUsd>,
    /// The model that answered, if it is not the one asked for.
    pub model: Option<String>,
    /// From the call to its end.
    pub latency_ms: Option<i64>,
    /// From the call to the first character.
    pub first_token_ms: Option<i64>,
}

/// What the usage row takes over from its request.
#[derive(sqlx::FromRow)]
struct CallRow {
    user_id: UserId,
    guild_id: Option<GuildId>,
    personality_id: PersonalityId,
    key_source: KeySource,
    api_key_id: Option<ApiKeyId>,
    provider: Provider,
    model: String,
    generation_id: Option<String>,
}

impl Store {
    /// Writes how a call ended. `false` when the claim is not this worker's any more and nothing was
    /// written. May be repeated after a lost connection: the second time changes nothing.
    pub async fn finish(
        &self,
        request: &ClaimedRequest,
        end: &CallEnd,
        record: &CallRecord,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, request.user_id).await?;
        if is_written(&mut tx, request, end, record).await? {
            return Ok(true);
        }
        let unsure = record.usage.is_none() && !matches!(end, CallEnd::Failed { .. });
        let call = self.end_call(&mut tx, request.id, request.token, end, unsure).await?;
        let Some(call) = call else { return Ok(false) };
        self.write_usage(&mut tx, request.id, &call, end, record).await?;
        if call.key_source == KeySource::User {
            self.alert_budgets(&mut tx, request.user_id).await?;
        }
        if let CallEnd::Answered { text, finish } = end
            && !text.is_empty()
            && *finish != FinishReason::Refusal
        {
            self.write_turn(&mut tx, request, text).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The state, the text and the delivery; `None` when the guard does not hold. `unsure` when the
    /// provider may have charged and has not said what.
    async fn end_call(
        &self,
        tx: &mut Tx,
        request: RequestId,
        token: ClaimToken,
        end: &CallEnd,
        unsure: bool,
    ) -> Result<Option<CallRow>> {
        const SQL: &str = "
            UPDATE requests
               SET state = $3, answer = $4, finish_reason = $5, failure = $6, owner = NULL, finished_at = $7,
                   updated_at = $7,
                   reconcile_at = CASE WHEN $8 AND generation_id IS NOT NULL THEN $7 ELSE NULL END
             WHERE id = $1 AND claim_token = $2 AND state IN ('calling', 'interrupted')
            RETURNING user_id, guild_id, personality_id, key_source, api_key_id, provider, model, generation_id";
        let (state, text, finish, failure) = end.columns();
        let now = self.clock.now();
        let row: Option<CallRow> = on_tx!(tx, |c| sqlx::query_as(SQL)
            .bind(request)
            .bind(token)
            .bind(state)
            .bind(text.map(|text| storable(text).into_owned()))
            .bind(finish)
            .bind(failure)
            .bind(now)
            .bind(unsure)
            .fetch_optional(c)
            .await?);
        if row.is_some() {
            if let Some(failure) = only_for_the_payer(end) {
                self.tell_payer(tx, request, failure).await?;
            }
            forget_partial(tx, request).await?;
            close_delivery(tx, request, now).await?;
        }
        Ok(row)
    }

    /// A call of a worker that died: what arrived is kept, the token too, so that a late answer lands.
    /// The caller holds the lock.
    pub(super) async fn interrupt(
        &self,
        tx: &mut Tx,
        request: RequestId,
        token: ClaimToken,
    ) -> Result<()> {
        const PARTIAL: &str = "SELECT text FROM partials WHERE request_id = $1 AND token = $2";
        let partial: Option<(String,)> = on_tx!(tx, |c| sqlx::query_as(PARTIAL)
            .bind(request)
            .bind(token)
            .fetch_optional(c)
            .await?);
        let end = CallEnd::Interrupted {
            text: partial.map(|(text,)| text).unwrap_or_default(),
            failure: FailureKind::Interrupted,
        };
        if let Some(call) = self.end_call(tx, request, token, &end, true).await? {
            self.write_usage(tx, request, &call, &end, &CallRecord::default()).await?;
        }
        Ok(())
    }

    /// One row a call. The provider's figures replace "unknown"; nothing replaces them. The outcome is
    /// the last one.
    async fn write_usage(
        &self,
        tx: &mut Tx,
        request: RequestId,
        call: &CallRow,
        end: &CallEnd,
        record: &CallRecord,
    ) -> Result<()> {
        const SQL: &str = "
            INSERT INTO usage_logs
                (id, request_id, user_id, api_key_id, personality_id, guild_id, provider, model,
                 tokens_in, tokens_out, tokens_total, tokens_cached, tokens_reasoning, cost_nano_usd, cost_source,
                 usage_source, key_source, outcome, latency_ms, time_to_first_token_ms, generation_id, timestamp)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            ON CONFLICT (request_id) DO UPDATE
               SET tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out,
                   tokens_total = excluded.tokens_total, tokens_cached = excluded.tokens_cached,
                   tokens_reasoning = excluded.tokens_reasoning, cost_nano_usd = excluded.cost_nano_usd,
                   cost_source = excluded.cost_source, usage_source = excluded.usage_source,
                   latency_ms = excluded.latency_ms,
                   time_to_first_token_ms = excluded.time_to_first_token_ms, model = excluded.model
             WHERE usage_logs.usage_source <> 'stream' AND excluded.usage_source <> 'unknown'";
        const OUTCOME: &str = "UPDATE usage_logs SET outcome = $2 WHERE request_id = $1";
        let (state, ..) = end.columns();
        on_tx!(&mut *tx, |c| sqlx::query(OUTCOME)
            .bind(request)
            .bind(state)
            .execute(c)
            .await?
            .rows_affected());
        if matches!(end, CallEnd::Failed { .. }) && record.usage.is_none() {
            return Ok(());
        }
        let usage = record.usage.unwrap_or_default();
        let tokens = usage.tokens;
        let usage_source =
            if record.usage.is_some() { UsageSource::Stream } else { UsageSource::Unknown };
        let (cost, cost_source) = match (usage.cost, record.estimated) {
            (Some(charged), _) => (Some(charged), CostSource::Charged),
            (None, Some(estimated)) => (Some(estimated), CostSource::Estimated),
            (None, None) => (None, CostSource::Unknown),
        };
        let model = storable(record.model.as_ref().unwrap_or(&call.model));
        let model: String = model.chars().take(100).collect();
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(UsageId::new(self.clock()))
            .bind(request)
            .bind(call.user_id)
            .bind(call.api_key_id)
            .bind(call.personality_id)
            .bind(call.guild_id)
            .bind(call.provider)
            .bind(model)
            .bind(tokens.input)
            .bind(tokens.output)
            .bind(tokens.input.zip(tokens.output).map(|(input, output)| input + output))
            .bind(tokens.cached)
            .bind(tokens.reasoning)
            .bind(cost)
            .bind(cost_source)
            .bind(usage_source)
            .bind(call.key_source)
            .bind(state)
            .bind(record.latency_ms)
            .bind(record.first_token_ms)
            .bind(&call.generation_id)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn write_turn(&self, tx: &mut Tx, request: &ClaimedRequest, answer: &str) -> Result<()> {
        const SOURCES: &str = "SELECT source_id, content, copied FROM request_sources WHERE request_id = $1 ORDER BY source_id";
        const FIRST: &str =
            "SELECT MIN(source_id) FROM request_sources WHERE request_id = $1 AND NOT copied";
        const SQL: &str = "
            INSERT INTO turns
                (id, request_id, user_id, channel_id, personality_id, source_id, user_text, assistant_text,
                 created_at, context)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (request_id) DO UPDATE SET assistant_text = excluded.assistant_text";
        let sources: Vec<(i64, String, bool)> =
            on_tx!(tx, |c| sqlx::query_as(SOURCES).bind(request.id).fetch_all(c).await?);
        // words that were copied were said earlier, and are answered now
        let Some((first, ..)) = sources.iter().find(|(.., copied)| !copied) else {
            return Err(StoreError::Inconsistent("request_sources"));
        };
        let place = match take_place(tx, request.id).await? {
            TurnPlace::None => return Ok(()),
            TurnPlace::Own => *first,
            TurnPlace::Of(earlier) => {
                let (at,): (Option<i64>,) =
                    on_tx!(&mut *tx, |c| sqlx::query_as(FIRST).bind(earlier).fetch_one(c).await?);
                at.unwrap_or(*first)
            }
        };
        // a deleted message is an empty one
        let said: Vec<&str> = sources
            .iter()
            .map(|(_, text, _)| text.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(TurnId::new(self.clock()))
            .bind(request.id)
            .bind(request.user_id)
            .bind(request.channel_id)
            .bind(request.personality_id)
            .bind(place)
            .bind(said.join("\n"))
            .bind(storable(answer).into_owned())
            .bind(self.clock.now())
            .bind(Json(request.context.for_history().to_stored()))
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

impl CallEnd {
    fn columns(&self) -> (RequestState, Option<&str>, Option<FinishReason>, Option<FailureKind>) {
        match self {
            Self::Answered { text, finish } => {
                (RequestState::Answered, Some(text), Some(*finish), None)
            }
            Self::Failed { failure } => (RequestState::Failed, None, None, Some(*failure)),
            Self::Interrupted { text, failure } => {
                (RequestState::Interrupted, Some(text), None, Some(*failure))
            }
        }
    }
}

/// Where a turn stands in the history.
enum TurnPlace {
    /// Nowhere: the reply was taken back, there is a newer one, or the personality was deleted.
    None,
    /// Where its words were said.
    Own,
    /// Where the words were said that this request has asked once more.
    Of(RequestId),
}

/// Makes room for the turn of a request: another answer to the same words goes.
async fn take_place(tx: &mut Tx, request: RequestId) -> Result<TurnPlace> {
    const LOOK: &str = "
        SELECT r.again_of, d.unsaid OR p.deleted_at IS NOT NULL,
               EXISTS (SELECT 1 FROM turns t JOIN requests n ON n.id = t.request_id
                        WHERE n.again_of = COALESCE(r.again_of, r.id) AND n.user_id = r.user_id AND n.seq > r.seq)
          FROM requests r JOIN deliveries d ON d.request_id = r.id
               JOIN personalities p ON p.id = r.personality_id
         WHERE r.id = $1";
    const MAKE_ROOM: &str = "
        DELETE FROM turns
         WHERE request_id <> $1 AND (request_id = $2 OR request_id IN (SELECT id FROM requests WHERE again_of = $2))";
    let (again_of, is_gone, is_outdone): (Option<RequestId>, bool, bool) =
        on_tx!(&mut *tx, |c| sqlx::query_as(LOOK).bind(request).fetch_one(c).await?);
    if is_gone || is_outdone {
        return Ok(TurnPlace::None);
    }
    let Some(first) = again_of else { return Ok(TurnPlace::Own) };
    on_tx!(tx, |c| sqlx::query(MAKE_ROOM)
        .bind(request)
        .bind(first)
        .execute(c)
        .await?
        .rows_affected());
    Ok(TurnPlace::Of(first))
}

/// Whether this very end is what the database holds: then the connection was lost after the commit.
async fn is_written(
    tx: &mut Tx,
    request: &ClaimedRequest,
    end: &CallEnd,
    record: &CallRecord,
) -> Result<bool> {
    const SQL: &str = "
        SELECT COUNT(*) FROM requests r
         WHERE r.id = $1 AND r.claim_token = $2 AND r.state = $3 AND COALESCE(r.answer, '') = $4
           AND (r.state = 'answered' OR NOT $5
                OR EXISTS (SELECT 1 FROM usage_logs u
                            WHERE u.request_id = r.id AND u.usage_source = 'stream'))";
    let (state, text, ..) = end.columns();
    let (count,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(request.id)
        .bind(request.token)
        .bind(state)
        .bind(storable(text.unwrap_or_default()).into_owned())
        .bind(record.usage.is_some())
        .fetch_one(c)
        .await?);
    Ok(count == 1)
}

async fn forget_partial(tx: &mut Tx, request: RequestId) -> Result<()> {
    const SQL: &str = "DELETE FROM partials WHERE request_id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(request).execute(c).await?.rows_affected());
    Ok(())
}

/// Tells the bot that there is a final text to show; a later one, too.
pub(super) async fn close_delivery(
    tx: &mut Tx,
    request: RequestId,
    now: DateTime<Utc>,
) -> Result<()> {
    const SQL: &str = "
        UPDATE deliveries
           SET final = TRUE, want_rev = want_rev + 1, next_at = $2, updated_at = $2,
               outcome = CASE WHEN outcome = 'delivered' THEN NULL ELSE outcome END
         WHERE request_id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(request).bind(now).execute(c).await?.rows_affected());
    Ok(())
}

/// Why a call failed, where that is told in private. That it broke off, or gave nothing, stands in the
/// channel; a reason that the payer can do something about does not.
const fn only_for_the_payer(end: &CallEnd) -> Option<FailureKind> {
    match end {
        CallEnd::Answered { .. }
        | CallEnd::Interrupted {
            failure: FailureKind::Interrupted | FailureKind::EmptyAnswer,
            ..
        } => None,
        CallEnd::Failed { failure } | CallEnd::Interrupted { failure, .. } => Some(*failure),
    }
}
