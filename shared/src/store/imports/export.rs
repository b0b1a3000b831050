//! What there is of a personality, for a file that an import reads.

use crate::{
    formats::export::Exported,
    ids::PersonalityId,
    store::{Result, Store},
};

impl Store {
    /// All of a personality, whoever may see it: for the operator.
    pub async fn exported(&self, id: PersonalityId) -> Result<Option<Exported>> {
        let Some((definition, ownership)) = self.definition(id).await? else { return Ok(None) };
        Ok(Some(Exported {
            id,
            owner: ownership.account,
            created_at: ownership.created_at,
            channels: self.exported_channels(id).await?,
            definition,
        }))
    }
}
