//! Whose key pays, decided once.

use super::{
    Refusal, Result, Store, SystemKey,
    db::{Tx, on_tx},
};
use crate::{
    ids::{ApiKeyId, PersonalityId, UserId},
    model::{KeySource, Provider},
    secret::Last4,
};

/// Who pays, and for what.
pub(super) struct Payer {
    pub(super) source: KeySource,
    pub(super) key: Option<ApiKeyId>,
    pub(super) provider: Provider,
    pub(super) model: String,
}

impl Store {
    /// Whose key pays, and for which model: fixed here; a later step may fail the request but never
    /// switches the payer.
    pub(super) async fn choose_payer(
        &self,
        tx: &mut Tx,
        user: UserId,
        personality: PersonalityId,
        system: &SystemKey,
    ) -> Result<Result<Payer, Refusal>> {
        const CONFIG: &str = "SELECT provider, model FROM llm_configs WHERE personality_id = $1";
        const KEYS: &str = "
            SELECT id, provider, is_active, last4, model_name FROM user_api_keys
             WHERE user_id = $1 AND removed_at IS NULL
             ORDER BY CASE WHEN provider = $2 THEN 0 ELSE 1 END, CASE WHEN is_default THEN 0 ELSE 1 END, id";
        let (provider, model): (Provider, Option<String>) =
            on_tx!(tx, |c| sqlx::query_as(CONFIG).bind(personality).fetch_one(c).await?);
        let keys: Vec<(ApiKeyId, Provider, bool, Last4, Option<String>)> =
            on_tx!(tx, |c| sqlx::query_as(KEYS).bind(user).bind(provider).fetch_all(c).await?);
        let default_model = || system.default_model.clone();
        let usable = keys.iter().find(|(_, taken_by, active, ..)| *active && *taken_by == provider);
        if let Some((id, _, _, _, own_model)) = usable {
            let model = model.or_else(|| own_model.clone()).unwrap_or_else(default_model);
            return Ok(Ok(Payer { source: KeySource::User, key: Some(*id), provider, model }));
        }
        if let Some((id, provider, _, _, own_model)) =
            keys.iter().find(|(_, _, active, ..)| *active)
        {
            let model = own_model.clone().unwrap_or_else(default_model);
            return Ok(Ok(Payer {
                source: KeySource::User,
                key: Some(*id),
                provider: *provider,
                model,
            }));
        }
        // a key that was switched off never falls back to the operator's
        if let Some((_, _, _, last4, _)) = keys.into_iter().next() {
            return Ok(Err(Refusal::KeySwitchedOff { last4 }));
        }
        let Some(limit) = system.guest_daily_limit else { return Ok(Err(Refusal::NoKey)) };
        if self.guest_requests_today(tx, user).await? >= limit {
            return Ok(Err(Refusal::GuestLimit));
        }
        let model = model.unwrap_or_else(default_model);
        Ok(Ok(Payer { source: KeySource::System, key: None, provider, model }))
    }

    async fn guest_requests_today(&self, tx: &mut Tx, user: UserId) -> Result<i64> {
        const SQL: &str = "
            SELECT COUNT(*) FROM requests WHERE user_id = $1 AND key_source = 'system' AND created_at >= $2";
        let today =
            self.clock.now().date_naive().and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
        let (count,): (i64,) =
            on_tx!(tx, |c| sqlx::query_as(SQL).bind(user).bind(today).fetch_one(c).await?);
        Ok(count)
    }
}
