//! Who can be talked to.

use super::{Result, Store, db::on_db};
use crate::{
    ids::{DiscordUserId, PersonalityId},
    model::Provider,
};

/// A personality with its model settings. `None` is "the system's default", never zero.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Personality {
    /// Its id.
    pub id: PersonalityId,
    /// The name that it speaks under.
    pub display_name: String,
    /// Where its picture lies, if anywhere.
    pub avatar_url: Option<String>,
    /// What the model is told of who it is.
    pub system_prompt: String,
    /// What it says in the channel when an answer fails.
    pub error_message: Option<String>,
    /// Who runs its model.
    pub provider: Provider,
    /// Its model.
    pub model: Option<String>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// The longest answer, in tokens.
    pub max_tokens: Option<i64>,
    /// How many turns of the conversation it is reminded of.
    pub max_conversation_history: Option<i64>,
}

/// A name or an alias under which somebody may address a personality.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonalityName {
    /// Whose name.
    pub personality_id: PersonalityId,
    /// As [`fold_name`](crate::names::fold_name) gives it.
    pub folded: String,
    /// The name that it speaks under.
    pub display_name: String,
}

impl Store {
    /// A personality, whoever may see it: for those who have an accepted request for it.
    pub async fn personality(&self, id: PersonalityId) -> Result<Option<Personality>> {
        const SQL: &str = "
            SELECT p.id, p.display_name, p.avatar_url, p.system_prompt, p.error_message,
                   l.provider, l.model, l.temperature, l.top_p, l.max_tokens, l.max_conversation_history
              FROM personalities p JOIN llm_configs l ON l.personality_id = p.id
             WHERE p.id = $1";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?))
    }

    /// Every name and alias under which `viewer` can address somebody: the public ones and their own,
    /// names before aliases. A private personality of another person and one that does not exist look
    /// the same.
    pub async fn names_visible_to(&self, viewer: DiscordUserId) -> Result<Vec<PersonalityName>> {
        const SQL: &str = "
            SELECT n.personality_id, n.folded, p.display_name
              FROM personality_names n JOIN personalities p ON p.id = n.personality_id
             WHERE n.is_public OR n.owner_id = (SELECT id FROM users WHERE discord_id = $1)
             ORDER BY CASE n.kind WHEN 'name' THEN 0 ELSE 1 END, p.created_at, n.folded";
        Ok(on_db!(&self.db, |c| sqlx::query_as(SQL).bind(viewer).fetch_all(c).await?))
    }

    /// Who speaks when nobody is named: the oldest public personality.
    pub async fn default_personality(&self) -> Result<Option<PersonalityId>> {
        const SQL: &str =
            "SELECT id FROM personalities WHERE is_public ORDER BY created_at, id LIMIT 1";
        let found: Option<(PersonalityId,)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_optional(c).await?);
        Ok(found.map(|(id,)| id))
    }
}
