//! Budgets: what a person lets their own keys cost. Decided at the fence, under the person's lock, from
//! the usage log and the calls under way; there is no counter that could go wrong.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{
    ClaimedRequest, FenceRefusal, NoticeKind, Result, Store,
    db::{Tx, on_db, on_tx},
    lock_user,
};
use crate::{
    budget::{
        Amount, Budget, BudgetId, BudgetPeriod, BudgetState, BudgetUnit, GuestBudget, Spent,
        Totals, WorstCase,
    },
    ids::UserId,
    model::KeySource,
    money::NanoUsd,
    timezone::{Period, Timezone},
};

/// What a call may cost at most, and what a guest may use: the worker's part of the fence.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spending {
    /// The call at its worst.
    pub worst: WorstCase,
    /// The operator's limit, for guests.
    pub guests: Option<GuestBudget>,
}

/// A budget as it is stored.
#[derive(Clone, Copy, sqlx::FromRow)]
struct Row {
    period: BudgetPeriod,
    unit: BudgetUnit,
    amount: i64,
    is_hard: bool,
    zone: Timezone,
    starts_at: DateTime<Utc>,
    /// The person's own zone by now.
    timezone: Timezone,
}

impl Row {
    fn budget(&self) -> Budget {
        let amount = Amount::of(self.unit, self.amount);
        Budget { period: self.period, amount, is_hard: self.is_hard }
    }

    /// The period that runs, and the zone in which it is counted: another zone of the person's
    /// counts once the period is over that was begun in the old one.
    fn running(&self, now: DateTime<Utc>) -> (Timezone, Range<DateTime<Utc>>) {
        let zone = self.timezone;
        let period = self.period.period();
        let begun = period.bounds(self.starts_at, self.zone);
        if begun.contains(&now) { (self.zone, begun) } else { (zone, period.bounds(now, zone)) }
    }
}

const BUDGETS: &str = "
    SELECT b.period, b.unit, b.amount, b.is_hard, b.zone, b.starts_at, u.timezone
      FROM budgets b JOIN users u ON u.id = b.user_id
     WHERE b.user_id = $1 ORDER BY b.period, b.unit DESC";

/// What the log says; what nobody said counts as it was foreseen.
const SETTLED: &str = "
    SELECT CAST(COALESCE(SUM(u.tokens_total), 0) AS bigint),
           CAST(COALESCE(SUM(u.cost_nano_usd), 0) AS bigint),
           CAST(COALESCE(SUM(CASE WHEN u.tokens_total IS NULL THEN r.reserved_tokens END), 0) AS bigint),
           CAST(COALESCE(SUM(CASE WHEN u.cost_nano_usd IS NULL THEN r.reserved_nano_usd END), 0) AS bigint),
           CAST(COALESCE(SUM(CASE WHEN u.cost_nano_usd IS NULL AND r.reserved_nano_usd IS NULL THEN 1 ELSE 0 END), 0) AS bigint)
      FROM usage_logs u LEFT JOIN requests r ON r.id = u.request_id
     WHERE u.user_id = $1 AND u.key_source = $2 AND u.timestamp >= $3 AND u.timestamp < $4";

const UNDER_WAY: &str = "
    SELECT CAST(COALESCE(SUM(reserved_tokens), 0) AS bigint),
           CAST(COALESCE(SUM(reserved_nano_usd), 0) AS bigint)
      FROM requests WHERE user_id = $1 AND key_source = $2 AND state = 'calling'";

type SettledRow = (i64, NanoUsd, i64, NanoUsd, i64);
type UnderWayRow = (i64, NanoUsd);

fn spent(settled: SettledRow, under_way: UnderWayRow) -> Spent {
    let (tokens, cost, unsaid_tokens, unsaid_cost, unknown_cost) = settled;
    Spent {
        settled: Totals { tokens, cost },
        reserved: Totals {
            tokens: unsaid_tokens.saturating_add(under_way.0),
            cost: unsaid_cost + under_way.1,
        },
        unknown_cost,
    }
}

impl Store {
    /// Sets a budget, in the place of the one for the same period and unit. What was told of that one
    /// may be told again.
    pub async fn set_budget(&self, user: UserId, budget: &Budget) -> Result<()> {
        const ZONE: &str = "SELECT timezone FROM users WHERE id = $1";
        const RUNS: &str = "
            SELECT b.period, b.unit, b.amount, b.is_hard, b.zone, b.starts_at, u.timezone
              FROM budgets b JOIN users u ON u.id = b.user_id
             WHERE b.user_id = $1 AND b.period = $2 ORDER BY b.starts_at DESC LIMIT 1";
        const SQL: &str = "
            INSERT INTO budgets (user_id, period, unit, amount, is_hard, zone, starts_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (user_id, period, unit) DO UPDATE
               SET amount = excluded.amount, is_hard = excluded.is_hard, zone = excluded.zone,
                   starts_at = excluded.starts_at, updated_at = excluded.updated_at";
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        let (zone,): (Timezone,) =
            on_tx!(&mut tx, |c| sqlx::query_as(ZONE).bind(user).fetch_one(c).await?);
        // a budget that is set anew, or beside another, goes on with the period that runs
        let runs: Option<Row> = on_tx!(&mut tx, |c| sqlx::query_as(RUNS)
            .bind(user)
            .bind(budget.period)
            .fetch_optional(c)
            .await?);
        let (zone, during) = match runs {
            Some(runs) => runs.running(now),
            None => (zone, budget.period.period().bounds(now, zone)),
        };
        forget_alerts(&mut tx, user, budget.id()).await?;
        on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(budget.period)
            .bind(budget.amount.unit())
            .bind(budget.amount.units())
            .bind(budget.is_hard)
            .bind(zone)
            .bind(during.start)
            .bind(now)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await
    }

    /// Removes a budget. `false` when there was none.
    pub async fn remove_budget(&self, user: UserId, budget: BudgetId) -> Result<bool> {
        const SQL: &str = "DELETE FROM budgets WHERE user_id = $1 AND period = $2 AND unit = $3";
        let mut tx = self.db.begin().await?;
        lock_user(&mut tx, user).await?;
        forget_alerts(&mut tx, user, budget).await?;
        let removed = on_tx!(&mut tx, |c| sqlx::query(SQL)
            .bind(user)
            .bind(budget.period)
            .bind(budget.unit)
            .execute(c)
            .await?
            .rows_affected());
        tx.commit().await?;
        Ok(removed == 1)
    }

    /// A person's budgets, those of a day first, and how far each is used.
    pub async fn budgets(&self, user: UserId) -> Result<Vec<BudgetState>> {
        let rows: Vec<Row> =
            on_db!(&self.db, |c| sqlx::query_as(BUDGETS).bind(user).fetch_all(c).await?);
        let mut states = Vec::with_capacity(rows.len());
        for row in rows {
            let (zone, during) = row.running(self.clock.now());
            let spent = self.spent(user, KeySource::User, &during).await?;
            states.push(BudgetState { budget: row.budget(), zone, during, spent });
        }
        Ok(states)
    }

    /// What keys of this source paid for in a stretch of time, for one person.
    async fn spent(
        &self,
        user: UserId,
        source: KeySource,
        during: &Range<DateTime<Utc>>,
    ) -> Result<Spent> {
        let settled: SettledRow = on_db!(&self.db, |c| sqlx::query_as(SETTLED)
            .bind(user)
            .bind(source)
            .bind(during.start)
            .bind(during.end)
            .fetch_one(c)
            .await?);
        let under_way: UnderWayRow = on_db!(&self.db, |c| sqlx::query_as(UNDER_WAY)
            .bind(user)
            .bind(source)
            .fetch_one(c)
            .await?);
        Ok(spent(settled, under_way))
    }

    /// Why a call must not be made for its cost. The caller holds the person's lock.
    pub(super) async fn over_budget(
        &self,
        tx: &mut Tx,
        request: &ClaimedRequest,
        spending: &Spending,
    ) -> Result<Option<FenceRefusal>> {
        match request.key_source {
            KeySource::Keyless => Ok(None),
            KeySource::System => self.over_guests_limit(tx, request, spending).await,
            KeySource::User => {
                let states = self.budgets_in(tx, request.user_id).await?;
                let breaks =
                    |state: &BudgetState| state.budget.is_hard && state.would_break(spending.worst);
                Ok(states.iter().any(breaks).then_some(FenceRefusal::OverBudget))
            }
        }
    }

    async fn over_guests_limit(
        &self,
        tx: &mut Tx,
        request: &ClaimedRequest,
        spending: &Spending,
    ) -> Result<Option<FenceRefusal>> {
        let Some(limit) = spending.guests else { return Ok(None) };
        let today = Period::Today.bounds(self.clock.now(), Timezone::default());
        let spent = spent_in(tx, request.user_id, KeySource::System, &today).await?;
        let used = spent.settled.tokens.saturating_add(spent.reserved.tokens);
        if used.saturating_add(spending.worst.tokens) <= limit.tokens {
            return Ok(None);
        }
        if limit.is_soft {
            tracing::warn!(user.id = %request.user_id, tokens = used, "a guest is past the limit");
        }
        Ok((!limit.is_soft).then_some(FenceRefusal::GuestBudget))
    }

    /// The budgets as they are under the lock; a period that has begun since is noted.
    async fn budgets_in(&self, tx: &mut Tx, user: UserId) -> Result<Vec<BudgetState>> {
        const BEGIN: &str = "
            UPDATE budgets SET zone = $4, starts_at = $5
             WHERE user_id = $1 AND period = $2 AND unit = $3";
        let rows: Vec<Row> =
            on_tx!(&mut *tx, |c| sqlx::query_as(BUDGETS).bind(user).fetch_all(c).await?);
        let mut states = Vec::with_capacity(rows.len());
        for row in rows {
            let (zone, during) = row.running(self.clock.now());
            if during.start != row.starts_at || zone != row.zone {
                on_tx!(&mut *tx, |c| sqlx::query(BEGIN)
                    .bind(user)
                    .bind(row.period)
                    .bind(row.unit)
                    .bind(zone)
                    .bind(during.start)
                    .execute(c)
                    .await?
                    .rows_affected());
            }
            let spent = spent_in(tx, user, KeySource::User, &during).await?;
            states.push(BudgetState { budget: row.budget(), zone, during, spent });
        }
        Ok(states)
    }

    /// Tells a person, once in a period, that a part of a budget is used. The caller holds the lock
    /// and has just written what was used.
    pub(super) async fn alert_budgets(&self, tx: &mut Tx, user: UserId) -> Result<()> {
        const SQL: &str = "
            INSERT INTO budget_alerts (user_id, period, unit, starts_at, percent)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        for state in self.budgets_in(tx, user).await? {
            let mut highest = None;
            for percent in state.alerts() {
                let is_new = on_tx!(&mut *tx, |c| sqlx::query(SQL)
                    .bind(user)
                    .bind(state.budget.period)
                    .bind(state.budget.amount.unit())
                    .bind(state.during.start)
                    .bind(percent)
                    .execute(c)
                    .await?
                    .rows_affected());
                highest = if is_new == 1 { Some(percent) } else { highest };
            }
            // a single costly call may pass two marks: the higher one says it all
            if let Some(percent) = highest {
                let kind = NoticeKind::Budget { budget: state.budget.id(), percent };
                self.add_notice_in(tx, user, kind, None, None).await?;
            }
        }
        Ok(())
    }
}

async fn spent_in(
    tx: &mut Tx,
    user: UserId,
    source: KeySource,
    during: &Range<DateTime<Utc>>,
) -> Result<Spent> {
    let settled: SettledRow = on_tx!(&mut *tx, |c| sqlx::query_as(SETTLED)
        .bind(user)
        .bind(source)
        .bind(during.start)
        .bind(during.end)
        .fetch_one(c)
        .await?);
    let under_way: UnderWayRow =
        on_tx!(tx, |c| sqlx::query_as(UNDER_WAY).bind(user).bind(source).fetch_one(c).await?);
    Ok(spent(settled, under_way))
}

async fn forget_alerts(tx: &mut Tx, user: UserId, budget: BudgetId) -> Result<()> {
    const SQL: &str = "DELETE FROM budget_alerts WHERE user_id = $1 AND period = $2 AND unit = $3";
    on_tx!(tx, |c| sqlx::query(SQL)
        .bind(user)
        .bind(budget.period)
        .bind(budget.unit)
        .execute(c)
        .await?
        .rows_affected());
    Ok(())
}
