//! Whose key pays, and for which model, decided once.

use super::{
    Refusal, Result, Store, SystemKey,
    db::{Tx, on_tx},
    user_models::chosen_model,
};
use crate::{
    ids::{ApiKeyId, DiscordUserId, PersonalityId, UserId},
    model::{InactiveReason, KeySource, Provider},
    secret::Last4,
};

/// Who pays, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Whose key it is.
    pub source: KeySource,
    /// The key, if it is the author's own.
    pub key: Option<ApiKeyId>,
    /// Who runs the model.
    pub provider: Provider,
    /// The model.
    pub model: String,
    /// Why this one.
    pub chosen_by: ModelChoice,
    /// Whether nothing that the personality sets may make the answer dearer: the operator gives it away,
    /// and somebody else wrote those settings.
    pub defaults_only: bool,
}

/// Who chose a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// The author, for this personality.
    AuthorForThis,
    /// The author, for every personality.
    Author,
    /// The personality.
    Personality,
    /// The key.
    Key,
    /// The settings `DEFAULT_MODEL` and `DEFAULT_MODELS`.
    Setting,
}

/// A key that may pay.
#[derive(sqlx::FromRow)]
struct Key {
    id: ApiKeyId,
    provider: Provider,
    is_active: bool,
    inactive_reason: Option<InactiveReason>,
    last4: Last4,
    model_name: Option<String>,
}

impl Store {
    /// Whose key pays, and for which model: fixed here; a later step may fail the request but never
    /// switches the payer.
    ///
    /// The model is the author's choice for this personality, else their choice for all, else the
    /// personality's, else the key's, else the settings'. What an author chose counts on their own
    /// key alone: nobody picks what the operator pays for. So what a personality says counts on the
    /// operator's key only where the operator answers for it. The key is the author's for that model's
    /// provider, else another of theirs with a model of its own; a server that asks for no key needs
    /// none.
    pub(super) async fn choose_payer(
        &self,
        tx: &mut Tx,
        user: UserId,
        personality: PersonalityId,
        system: &SystemKey,
    ) -> Result<Result<Payer, Refusal>> {
        const CONFIG: &str = "SELECT provider, model FROM llm_configs WHERE personality_id = $1";
        const KEYS: &str = "
            SELECT id, provider, is_active, inactive_reason, last4, model_name FROM user_api_keys
             WHERE user_id = $1 AND removed_at IS NULL
             ORDER BY CASE WHEN provider = $2 THEN 0 ELSE 1 END, CASE WHEN is_default THEN 0 ELSE 1 END, id";
        let (provider, model): (Provider, Option<String>) =
            on_tx!(tx, |c| sqlx::query_as(CONFIG).bind(personality).fetch_one(c).await?);
        let configured = model.map(|model| (model, ModelChoice::Personality));
        let (wanted_at, wanted) = match chosen_model(tx, user, personality).await? {
            Some(own) => {
                let for_this = own.personality_id.is_some();
                let by = if for_this { ModelChoice::AuthorForThis } else { ModelChoice::Author };
                (own.provider, Some((own.model, by)))
            }
            None => (provider, configured.clone()),
        };
        let keys: Vec<Key> =
            on_tx!(tx, |c| sqlx::query_as(KEYS).bind(user).bind(wanted_at).fetch_all(c).await?);
        let of_setting = |provider: Provider| {
            let model = system.offered.default_model(provider)?;
            Some((model.to_owned(), ModelChoice::Setting))
        };
        if system.offered.has(wanted_at) && !system.offered.asks_for_key(wanted_at) {
            let Some((model, chosen_by)) = wanted.or_else(|| of_setting(wanted_at)) else {
                return Ok(Err(Refusal::NoModel { provider: wanted_at }));
            };
            let source = KeySource::Keyless;
            return Ok(Ok(Payer {
                source,
                key: None,
                provider: wanted_at,
                model,
                chosen_by,
                defaults_only: false,
            }));
        }
        let mut without_model = None;
        for key in keys.iter().filter(|key| key.is_active && system.offered.has(key.provider)) {
            let of_key = key.model_name.clone().map(|model| (model, ModelChoice::Key));
            // a key of another provider goes with its own model
            let wanted = wanted.clone().filter(|_| key.provider == wanted_at);
            let Some((model, chosen_by)) = wanted.or(of_key).or_else(|| of_setting(key.provider))
            else {
                without_model.get_or_insert(key.provider);
                continue;
            };
            return Ok(Ok(Payer {
                source: KeySource::User,
                key: Some(key.id),
                provider: key.provider,
                model,
                chosen_by,
                defaults_only: false,
            }));
        }
        if let Some(provider) = without_model {
            return Ok(Err(Refusal::NoModel { provider }));
        }
        // a key that was switched off never falls back to the operator's
        if let Some(Key { last4, inactive_reason, .. }) = keys.into_iter().next() {
            return Ok(Err(not_used(last4, inactive_reason)));
        }
        let Some(limit) = system.guest_daily_limit else { return Ok(Err(Refusal::NoKey)) };
        if self.guest_requests_today(tx, user).await? >= limit {
            return Ok(Err(Refusal::GuestLimit));
        }
        // the operator's key is OpenRouter's, whoever else the personality would rather ask
        let operators = Provider::OpenRouter;
        let defaults_only = !is_operators(tx, personality, &system.owners).await?;
        let configured = configured.filter(|_| provider == operators && !defaults_only);
        let Some((model, chosen_by)) = configured.or_else(|| of_setting(operators)) else {
            return Ok(Err(Refusal::NoModel { provider: operators }));
        };
        let source = KeySource::System;
        Ok(Ok(Payer { source, key: None, provider: operators, model, chosen_by, defaults_only }))
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

/// Why a live key does not pay.
pub(super) const fn not_used(last4: Last4, reason: Option<InactiveReason>) -> Refusal {
    match reason {
        Some(InactiveReason::Paused) => Refusal::KeyPaused { last4 },
        Some(InactiveReason::Rejected) | None => Refusal::KeySwitchedOff { last4 },
    }
}

/// Whether the operator answers for what a personality sets: it is nobody's, as those that came with
/// the program, a superuser's or the bot's owner's. Others may make one to choose what they get.
async fn is_operators(
    tx: &mut Tx,
    personality: PersonalityId,
    owners: &[DiscordUserId],
) -> Result<bool> {
    const SQL: &str = "
        SELECT u.discord_id, u.is_superuser FROM personalities p JOIN users u ON u.id = p.owner_id
         WHERE p.id = $1";
    let owner: Option<(DiscordUserId, bool)> =
        on_tx!(tx, |c| sqlx::query_as(SQL).bind(personality).fetch_optional(c).await?);
    Ok(owner.is_none_or(|(account, is_superuser)| is_superuser || owners.contains(&account)))
}
