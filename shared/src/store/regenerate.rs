//! Another answer to the same words: a new request, on its author's key, as often as they like.
//!
//! All of them name the first one (`again_of`). The newest answer takes the place of the others in
//! the history; what Discord shows of the others stays.

use super::{
    Limits, Refusal, Result, Store, SystemKey,
    db::{Tx, on_tx},
    stop::{Once, pressed},
};
use crate::{
    ids::{DeliveryId, DiscordUserId, RequestId, SourceId, UserId},
    model::RequestState,
};

/// What became of the wish for another answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Regenerated {
    /// A new request.
    Taken {
        /// Whose, to be woken.
        user: UserId,
        /// The new one.
        request: RequestId,
    },
    /// This very wish was taken before.
    Already,
    /// It cannot be taken now.
    Refused(Refusal),
    /// The answer is still on its way.
    Unfinished,
    /// Nothing is left of what was said.
    NothingSaid,
    /// Only who asked may: it is their key that pays.
    NotYours,
    /// There is no such reply, or nobody who could answer.
    Unknown,
}

impl Store {
    /// Asks for another answer to the words that a reply answered. `source` names the wish: it is taken
    /// once, however often it comes.
    pub async fn regenerate(
        &self,
        delivery: DeliveryId,
        by: DiscordUserId,
        source: SourceId,
        limits: &Limits,
        system: &SystemKey,
    ) -> Result<Regenerated> {
        let mut tx = self.db.begin().await?;
        let Some(pressed) = pressed(&mut tx, delivery).await? else {
            return Ok(Regenerated::Unknown);
        };
        if pressed.discord_id != by {
            return Ok(Regenerated::NotYours);
        }
        if was_taken(&mut tx, source).await? {
            return Ok(Regenerated::Already);
        }
        if matches!(
            pressed.state,
            RequestState::Gathering
                | RequestState::Queued
                | RequestState::Claimed
                | RequestState::Calling
        ) {
            return Ok(Regenerated::Unfinished);
        }
        if !has_words(&mut tx, pressed.request_id).await? {
            return Ok(Regenerated::NothingSaid);
        }
        if let Some(why) = self.not_now(&mut tx, &pressed, limits).await? {
            return Ok(Regenerated::Refused(why));
        }
        let (user, personality) = (pressed.user_id, pressed.personality_id);
        let payer = match self.choose_payer(&mut tx, user, personality, system).await? {
            Ok(payer) => payer,
            Err(why) => return Ok(Regenerated::Refused(why)),
        };
        let first = Once::Again(pressed.again_of.unwrap_or(pressed.request_id));
        let request = self.insert_again(&mut tx, &pressed, &payer, source, limits, first).await?;
        tx.commit().await?;
        Ok(Regenerated::Taken { user, request })
    }
}

async fn was_taken(tx: &mut Tx, source: SourceId) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM request_sources WHERE source_id = $1";
    let (count,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL).bind(source).fetch_one(c).await?);
    Ok(count > 0)
}

/// Whether not all of it was deleted.
pub(super) async fn has_words(tx: &mut Tx, request: RequestId) -> Result<bool> {
    const SQL: &str =
        "SELECT COUNT(*) FROM request_sources WHERE request_id = $1 AND NOT withdrawn";
    let (count,): (i64,) = on_tx!(tx, |c| sqlx::query_as(SQL).bind(request).fetch_one(c).await?);
    Ok(count > 0)
}
