//! The visible side of requests.

use crate::{
    ids::{DeliveryId, RequestId},
    store::{db::on_db, testing::TestDb},
};

/// A delivery as it stands.
#[derive(sqlx::FromRow)]
pub struct SeenDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Whether the text to be shown is the last.
    #[sqlx(rename = "final")]
    pub is_final: bool,
    /// The revision that is to be shown.
    pub want_rev: i64,
    token_iv: Option<String>,
    token_content: Option<String>,
    token_tag: Option<String>,
}

impl SeenDelivery {
    /// How many of the three columns of its command's sealed token are filled.
    #[must_use]
    pub fn token_columns(&self) -> usize {
        let token = [&self.token_iv, &self.token_content, &self.token_tag];
        token.into_iter().flatten().count()
    }
}

impl TestDb {
    /// This very delivery.
    pub async fn delivery(&self, id: DeliveryId) -> SeenDelivery {
        const SQL: &str = "SELECT * FROM deliveries WHERE id = $1";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await).expect("a delivery")
    }

    /// The delivery of a request, which has one and no more.
    pub async fn delivery_of(&self, request: RequestId) -> SeenDelivery {
        const SQL: &str = "SELECT * FROM deliveries WHERE request_id = $1";
        let mut found: Vec<SeenDelivery> =
            on_db!(self.db(), |c| sqlx::query_as(SQL).bind(request).fetch_all(c).await)
                .expect("deliveries");
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    /// How many of the bot's messages in Discord are known to be parts of a delivery.
    pub async fn parts_posted(&self) -> i64 {
        const SQL: &str = "SELECT COUNT(*) FROM delivery_parts";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_one(c).await).expect("a number")
    }
}
