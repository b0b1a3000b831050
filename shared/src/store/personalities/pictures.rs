//! The pictures that are kept by us, as anybody may fetch them who was told the address.

use super::super::db::on_db;
use crate::{
    ids::PersonalityId,
    personality::{Picture, PictureKind},
    store::{Result, Store},
};

impl Store {
    /// The picture of a personality whose bytes have this hash.
    pub async fn picture(&self, id: PersonalityId, hash: &str) -> Result<Option<Picture>> {
        const SQL: &str = "
            SELECT avatar_kind, avatar FROM personalities
             WHERE id = $1 AND avatar_hash = $2 AND avatar IS NOT NULL AND avatar_kind IS NOT NULL";
        let found: Option<(PictureKind, Vec<u8>)> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).bind(hash).fetch_optional(c).await?);
        Ok(found.map(|(kind, bytes)| Picture { kind, bytes }))
    }
}
