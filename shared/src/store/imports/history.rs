//! What was said and counted in the older system.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{
    super::{
        columns::storable,
        db::{Tx, on_tx},
    },
    Done, Importer,
    ledger::{Kind, Origin, stable_id},
};
use crate::{
    context::{RequestContext, bounds::one_line},
    ids::{ChannelId, DiscordUserId, PersonalityId, SourceId},
    model::{CostSource, KeySource, Provider, RequestState, UsageSource},
    store::Result,
};

/// When Discord's snowflakes begin, in milliseconds.
const DISCORD_EPOCH: i64 = 1_420_070_400_000;

/// Something said and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderTurn {
    /// Stands for its rows there.
    pub origin: String,
    /// Who said it.
    pub account: DiscordUserId,
    /// Where.
    pub channel: ChannelId,
    /// To whom.
    pub personality: PersonalityId,
    /// The person's words.
    pub user_text: String,
    /// The personality's.
    pub assistant_text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A call that was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderUsage {
    /// Its id there.
    pub origin: String,
    /// Who paid.
    pub account: Option<DiscordUserId>,
    /// Whose words they were.
    pub personality: Option<PersonalityId>,
    /// Who ran the model.
    pub provider: Provider,
    /// The model.
    pub model: String,
    /// Tokens in, out and in all.
    pub tokens: [Option<i64>; 3],
    /// What kind of a request: text, voice, image.
    pub request_type: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Importer {
    /// Takes the turns of one personality over, in one transaction.
    pub async fn turns(&mut self, turns: &[OlderTurn]) -> Result<Vec<Done>> {
        const SQL: &str = "
            INSERT INTO turns (id, request_id, user_id, channel_id, personality_id, source_id,
                               user_text, assistant_text, created_at, context)
            VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9)";
        const NAME: &str = "SELECT username FROM users WHERE id = $1";
        let mut tx = self.begin().await?;
        let mut done = Vec::with_capacity(turns.len());
        for turn in turns {
            let Some(id) = self.claim(&mut tx, Kind::Turn, &turn.origin).await? else {
                done.push(Done::Unchanged);
                continue;
            };
            let user = self.person_in(&mut tx, turn.account, "").await?;
            let (name,): (String,) =
                on_tx!(&mut tx, |c| sqlx::query_as(NAME).bind(user).fetch_one(c).await?);
            // nobody else is reminded of what an unknown person said
            let context =
                (!name.is_empty()).then(|| RequestContext::by(one_line(&name)).to_stored());
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(id)
                .bind(user)
                .bind(turn.channel)
                .bind(turn.personality)
                .bind(snowflake(turn.at))
                .bind(storable(&turn.user_text).into_owned())
                .bind(storable(&turn.assistant_text).into_owned())
                .bind(turn.at)
                .bind(context.map(Json))
                .execute(c)
                .await?
                .rows_affected());
            done.push(Done::Created);
        }
        self.end(tx).await?;
        Ok(done)
    }

    /// Takes calls over, in one transaction. What they cost, nobody knows.
    pub async fn usage(&mut self, calls: &[OlderUsage]) -> Result<Vec<Done>> {
        const SQL: &str = "
            INSERT INTO usage_logs
                (id, request_id, user_id, personality_id, provider, model, tokens_in, tokens_out,
                 tokens_total, cost_source, usage_source, key_source, request_type, outcome, timestamp)
            VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let mut tx = self.begin().await?;
        let mut done = Vec::with_capacity(calls.len());
        for call in calls {
            let Some(id) = self.claim(&mut tx, Kind::Usage, &call.origin).await? else {
                done.push(Done::Unchanged);
                continue;
            };
            let user = match call.account {
                Some(account) => Some(self.person_in(&mut tx, account, "").await?),
                None => None,
            };
            let [input, output, total] = call.tokens;
            let counted = call.tokens.iter().any(Option::is_some);
            let source = if counted { UsageSource::Stream } else { UsageSource::Unknown };
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(id)
                .bind(user)
                .bind(call.personality)
                .bind(call.provider)
                .bind(&call.model)
                .bind(input)
                .bind(output)
                .bind(total)
                .bind(CostSource::Unknown)
                .bind(source)
                .bind(KeySource::User)
                .bind(&call.request_type)
                .bind(RequestState::Answered)
                .bind(call.at)
                .execute(c)
                .await?
                .rows_affected());
            done.push(Done::Created);
        }
        self.end(tx).await?;
        Ok(done)
    }

    /// The id for a row that is to come; `None`: it came already, and may have been erased since.
    async fn claim(&mut self, tx: &mut Tx, kind: Kind, origin: &str) -> Result<Option<uuid::Uuid>> {
        if self.origin(tx, kind, origin).await?.is_some() {
            return Ok(None);
        }
        let id = stable_id(self.source, kind, origin);
        self.note(tx, kind, id, None, None).await?;
        let came = Origin { row_id: id, digest: String::new(), written: String::new() };
        self.remember(tx, kind, origin, &came).await?;
        Ok(Some(id))
    }
}

/// The snowflake of a message of that moment: turns are ordered by these.
fn snowflake(at: DateTime<Utc>) -> SourceId {
    let ms = (at.timestamp_millis() - DISCORD_EPOCH).max(0);
    let within = i64::from(at.timestamp_subsec_micros() % 1000) << 12;
    SourceId::from((ms << 22 | within).cast_unsigned())
}
