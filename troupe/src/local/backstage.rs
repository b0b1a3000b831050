//! What this process shows of itself behind the curtain of the page.

use chrono::{DateTime, SecondsFormat, Utc};
use playground::page::{Backstage, KeyRow, Look, RequestRow, Scene, StepRow, Wakes};
use shared::{
    ids::UserId,
    model::KeySource,
    store::{KeyOverview, RequestOverview, Store},
    telemetry::LogTail,
    wake::WakeSender,
};

use super::worker::MortalWorker;

const REQUESTS: i64 = 12;
const KEYS: i64 = 8;

/// The process, as its page sees it.
pub(crate) struct Curtain {
    pub(crate) store: Store,
    pub(crate) wakes: WakeSender,
    pub(crate) log: LogTail,
    pub(crate) worker: MortalWorker,
}

impl Backstage for Curtain {
    fn look(&self) -> Look<'_> {
        Box::pin(self.scene())
    }

    fn kill_worker(&self) {
        self.worker.kill();
    }
}

impl Curtain {
    /// A section that can't be read now is left out.
    async fn scene(&self) -> Scene {
        let requests = self.store.newest_requests(REQUESTS).await.ok();
        let keys = self.store.newest_keys(KEYS).await.ok();
        Scene {
            requests: requests.map(|rows| rows.iter().map(request).collect()),
            wakes: self.wakes(),
            keys: keys.map(|rows| rows.into_iter().map(key).collect()),
            log: Some(self.log.lines()),
        }
    }

    fn wakes(&self) -> Option<Wakes> {
        let glimpse = self.wakes.glimpse()?;
        let texts = |users: &[UserId]| users.iter().map(ToString::to_string).collect();
        Some(Wakes {
            place: "Here through this process' memory; through Redis where there are several."
                .into(),
            waiting: texts(&glimpse.waiting),
            newest: texts(&glimpse.newest),
            sent: glimpse.sent,
        })
    }
}

fn request(row: &RequestOverview) -> RequestRow {
    let mut steps = vec![StepRow { name: "queued", at: Some(iso(row.created_at)) }];
    if row.attempt > 0 || row.dispatched_at.is_some() {
        steps.push(StepRow { name: "claimed", at: None });
    }
    if let Some(at) = row.dispatched_at {
        steps.push(StepRow { name: "calling", at: Some(iso(at)) });
    }
    if let Some(at) = row.finished_at {
        steps.push(StepRow { name: row.state.as_str(), at: Some(iso(at)) });
    }
    RequestRow {
        id: row.id.to_string(),
        reference: bot::texts::reference(row.id),
        user: row.user_id.to_string(),
        state: row.state.as_str().to_owned(),
        steps,
        detail: detail(row),
    }
}

fn detail(row: &RequestOverview) -> String {
    let key = match (row.key_source, &row.last4) {
        (KeySource::User, Some(last4)) => format!("key {last4}"),
        (KeySource::User, None) => "a key that was removed".to_owned(),
        (KeySource::Keyless, _) => "no key".to_owned(),
        (KeySource::System, _) => "the operator's key".to_owned(),
    };
    let mut parts = vec![row.provider.as_str().to_owned(), row.model.clone(), key];
    if let (Some(tokens_in), Some(tokens_out)) = (row.tokens_in, row.tokens_out) {
        parts.push(format!("{tokens_in} in, {tokens_out} out"));
    }
    parts.extend(row.cost.map(|cost| cost.to_string()));
    parts.extend(row.failure.clone());
    parts.join(" · ")
}

fn key(row: KeyOverview) -> KeyRow {
    KeyRow {
        user: row.user_id.to_string(),
        provider: row.provider.as_str().to_owned(),
        last4: row.last4.to_string(),
        state: if row.is_active { "in use" } else { "switched off" }.to_owned(),
        iv: row.iv,
        content: row.content,
        tag: row.tag,
    }
}

fn iso(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
