//! Requests, and the messages that they are made of.

use crate::{
    ids::{ApiKeyId, RequestId, UserId},
    model::{FailureKind, RequestState},
    store::{db::on_db, testing::TestDb},
};

/// A request as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SeenRequest {
    /// Its id.
    pub id: RequestId,
    /// Its place among its author's requests.
    pub seq: i64,
    /// How far it is.
    pub state: RequestState,
    /// How many workers took it and did not give it back.
    pub attempt: i64,
    /// The key that pays; none for the operator's.
    #[sqlx(rename = "api_key_id")]
    pub key: Option<ApiKeyId>,
    /// Whether its author, or nobody being left to read it, asked for an end.
    pub stop_requested: bool,
    /// What the provider calls the answer.
    #[sqlx(rename = "generation_id")]
    pub generation: Option<String>,
    /// What arrived.
    pub answer: Option<String>,
    /// Why it has no whole answer.
    pub failure: Option<FailureKind>,
}

impl TestDb {
    /// Everybody's requests.
    pub async fn requests(&self) -> Vec<SeenRequest> {
        const SQL: &str = "SELECT * FROM requests ORDER BY user_id, seq";
        on_db!(self.db(), |c| sqlx::query_as(SQL).fetch_all(c).await).expect("requests")
    }

    /// One person's requests, in the order in which they were made.
    pub async fn requests_of(&self, user: UserId) -> Vec<SeenRequest> {
        const SQL: &str = "SELECT * FROM requests WHERE user_id = $1 ORDER BY seq";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(user).fetch_all(c).await).expect("requests")
    }

    /// This very request.
    pub async fn request(&self, id: RequestId) -> SeenRequest {
        const SQL: &str = "SELECT * FROM requests WHERE id = $1";
        on_db!(self.db(), |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await).expect("a request")
    }

    /// The texts that were taken, in the order in which they were said.
    pub async fn texts_taken(&self) -> Vec<String> {
        const SQL: &str = "SELECT content FROM request_sources ORDER BY source_id, personality_id";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_all(c).await).expect("texts")
    }
}
