//! One sealed constant per master key: the wrong key is noticed at the start, before it could make
//! every user's key look bad.

use super::{
    Result, Store, StoreError,
    db::{on_db, on_tx},
};
use crate::vault::Sealed;

impl Store {
    /// The constants that this database was sealed with.
    pub async fn canaries(&self) -> Result<Vec<Sealed>> {
        const SQL: &str = "SELECT iv, content, tag, key_id FROM vault_canary ORDER BY created_at";
        let rows: Vec<(String, String, String, String)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).fetch_all(c).await?);
        rows.iter()
            .map(|(iv, content, tag, key_id)| Sealed::from_columns(iv, content, tag, key_id))
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| StoreError::Inconsistent("vault_canary"))
    }

    /// Keeps the constant of a master key that is new here. The first of several processes wins.
    pub async fn add_canary(&self, canary: &Sealed) -> Result<()> {
        const SQL: &str = "
            INSERT INTO vault_canary (key_id, iv, content, tag, created_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key_id) DO NOTHING";
        let mut tx = self.db.begin().await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(canary.key_id().to_string())
            .bind(canary.iv())
            .bind(canary.content())
            .bind(canary.tag())
            .bind(self.clock.now())
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }
}
