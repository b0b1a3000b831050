//! A reply that stands in Discord: whose it is, and its end when somebody wants it gone.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
    outcome::close_delivery,
    personalities::visible_to,
};
use crate::{
    ids::{ChannelId, DeliveryId, DiscordUserId, MessageId, PersonalityId, RequestId, UserId},
    model::{KeySource, RequestState},
};

/// A reply of ours, by any of its messages.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Reply {
    /// What shows it.
    pub delivery: DeliveryId,
    /// Who asked, and so who paid.
    pub asked_by: DiscordUserId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Who answered.
    pub personality: PersonalityId,
    /// By which name; none that the one who looks may not know.
    pub name: Option<String>,
    /// Whose key it was asked on.
    pub key_source: KeySource,
    /// How far it has come.
    pub state: RequestState,
}

impl Store {
    /// The reply that a message is part of, as `viewer` may know it. `None`: it is none of ours.
    pub async fn reply_of(
        &self,
        message: MessageId,
        viewer: DiscordUserId,
    ) -> Result<Option<Reply>> {
        const SQL: &str = concat!(
            "SELECT d.id AS delivery, u.discord_id AS asked_by, r.created_at AS asked_at,
                   r.personality_id AS personality,
                   CASE WHEN ",
            visible_to!(account "$2"),
            " THEN p.display_name END AS name,
                   r.key_source, r.state
              FROM delivery_parts m
              JOIN deliveries d ON d.id = m.delivery_id
              JOIN requests r ON r.id = d.request_id
              JOIN users u ON u.id = r.user_id
              JOIN personalities p ON p.id = r.personality_id
             WHERE m.message_id = $1"
        );
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(message)
            .bind(viewer)
            .fetch_optional(c)
            .await?))
    }

    /// The personality that somebody means who answers this message. One that they can't talk to is
    /// nobody.
    pub async fn speaker_for(
        &self,
        message: MessageId,
        viewer: DiscordUserId,
    ) -> Result<Option<PersonalityId>> {
        let reply = self.reply_of(message, viewer).await?;
        Ok(reply.filter(|reply| reply.name.is_some()).map(|reply| reply.personality))
    }

    /// Takes a reply back: a request that runs is stopped, its turn leaves the history, and the bot
    /// deletes its messages. The caller has asked whether it may be done. `None`: there is no such
    /// reply. Gives whose it was.
    pub async fn unsay(&self, delivery: DeliveryId) -> Result<Option<UserId>> {
        const WHOSE: &str = "SELECT user_id FROM deliveries WHERE id = $1";
        const MARK: &str = "UPDATE deliveries SET unsaid = TRUE WHERE id = $1";
        const REQUEST: &str = "
            SELECT r.id, r.state, r.channel_id, r.personality_id FROM requests r JOIN deliveries d ON d.request_id = r.id WHERE d.id = $1";
        const STOP: &str =
            "UPDATE requests SET stop_requested = TRUE, updated_at = $2 WHERE id = $1";
        let mut tx = self.db.begin().await?;
        let whose: Option<(UserId,)> =
            on_tx!(&mut tx, |c| sqlx::query_as(WHOSE).bind(delivery).fetch_optional(c).await?);
        let Some((user,)) = whose else { return Ok(None) };
        lock_user(&mut tx, user).await?;
        on_tx!(&mut tx, |c| sqlx::query(MARK).bind(delivery).execute(c).await?.rows_affected());
        let (request, state, channel, personality): (
            RequestId,
            RequestState,
            ChannelId,
            PersonalityId,
        ) = on_tx!(&mut tx, |c| sqlx::query_as(REQUEST).bind(delivery).fetch_one(c).await?);
        let now = self.clock.now();
        match state {
            RequestState::Gathering | RequestState::Queued => {
                self.end_unspent(&mut tx, request, RequestState::Cancelled, None).await?;
            }
            RequestState::Claimed | RequestState::Calling => {
                on_tx!(&mut tx, |c| sqlx::query(STOP)
                    .bind(request)
                    .bind(now)
                    .execute(c)
                    .await?
                    .rows_affected());
                show_anew(&mut tx, delivery).await?;
            }
            _ => {
                forget_turn(&mut tx, request).await?;
                close_delivery(&mut tx, request, now).await?;
                show_anew(&mut tx, delivery).await?;
            }
        }
        tx.commit().await?;
        // others are reminded of it too, and may be asking just now
        self.read_again(channel, personality).await?;
        Ok(Some(user))
    }
}

/// Of a request that ends uncalled nothing is said where it was asked, and what stands there goes.
pub(super) async fn say_nothing(tx: &mut Tx, request: RequestId) -> Result<()> {
    const SQL: &str = "UPDATE deliveries SET unsaid = TRUE WHERE request_id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(request).execute(c).await?.rows_affected());
    Ok(())
}

/// Lets the bot look once more, whatever has been shown.
async fn show_anew(tx: &mut Tx, delivery: DeliveryId) -> Result<()> {
    const SQL: &str = "UPDATE deliveries SET want_rev = want_rev + 1, outcome = NULL WHERE id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(delivery).execute(c).await?.rows_affected());
    Ok(())
}

async fn forget_turn(tx: &mut Tx, request: RequestId) -> Result<()> {
    const SQL: &str = "DELETE FROM turns WHERE request_id = $1";
    on_tx!(tx, |c| sqlx::query(SQL).bind(request).execute(c).await?.rows_affected());
    Ok(())
}
