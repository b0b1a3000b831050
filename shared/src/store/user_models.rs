//! The model that a person wants on their own key, whatever a personality says.

use super::{
    Payer, Refusal, Result, Store, SystemKey,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    ids::{PersonalityId, RequestId, UserId},
    model::{ModelId, Provider},
};

/// A person's choice of model.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UserModel {
    /// For whom; `None` is everybody without a choice of their own.
    pub personality_id: Option<PersonalityId>,
    /// Who runs it.
    pub provider: Provider,
    /// Which.
    pub model: String,
}

/// The model that a request was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedModel {
    /// Which.
    pub model: String,
    /// Whether its author chose it, and still does.
    pub is_own_choice: bool,
}

impl Store {
    /// Notes a person's choice, in the place of the one before.
    pub async fn set_user_model(
        &self,
        user: UserId,
        personality: Option<PersonalityId>,
        provider: Provider,
        model: &ModelId,
    ) -> Result<()> {
        const INSERT: &str = "
            INSERT INTO user_models (user_id, personality_id, provider, model, updated_at)
            VALUES ($1, $2, $3, $4, $5)";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        forget(&mut tx, user, personality).await?;
        on_tx!(&mut tx, |c| sqlx::query(INSERT)
            .bind(user)
            .bind(personality)
            .bind(provider)
            .bind(model.as_str())
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Forgets a person's choice. `false` when there was none.
    pub async fn reset_user_model(
        &self,
        user: UserId,
        personality: Option<PersonalityId>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let forgotten = forget(&mut tx, user, personality).await?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// All that a person chose: for everybody first.
    pub async fn user_models(&self, user: UserId) -> Result<Vec<UserModel>> {
        const SQL: &str = "
            SELECT personality_id, provider, model FROM user_models WHERE user_id = $1
             ORDER BY CASE WHEN personality_id IS NULL THEN 0 ELSE 1 END, updated_at";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await?))
    }

    /// What a message to `personality` would be answered with now, and who would pay: the decision of
    /// [`accept`](Self::accept), without a message.
    pub async fn would_pay(
        &self,
        user: UserId,
        personality: PersonalityId,
        system: &SystemKey,
    ) -> Result<std::result::Result<Payer, Refusal>> {
        let mut tx = self.db.begin_relaxed().await?;
        let payer = self.choose_payer(&mut tx, user, personality, system).await?;
        drop(tx);
        Ok(payer)
    }

    /// The model that a request was made with.
    pub async fn requested_model(&self, request: RequestId) -> Result<Option<RequestedModel>> {
        const SQL: &str = "
            SELECT r.model,
                   r.key_source = 'user' AND EXISTS
                       (SELECT 1 FROM user_models m
                         WHERE m.user_id = r.user_id AND m.model = r.model
                           AND (m.personality_id IS NULL OR m.personality_id = r.personality_id))
              FROM requests r WHERE r.id = $1";
        let row: Option<(String, bool)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(request).fetch_optional(c).await?);
        Ok(row.map(|(model, is_own_choice)| RequestedModel { model, is_own_choice }))
    }
}

/// The choice that holds for `personality`: the one for it alone, else the one for everybody.
pub(super) async fn chosen_model(
    tx: &mut Tx,
    user: UserId,
    personality: PersonalityId,
) -> Result<Option<UserModel>> {
    const SQL: &str = "
        SELECT personality_id, provider, model FROM user_models
         WHERE user_id = $1 AND (personality_id = $2 OR personality_id IS NULL)
         ORDER BY CASE WHEN personality_id IS NULL THEN 1 ELSE 0 END LIMIT 1";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).bind(personality).fetch_optional(c).await?))
}

async fn forget(tx: &mut Tx, user: UserId, personality: Option<PersonalityId>) -> Result<bool> {
    const SQL: &str =
        "DELETE FROM user_models WHERE user_id = $1 AND personality_id IS NOT DISTINCT FROM $2";
    let forgotten = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(personality)
        .execute(c)
        .await?
        .rows_affected());
    Ok(forgotten == 1)
}
