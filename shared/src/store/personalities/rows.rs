//! How a definition lies in its rows.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{
    super::{
        columns::storable,
        db::{Tx, on_db, on_tx},
    },
    visible::Seen,
};
use crate::{
    ids::{DiscordUserId, PersonalityId, UserId},
    model::Provider,
    params::AdvancedParameters,
    personality::{
        Avatar, Birthday, Definition, ModelSettings, PersonalityName, Picture, PictureKind,
    },
    store::{Result, Store},
};

/// Whose a personality is, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// Whose; nobody's for one that came with the program, or whose owner has left.
    pub owner: Option<UserId>,
    /// The owner's account.
    pub account: Option<DiscordUserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed: an edit names what it is based on.
    pub updated_at: DateTime<Utc>,
}

macro_rules! settings_columns {
    () => {
        "l.provider, l.model, l.vision_model, l.temperature, l.top_p, l.max_tokens,
         l.memory_score_threshold, l.memory_limit, l.max_conversation_history,
         l.max_referenced_messages, l.max_mentions_per_message, l.max_channels_per_message,
         l.max_roles_per_message, l.ltm_search_history_turns, l.advanced_parameters "
    };
}
pub(super) use settings_columns;

macro_rules! definition_select {
    () => {
        concat!(
            "SELECT p.id, p.display_name, p.system_prompt, p.avatar_url, p.avatar, p.avatar_kind,
                    p.error_message, p.birth_month, p.birth_day, p.birth_year, p.is_public,
                    p.custom_fields, p.owner_id, p.created_at, p.updated_at, u.discord_id AS account, ",
            $crate::store::personalities::rows::settings_columns!(),
            " FROM personalities p JOIN llm_configs l ON l.personality_id = p.id
                   LEFT JOIN users u ON u.id = p.owner_id"
        )
    };
}
pub(super) use definition_select;

/// The settings as they lie in `llm_configs`.
#[derive(sqlx::FromRow)]
pub(super) struct SettingsRow {
    provider: Provider,
    model: Option<String>,
    vision_model: Option<String>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<i64>,
    memory_score_threshold: Option<f64>,
    memory_limit: Option<i64>,
    max_conversation_history: Option<i64>,
    max_referenced_messages: Option<i64>,
    max_mentions_per_message: Option<i64>,
    max_channels_per_message: Option<i64>,
    max_roles_per_message: Option<i64>,
    ltm_search_history_turns: Option<i64>,
    advanced_parameters: Json<AdvancedParameters>,
}

impl From<SettingsRow> for ModelSettings {
    fn from(row: SettingsRow) -> Self {
        Self {
            provider: row.provider,
            model: row.model,
            vision_model: row.vision_model,
            temperature: row.temperature,
            top_p: row.top_p,
            max_tokens: row.max_tokens,
            memory_score_threshold: row.memory_score_threshold,
            memory_limit: row.memory_limit,
            max_conversation_history: row.max_conversation_history,
            max_referenced_messages: row.max_referenced_messages,
            max_mentions_per_message: row.max_mentions_per_message,
            max_channels_per_message: row.max_channels_per_message,
            max_roles_per_message: row.max_roles_per_message,
            ltm_search_history_turns: row.ltm_search_history_turns,
            advanced: row.advanced_parameters.0,
        }
    }
}

/// A definition without its aliases.
#[derive(sqlx::FromRow)]
pub(super) struct DefinitionRow {
    id: PersonalityId,
    display_name: String,
    system_prompt: String,
    avatar_url: Option<String>,
    avatar: Option<Vec<u8>>,
    avatar_kind: Option<PictureKind>,
    error_message: Option<String>,
    birth_month: Option<i64>,
    birth_day: Option<i64>,
    birth_year: Option<i64>,
    is_public: bool,
    custom_fields: Json<Map<String, Value>>,
    owner_id: Option<UserId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    account: Option<DiscordUserId>,
    #[sqlx(flatten)]
    settings: SettingsRow,
}

impl DefinitionRow {
    pub(super) fn with_aliases(self, aliases: Vec<(String,)>) -> Seen {
        let avatar = match (self.avatar, self.avatar_kind) {
            (Some(bytes), Some(kind)) => Some(Avatar::Kept(Picture { kind, bytes })),
            _ => self.avatar_url.map(Avatar::At),
        };
        let birthday = Birthday::from_columns(self.birth_month, self.birth_day, self.birth_year);
        let definition = Definition {
            display_name: PersonalityName::stored(self.display_name),
            aliases: aliases.into_iter().map(|(name,)| PersonalityName::stored(name)).collect(),
            system_prompt: self.system_prompt,
            avatar,
            error_message: self.error_message,
            birthday,
            is_public: self.is_public,
            settings: self.settings.into(),
            custom_fields: self.custom_fields.0,
        };
        let ownership = Ownership {
            owner: self.owner_id,
            account: self.account,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Seen { id: self.id, definition, ownership }
    }
}

pub(super) const ALIASES: &str = "
    SELECT COALESCE(shown, folded) FROM personality_names
     WHERE personality_id = $1 AND kind = 'alias' ORDER BY position, folded";

impl Store {
    /// All that a personality's owner decided, whoever may see it: for exports by the operator.
    pub async fn definition(&self, id: PersonalityId) -> Result<Option<(Definition, Ownership)>> {
        const SQL: &str =
            concat!(definition_select!(), " WHERE p.id = $1 AND p.deleted_at IS NULL");
        let row: Option<DefinitionRow> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?);
        Ok(self.seen(row).await?.map(|seen| (seen.definition, seen.ownership)))
    }

    /// Every personality, whoever may see it: for exports by the operator.
    pub async fn all_personalities(&self) -> Result<Vec<PersonalityId>> {
        const SQL: &str =
            "SELECT id FROM personalities WHERE deleted_at IS NULL ORDER BY created_at, id";
        let found: Vec<(PersonalityId,)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?);
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// A row completed by its aliases.
    pub(super) async fn seen(&self, row: Option<DefinitionRow>) -> Result<Option<Seen>> {
        let Some(row) = row else { return Ok(None) };
        let aliases =
            on_db!(&self.db, |c| sqlx::query_as(ALIASES).bind(row.id).fetch_all(c).await?);
        Ok(Some(row.with_aliases(aliases)))
    }

    /// Writes a personality's row; `true` when it was there and is changed.
    pub(super) async fn update_row(
        tx: &mut Tx,
        id: PersonalityId,
        definition: &Definition,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "
            UPDATE personalities
               SET display_name = $2, system_prompt = $3, avatar_url = $4, avatar = $5,
                   avatar_kind = $6, avatar_hash = $7, error_message = $8, birth_month = $9,
                   birth_day = $10, birth_year = $11, is_public = $12, custom_fields = $13,
                   updated_at = $14
             WHERE id = $1 AND deleted_at IS NULL";
        let (url, picture) = match &definition.avatar {
            None => (None, None),
            Some(Avatar::At(url)) => (Some(url), None),
            Some(Avatar::Kept(picture)) => (None, Some(picture)),
        };
        let birthday = definition.birthday;
        let changed = on_tx!(tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(definition.display_name.as_str())
            .bind(storable(&definition.system_prompt).into_owned())
            .bind(url)
            .bind(picture.map(|picture| &picture.bytes))
            .bind(picture.map(|picture| picture.kind))
            .bind(picture.map(Picture::hash))
            .bind(definition.error_message.as_deref().map(|text| storable(text).into_owned()))
            .bind(birthday.map(|birthday| i64::from(birthday.month)))
            .bind(birthday.map(|birthday| i64::from(birthday.day)))
            .bind(birthday.and_then(|birthday| birthday.year).map(i64::from))
            .bind(definition.is_public)
            .bind(Json(without_nul(Value::Object(definition.custom_fields.clone()))))
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Writes a personality's settings.
    pub(super) async fn update_settings(
        tx: &mut Tx,
        id: PersonalityId,
        settings: &ModelSettings,
    ) -> Result<()> {
        const SQL: &str = "
            UPDATE llm_configs
               SET provider = $2, model = $3, vision_model = $4, temperature = $5, top_p = $6,
                   max_tokens = $7, memory_score_threshold = $8, memory_limit = $9,
                   max_conversation_history = $10, max_referenced_messages = $11,
                   max_mentions_per_message = $12, max_channels_per_message = $13,
                   max_roles_per_message = $14, ltm_search_history_turns = $15,
                   advanced_parameters = $16
             WHERE personality_id = $1";
        on_tx!(tx, |c| sqlx::query(SQL)
            .bind(id)
            .bind(settings.provider)
            .bind(&settings.model)
            .bind(&settings.vision_model)
            .bind(settings.temperature)
            .bind(settings.top_p)
            .bind(settings.max_tokens)
            .bind(settings.memory_score_threshold)
            .bind(settings.memory_limit)
            .bind(settings.max_conversation_history)
            .bind(settings.max_referenced_messages)
            .bind(settings.max_mentions_per_message)
            .bind(settings.max_channels_per_message)
            .bind(settings.max_roles_per_message)
            .bind(settings.ltm_search_history_turns)
            .bind(Json(&settings.advanced))
            .execute(c)
            .await?
            .rows_affected());
        Ok(())
    }
}

/// Postgres takes no NUL in JSON either, and a card may hold one.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable(&text).into_owned()),
        Value::Array(values) => Value::Array(values.into_iter().map(without_nul).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (storable(&name).into_owned(), without_nul(value)))
                .collect(),
        ),
        plain => plain,
    }
}
