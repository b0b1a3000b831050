//! What a call and a delivery need to know of a personality, whoever may see it: they serve an
//! accepted request.

use super::{
    super::db::on_db,
    rows::{SettingsRow, settings_columns},
};
use crate::{
    ids::PersonalityId,
    personality::{Birthday, ModelSettings, PictureKind},
    store::{Result, Store},
};

/// A personality as its model is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Personality {
    /// Its id.
    pub id: PersonalityId,
    /// The name that it speaks under.
    pub display_name: String,
    /// Where its picture lies, if it lies elsewhere.
    pub avatar_url: Option<String>,
    /// What the model is told of who it is.
    pub system_prompt: String,
    /// What it says in the channel when an answer fails.
    pub error_message: Option<String>,
    /// Its birthday.
    pub birthday: Option<Birthday>,
    /// How its model is called.
    pub settings: ModelSettings,
}

/// Where the picture of somebody who speaks is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Portrait {
    /// At this address.
    At(String),
    /// With us, under the hash of its bytes.
    Kept {
        /// Stands for the bytes.
        hash: String,
        /// What it is.
        kind: PictureKind,
    },
}

impl Portrait {
    /// From the columns of a row.
    pub(in crate::store) fn from_columns(
        url: Option<String>,
        hash: Option<String>,
        kind: Option<PictureKind>,
    ) -> Option<Self> {
        match (hash, kind) {
            (Some(hash), Some(kind)) => Some(Self::Kept { hash, kind }),
            _ => url.map(Self::At),
        }
    }
}

#[derive(sqlx::FromRow)]
struct SpeakerRow {
    id: PersonalityId,
    display_name: String,
    avatar_url: Option<String>,
    system_prompt: String,
    error_message: Option<String>,
    birth_month: Option<i64>,
    birth_day: Option<i64>,
    birth_year: Option<i64>,
    #[sqlx(flatten)]
    settings: SettingsRow,
}

impl Store {
    /// A personality, whoever may see it: for those who have an accepted request for it. `None`: it
    /// was deleted.
    pub async fn personality(&self, id: PersonalityId) -> Result<Option<Personality>> {
        const SQL: &str = concat!(
            "SELECT p.id, p.display_name, p.avatar_url, p.system_prompt, p.error_message,
                    p.birth_month, p.birth_day, p.birth_year, ",
            settings_columns!(),
            "  FROM personalities p JOIN llm_configs l ON l.personality_id = p.id
              WHERE p.id = $1 AND p.deleted_at IS NULL"
        );
        let row: Option<SpeakerRow> =
            on_db!(&self.db, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await?);
        Ok(row.map(|row| Personality {
            id: row.id,
            display_name: row.display_name,
            avatar_url: row.avatar_url,
            system_prompt: row.system_prompt,
            error_message: row.error_message,
            birthday: Birthday::from_columns(row.birth_month, row.birth_day, row.birth_year),
            settings: row.settings.into(),
        }))
    }
}
