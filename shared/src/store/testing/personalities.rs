//! Personalities to test with, and settings that no command changes yet.

use super::{Person, TestDb};
use crate::{clock::Clock, ids::PersonalityId, names::fold_name, store::db::on_tx};

/// How a personality's model is called. What is not said is the system's default.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelSettings {
    /// Which model.
    pub model: Option<&'static str>,
    /// How far it strays from what is likely.
    pub temperature: Option<f64>,
    /// How much of what is likely it chooses from.
    pub top_p: Option<f64>,
    /// How long an answer may be.
    pub max_tokens: Option<i64>,
    /// How many turns it is told again.
    pub max_conversation_history: Option<i64>,
}

impl TestDb {
    /// A personality with this name: public, or its owner's alone.
    pub async fn personality(&self, name: &str, owner: Option<Person>) -> PersonalityId {
        const PERSONALITY: &str = "
            INSERT INTO personalities
                (id, display_name, system_prompt, owner_id, is_public, created_at, updated_at)
            VALUES ($1, $2, 'You are a test.', $3, $4, $5, $5)";
        const NAME: &str = "
            INSERT INTO personality_names (personality_id, folded, kind, owner_id, is_public)
            VALUES ($1, $2, 'name', $3, $4)";
        const SETTINGS: &str = "INSERT INTO llm_configs (personality_id) VALUES ($1)";
        let id = PersonalityId::new(&**self.clock());
        let (owner, is_public) = (owner.map(|owner| owner.id), owner.is_none());
        let mut tx = self.begin().await;
        on_tx!(&mut tx, |c| {
            let personality = sqlx::query(PERSONALITY).bind(id).bind(name).bind(owner);
            let personality = personality.bind(is_public).bind(self.clock().now());
            personality.execute(&mut *c).await.expect("a personality");
            let named = sqlx::query(NAME).bind(id).bind(fold_name(name)).bind(owner);
            named.bind(is_public).execute(&mut *c).await.expect("its name");
            sqlx::query(SETTINGS).bind(id).execute(&mut *c).await.expect("its settings");
        });
        tx.commit().await.expect("a personality");
        id
    }

    /// Says how a personality's model is called.
    pub async fn set_model(&self, personality: PersonalityId, settings: ModelSettings) {
        const SQL: &str = "
            UPDATE llm_configs
               SET model = $2, temperature = $3, top_p = $4, max_tokens = $5, max_conversation_history = $6
             WHERE personality_id = $1";
        let mut tx = self.begin().await;
        on_tx!(&mut tx, |c| {
            let change = sqlx::query(SQL).bind(personality).bind(settings.model);
            let change = change.bind(settings.temperature).bind(settings.top_p);
            let change = change.bind(settings.max_tokens).bind(settings.max_conversation_history);
            change.execute(c).await.expect("settings");
        });
        tx.commit().await.expect("settings");
    }

    /// Says which model a person's keys are for, where a personality names none.
    pub async fn set_model_of_keys(&self, person: Person, model: &str) {
        const SQL: &str = "UPDATE user_api_keys SET model_name = $2 WHERE user_id = $1";
        let mut tx = self.begin().await;
        on_tx!(&mut tx, |c| {
            let change = sqlx::query(SQL).bind(person.id).bind(model);
            change.execute(c).await.expect("a model");
        });
        tx.commit().await.expect("a model");
    }
}
