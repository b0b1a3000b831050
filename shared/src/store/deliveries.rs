//! What the bot has to show, and what it has shown.
//!
//! Every final text bumps `want_rev`; the bot stores the revision it has shown, so neither a lost
//! nudge nor a late answer leaves an old text standing. `owner` is the bot process that holds the
//! delivery's shard; it guards every write, so a process that lost its lease changes nothing.

use chrono::{DateTime, Utc};

use super::{
    NoticeKind, Portrait, Result, Store,
    columns::SealColumns,
    db::{on_db, on_tx},
};
use crate::{
    ids::{
        BotId, ChannelId, DeliveryId, DiscordUserId, GuildId, MessageId, PersonalityId, RequestId,
        UserId, WebhookId,
    },
    model::{DeliveryKind, DeliveryOutcome, FailureKind, FinishReason, RequestState},
    personality::PictureKind,
    vault::Sealed,
};

/// The shards that a bot process answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRange {
    shards: u32,
    first: u32,
    last: u32,
}

impl ShardRange {
    /// Shards `first` to `last`, both included, of `shards`. `None` when they do not fit.
    #[must_use]
    pub const fn new(shards: u32, first: u32, last: u32) -> Option<Self> {
        if first <= last && last < shards { Some(Self { shards, first, last }) } else { None }
    }

    /// The only shard.
    #[must_use]
    pub const fn single() -> Self {
        Self { shards: 1, first: 0, last: 0 }
    }

    /// How many shards there are in all.
    #[must_use]
    pub const fn total(self) -> u32 {
        self.shards
    }

    /// The shards themselves.
    #[must_use]
    pub const fn range(self) -> std::ops::RangeInclusive<u32> {
        self.first..=self.last
    }

    /// Whether direct messages and notices are among them.
    #[must_use]
    pub const fn has_direct_messages(self) -> bool {
        self.first == 0
    }

    pub(super) fn shards(self) -> i64 {
        i64::from(self.shards)
    }

    pub(super) fn first(self) -> i64 {
        i64::from(self.first)
    }

    pub(super) fn last(self) -> i64 {
        i64::from(self.last)
    }
}

/// A delivery that is not done, and first in its conversation.
pub struct OpenDelivery {
    /// Its id, by which its buttons are known.
    pub id: DeliveryId,
    /// What it delivers.
    pub request: RequestId,
    /// Who pays.
    pub user: UserId,
    /// Their account.
    pub payer: DiscordUserId,
    /// How.
    pub kind: DeliveryKind,
    /// The server, if any.
    pub guild: Option<GuildId>,
    /// The channel that has the webhook, or the direct-message channel.
    pub channel: ChannelId,
    /// The thread, if it is in one.
    pub thread: Option<ChannelId>,
    /// The revision that should be seen.
    pub want_rev: i64,
    /// The revision that was.
    pub shown_rev: i64,
    /// Whether a final text is there.
    pub is_final: bool,
    /// Whether it was taken back: nothing of it is to be seen.
    pub unsaid: bool,
    /// The part that a bot was about to post when it was last heard of.
    pub posting_part: Option<i64>,
    /// How often showing it failed.
    pub attempts: i64,
    /// Not to be tried before.
    pub next_at: DateTime<Utc>,
    /// Where the request stands.
    pub state: RequestState,
    /// The text, once it ended.
    pub answer: Option<String>,
    /// Why the model stopped.
    pub finish: Option<FinishReason>,
    /// Why it failed.
    pub failure: Option<FailureKind>,
    /// Who speaks.
    pub personality: PersonalityId,
    /// Under which name.
    pub display_name: String,
    /// With which picture.
    pub portrait: Option<Portrait>,
    /// What the personality says when an answer fails.
    pub error_message: Option<String>,
    /// The command that waits, while Discord knows it.
    pub interaction: Option<(Sealed, DateTime<Utc>)>,
}

/// A message that was posted and is to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPart {
    /// Which part of the answer, from 0.
    pub part: i64,
    /// The message.
    pub message: MessageId,
    /// The webhook that can edit it.
    pub webhook: Option<WebhookId>,
}

/// A message of a delivery.
pub type PostedPart = NewPart;

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: DeliveryId,
    request_id: RequestId,
    user_id: UserId,
    discord_id: DiscordUserId,
    kind: DeliveryKind,
    guild_id: Option<GuildId>,
    channel_id: ChannelId,
    thread_id: Option<ChannelId>,
    want_rev: i64,
    shown_rev: i64,
    is_final: bool,
    unsaid: bool,
    posting_part: Option<i64>,
    attempts: i64,
    next_at: DateTime<Utc>,
    state: RequestState,
    answer: Option<String>,
    finish_reason: Option<FinishReason>,
    failure: Option<FailureKind>,
    personality_id: PersonalityId,
    display_name: String,
    avatar_url: Option<String>,
    avatar_hash: Option<String>,
    avatar_kind: Option<PictureKind>,
    error_message: Option<String>,
    token_iv: Option<String>,
    token_content: Option<String>,
    token_tag: Option<String>,
    token_key_id: Option<String>,
    token_expires_at: Option<DateTime<Utc>>,
}

impl From<DeliveryRow> for OpenDelivery {
    fn from(row: DeliveryRow) -> Self {
        let token = SealColumns::read(
            row.token_iv.as_ref(),
            row.token_content.as_ref(),
            row.token_tag.as_ref(),
            row.token_key_id.as_ref(),
        )
        .and_then(std::result::Result::ok);
        Self {
            id: row.id,
            request: row.request_id,
            user: row.user_id,
            payer: row.discord_id,
            kind: row.kind,
            guild: row.guild_id,
            channel: row.channel_id,
            thread: row.thread_id,
            want_rev: row.want_rev,
            shown_rev: row.shown_rev,
            is_final: row.is_final,
            unsaid: row.unsaid,
            posting_part: row.posting_part,
            attempts: row.attempts,
            next_at: row.next_at,
            state: row.state,
            answer: row.answer,
            finish: row.finish_reason,
            failure: row.failure,
            personality: row.personality_id,
            display_name: row.display_name,
            portrait: Portrait::from_columns(row.avatar_url, row.avatar_hash, row.avatar_kind),
            error_message: row.error_message,
            interaction: token.zip(row.token_expires_at),
        }
    }
}

macro_rules! open_delivery {
    ($more:literal) => {
        concat!(
            "SELECT d.id, d.request_id, d.user_id, u.discord_id, d.kind, d.guild_id, d.channel_id, d.thread_id,
                    d.want_rev, d.shown_rev, d.final AS is_final, d.unsaid, d.posting_part, d.attempts, d.next_at, r.state,
                    r.answer, r.finish_reason, r.failure, r.personality_id, p.display_name, p.avatar_url, p.avatar_hash, p.avatar_kind,
                    p.error_message, d.token_iv, d.token_content, d.token_tag, d.token_key_id, d.token_expires_at
               FROM deliveries d
               JOIN requests r ON r.id = d.request_id
               JOIN users u ON u.id = d.user_id
               JOIN personalities p ON p.id = r.personality_id
              WHERE d.outcome IS NULL AND ",
            $more
        )
    };
}

impl Store {
    /// What a process that holds these shards may show now: the first open delivery of each
    /// conversation, in the order in which they were asked for.
    pub async fn open_deliveries(&self, range: ShardRange) -> Result<Vec<OpenDelivery>> {
        const SQL: &str = open_delivery!(
            "(CASE WHEN d.guild_id IS NULL THEN 0 ELSE (d.guild_id >> 22) % $1 END) BETWEEN $2 AND $3
             AND NOT EXISTS (SELECT 1 FROM deliveries e JOIN requests q ON q.id = e.request_id
                              WHERE e.outcome IS NULL AND e.user_id = d.user_id
                                AND q.channel_id = r.channel_id AND q.personality_id = r.personality_id
                                AND q.seq < r.seq)
             ORDER BY d.created_at, r.seq LIMIT 500"
        );
        let rows: Vec<DeliveryRow> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(range.shards())
            .bind(range.first())
            .bind(range.last())
            .fetch_all(c)
            .await?);
        Ok(rows.into_iter().map(OpenDelivery::from).collect())
    }

    /// One delivery as it stands now, if it is still open.
    pub async fn open_delivery(&self, id: DeliveryId) -> Result<Option<OpenDelivery>> {
        const SQL: &str = open_delivery!("d.id = $1");
        let row: Option<DeliveryRow> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?);
        Ok(row.map(OpenDelivery::from))
    }

    /// Notes that a delivery stands in a thread, which nobody knew when its message came: from now on
    /// the [fence](Store::fence) asks what moderators decided about the channel above, too.
    pub async fn stands_in_thread(
        &self,
        id: DeliveryId,
        channel: ChannelId,
        thread: ChannelId,
    ) -> Result<()> {
        const SQL: &str = "
            UPDATE deliveries SET channel_id = $2, thread_id = $3
             WHERE id = $1 AND channel_id = $3 AND thread_id IS NULL";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(channel)
            .bind(thread)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Makes this process the one that shows the delivery.
    pub async fn adopt_delivery(&self, id: DeliveryId, bot: BotId) -> Result<bool> {
        const SQL: &str = "UPDATE deliveries SET owner = $2 WHERE id = $1 AND outcome IS NULL";
        let mut tx = self.db.begin_relaxed().await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(bot)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(changed == 1)
    }

    /// The messages that a delivery has, in their order.
    pub async fn posted_parts(&self, id: DeliveryId) -> Result<Vec<PostedPart>> {
        const SQL: &str = "SELECT part, message_id, webhook_id FROM delivery_parts WHERE delivery_id = $1 ORDER BY part";
        let rows: Vec<(i64, MessageId, Option<WebhookId>)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await?);
        Ok(rows
            .into_iter()
            .map(|(part, message, webhook)| NewPart { part, message, webhook })
            .collect())
    }

    /// Notes that a part is about to be posted: should this process die before it can store the
    /// message's id, the next one looks for the message. `false` when the delivery is not ours.
    pub async fn begin_posting(&self, id: DeliveryId, bot: BotId, part: i64) -> Result<bool> {
        const SQL: &str = "
            UPDATE deliveries SET posting_part = $3 WHERE id = $1 AND owner = $2 AND outcome IS NULL";
        let mut tx = self.db.begin().await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(bot)
            .bind(part)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(changed == 1)
    }

    /// Remembers a posted message: from now on the part is only edited. `false` when the delivery is
    /// not ours: whoever has it looks for the message itself.
    pub async fn part_posted(&self, id: DeliveryId, bot: BotId, new: NewPart) -> Result<bool> {
        const DONE: &str = "UPDATE deliveries SET posting_part = NULL WHERE id = $1 AND owner = $2";
        const INSERT: &str = "
            INSERT INTO delivery_parts (delivery_id, part, message_id, webhook_id) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING";
        let mut tx = self.db.begin().await?;
        let ours = on_tx!(&mut tx, |c| sqlx::query(DONE)
            .bind(id)
            .bind(bot)
            .execute(c)
            .await?
            .rows_affected());
        if ours == 0 {
            return Ok(false);
        }
        on_tx!(&mut tx, |c| sqlx::query(INSERT)
            .bind(id)
            .bind(new.part)
            .bind(new.message)
            .bind(new.webhook)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that the final text of revision `rev` stands. `true` when nothing newer is wanted and the
    /// delivery is done.
    pub async fn shown(&self, id: DeliveryId, bot: BotId, rev: i64) -> Result<bool> {
        const SQL: &str = "
            UPDATE deliveries
               SET shown_rev = $3, attempts = 0, updated_at = $4,
                   outcome = CASE WHEN final AND want_rev = $3 THEN 'delivered' ELSE NULL END,
                   token_iv = CASE WHEN final AND want_rev = $3 THEN NULL ELSE token_iv END,
                   token_content = CASE WHEN final AND want_rev = $3 THEN NULL ELSE token_content END,
                   token_tag = CASE WHEN final AND want_rev = $3 THEN NULL ELSE token_tag END
             WHERE id = $1 AND owner = $2 AND outcome IS NULL
            RETURNING outcome";
        let mut tx = self.db.begin().await?;
        let row: Option<(Option<DeliveryOutcome>,)> = on_tx!(&mut tx, |c| sqlx::query_as(SQL)
            .bind(id)
            .bind(bot)
            .bind(rev)
            .bind(self.clock.now())
            .fetch_optional(c)
            .await?);
        tx.commit().await?;
        Ok(matches!(row, Some((Some(DeliveryOutcome::Delivered),))))
    }

    /// Puts a delivery off that Discord would not take now.
    pub async fn postpone_delivery(
        &self,
        id: DeliveryId,
        bot: BotId,
        until: DateTime<Utc>,
    ) -> Result<()> {
        const SQL: &str = "
            UPDATE deliveries SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND owner = $2";
        let mut tx = self.db.begin_relaxed().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(bot)
            .bind(until)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Gives a delivery up that Discord takes nowhere: its payer is told once, and the conversation
    /// goes on. What has not been called yet is not called any more.
    pub async fn give_up_delivery(&self, delivery: &OpenDelivery, bot: BotId) -> Result<()> {
        self.end_unseen(delivery, bot, true).await
    }

    /// Gives a delivery up whose message somebody has deleted: they know, and nobody is told.
    pub async fn withdraw_delivery(&self, delivery: &OpenDelivery, bot: BotId) -> Result<()> {
        self.end_unseen(delivery, bot, false).await
    }

    async fn end_unseen(&self, delivery: &OpenDelivery, bot: BotId, tell: bool) -> Result<()> {
        const SQL: &str = "
            UPDATE deliveries
               SET outcome = 'undeliverable', token_iv = NULL, token_content = NULL, token_tag = NULL,
                   posting_part = NULL, updated_at = $3
             WHERE id = $1 AND owner = $2 AND outcome IS NULL";
        const CANCEL: &str = "
            UPDATE requests SET state = 'cancelled', finished_at = $2, updated_at = $2
             WHERE id = $1 AND state IN ('gathering', 'queued')";
        const STOP: &str = "
            UPDATE requests SET stop_requested = TRUE WHERE id = $1 AND state IN ('claimed', 'calling')";
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        super::lock_user(&mut tx, delivery.user).await?;
        let changed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(delivery.id)
            .bind(bot)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        if changed == 1 {
            on_tx!(&mut tx, |c| sqlx::query(CANCEL)
                .bind(delivery.request)
                .bind(now)
                .execute(c)
                .await?
                .rows_affected());
            on_tx!(&mut tx, |c| sqlx::query(STOP)
                .bind(delivery.request)
                .execute(c)
                .await?
                .rows_affected());
        }
        if changed == 1 && tell {
            let kind = NoticeKind::Undeliverable;
            self.add_notice_in(&mut tx, delivery.user, kind, Some(delivery.request), None).await?;
        }
        tx.commit().await
    }

    /// Forgets the messages from part `from` on: they were deleted, or nobody can edit them any more.
    /// `false` when the delivery is not ours.
    pub async fn forget_parts(&self, id: DeliveryId, bot: BotId, from: i64) -> Result<bool> {
        const OURS: &str = "UPDATE deliveries SET updated_at = $3 WHERE id = $1 AND owner = $2";
        const SQL: &str = "DELETE FROM delivery_parts WHERE delivery_id = $1 AND part >= $2";
        let mut tx = self.db.begin().await?;
        let ours = on_tx!(&mut tx, |c| sqlx::query(OURS)
            .bind(id)
            .bind(bot)
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        if ours == 1 {
            on_tx!(&mut tx, |c| sqlx::query(SQL)
                .bind(id)
                .bind(from)
                .execute(c)
                .await?
                .rows_affected());
        }
        tx.commit().await?;
        Ok(ours == 1)
    }

    /// Who said this? The personality behind a message of ours, and what its delivery said in all.
    pub async fn speaker_of(
        &self,
        message: MessageId,
    ) -> Result<Option<(PersonalityId, String, Option<String>)>> {
        const SQL: &str = "
            SELECT r.personality_id, p.display_name, r.answer
              FROM delivery_parts m
              JOIN deliveries d ON d.id = m.delivery_id
              JOIN requests r ON r.id = d.request_id
              JOIN personalities p ON p.id = r.personality_id
             WHERE m.message_id = $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(message).fetch_optional(c).await?))
    }
}
