//! Personalities to test with, and settings that no command changes yet.

use super::{Person, TestDb};
use crate::{
    clock::Clock,
    ids::{PersonalityId, UserId},
    names::fold_name,
    personality::{Definition, ModelSettings},
    store::{Editor, Replaced, db::on_tx},
};

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

    /// Makes a personality its new owner's alone.
    pub async fn make_private(&self, personality: PersonalityId, owner: UserId) {
        const SQL: &str = "UPDATE personalities SET is_public = FALSE, owner_id = $2 WHERE id = $1";
        let mut tx = self.begin().await;
        on_tx!(&mut tx, |c| {
            let change = sqlx::query(SQL).bind(personality).bind(owner);
            change.execute(c).await.expect("an owner");
        });
        tx.commit().await.expect("an owner");
    }

    /// Says how a personality's model is called.
    pub async fn set_model(&self, personality: PersonalityId, settings: ModelSettings) {
        let (store, editor) = (self.store(), self.person(u64::from(u32::MAX)).await.id);
        let (definition, owned) =
            store.definition(personality).await.expect("a personality").expect("a personality");
        let changed = Definition { settings, ..definition };
        let by = Editor { user: owned.owner.unwrap_or(editor), manages: true };
        let replaced = store.replace_definition(personality, by, &changed, owned.updated_at).await;
        assert!(matches!(replaced, Ok(Replaced::Done(_))), "{replaced:?}");
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
