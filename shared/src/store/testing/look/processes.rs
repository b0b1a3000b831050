//! Which processes the database knows of.

use crate::store::{db::on_db, testing::TestDb};

impl TestDb {
    /// How many workers are known and still take requests.
    pub async fn workers_taking_requests(&self) -> i64 {
        const SQL: &str = "SELECT COUNT(*) FROM workers WHERE NOT draining";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_one(c).await).expect("a number")
    }

    /// How many shards are some bot process's.
    pub async fn shards_leased(&self) -> i64 {
        const SQL: &str = "SELECT COUNT(*) FROM shard_leases";
        on_db!(self.db(), |c| sqlx::query_scalar(SQL).fetch_one(c).await).expect("a number")
    }
}
