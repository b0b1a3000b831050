//! What a person used, by what it was used for.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    UsageSums,
    sums::{own, sums},
};
use crate::{
    ids::{GuildId, UserId},
    model::Provider,
    store::{Result, Store, db::on_db, personalities::visible_to},
    timezone::Timezone,
};

/// Days that are told apart at once: a year, and the day on which it ends.
const MAX_DAYS: usize = 366;

/// By what usage is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageBy {
    /// Which model answered.
    Model,
    /// Who was paid.
    Provider,
    /// Who spoke.
    Personality,
    /// Where.
    Server,
    /// On which day, in the person's timezone.
    Day,
}

/// What a group has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupOf {
    /// The model.
    Model(String),
    /// The provider.
    Provider(Provider),
    /// The personality that the person sees under this name.
    Personality(String),
    /// Personalities that are gone, or that the person may not see any more: all of them together.
    UnseenPersonalities,
    /// The server; none for what was said in private.
    Server(Option<GuildId>),
    /// The day.
    Day(NaiveDate),
}

/// What a group comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageGroup {
    /// What it has in common.
    pub of: GroupOf,
    /// What it comes to.
    pub sums: UsageSums,
}

#[derive(sqlx::FromRow)]
struct Row<T> {
    name: T,
    #[sqlx(flatten)]
    sums: UsageSums,
}

/// The statement that groups by one thing, the costliest first.
macro_rules! grouped_by {
    ($name:literal, $from:expr, $group:literal) => {
        concat!(
            "SELECT ",
            $name,
            " AS name, ",
            sums!(),
            " FROM usage_logs l",
            $from,
            " WHERE",
            own!(),
            "GROUP BY ",
            $group,
            " ORDER BY cost DESC, requests DESC, name"
        )
    };
}

impl Store {
    /// What a person's own key paid for, by what it was used for: the costliest first; days from the
    /// newest back, at most a year of those with any usage. `zone` says when days begin.
    pub async fn usage_by(
        &self,
        user: UserId,
        during: Range<DateTime<Utc>>,
        by: UsageBy,
        zone: Timezone,
    ) -> Result<Vec<UsageGroup>> {
        match by {
            UsageBy::Model => self.usage_by_model(user, &during).await,
            UsageBy::Provider => self.usage_by_provider(user, &during).await,
            UsageBy::Personality => self.usage_by_personality(user, &during).await,
            UsageBy::Server => self.usage_by_server(user, &during).await,
            UsageBy::Day => self.usage_by_day(user, during, zone).await,
        }
    }

    async fn usage_by_model(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Vec<UsageGroup>> {
        const SQL: &str = grouped_by!("l.model", "", "l.model");
        let rows: Vec<Row<String>> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_all(c)
            .await?);
        Ok(groups(rows, GroupOf::Model))
    }

    async fn usage_by_provider(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Vec<UsageGroup>> {
        const SQL: &str = grouped_by!("l.provider", "", "l.provider");
        let rows: Vec<Row<Provider>> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_all(c)
            .await?);
        Ok(groups(rows, GroupOf::Provider))
    }

    /// What a person may not see is never fetched: it has no name here, and no id.
    async fn usage_by_personality(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Vec<UsageGroup>> {
        const SQL: &str = grouped_by!(
            "p.display_name",
            concat!(
                " LEFT JOIN personalities p ON p.id = l.personality_id AND ",
                visible_to!("$1")
            ),
            "p.id, p.display_name"
        );
        let rows: Vec<Row<Option<String>>> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_all(c)
            .await?);
        let of =
            |name: Option<String>| name.map_or(GroupOf::UnseenPersonalities, GroupOf::Personality);
        Ok(groups(rows, of))
    }

    async fn usage_by_server(
        &self,
        user: UserId,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Vec<UsageGroup>> {
        const SQL: &str = grouped_by!("l.guild_id", "", "l.guild_id");
        let rows: Vec<Row<Option<GuildId>>> = on_db!(&self.db, |c| sqlx::query_as(SQL)
            .bind(user)
            .bind(during.start)
            .bind(during.end)
            .fetch_all(c)
            .await?);
        Ok(groups(rows, GroupOf::Server))
    }

    /// From the newest call back: only days with any usage are asked about.
    async fn usage_by_day(
        &self,
        user: UserId,
        during: Range<DateTime<Utc>>,
        zone: Timezone,
    ) -> Result<Vec<UsageGroup>> {
        const NEWEST: &str = concat!("SELECT MAX(l.timestamp) FROM usage_logs l WHERE", own!());
        let (mut days, mut end) = (Vec::new(), during.end);
        while days.len() < MAX_DAYS {
            let (newest,): (Option<DateTime<Utc>>,) = on_db!(&self.db, |c| sqlx::query_as(NEWEST)
                .bind(user)
                .bind(during.start)
                .bind(end)
                .fetch_one(c)
                .await?);
            let Some(newest) = newest else { break };
            let day = zone.day_of(newest);
            let start = zone.start_of(day).max(during.start);
            let sums = self.usage_sums(user, &(start..end)).await?;
            days.push(UsageGroup { of: GroupOf::Day(day), sums });
            end = start;
        }
        Ok(days)
    }
}

fn groups<T>(rows: Vec<Row<T>>, of: impl Fn(T) -> GroupOf) -> Vec<UsageGroup> {
    rows.into_iter().map(|row| UsageGroup { of: of(row.name), sums: row.sums }).collect()
}
