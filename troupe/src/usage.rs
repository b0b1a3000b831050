//! `troupe usage`: what everybody used, by account, provider and model; ids and figures only.

use std::{
    borrow::Cow,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use chrono::{DateTime, SecondsFormat};
use shared::{
    config::{self, Environment},
    formats::table::{dollars, line, number, words},
    ids::DiscordUserId,
    store::{AccountCall, AccountUsage, Store, UsageCursor},
};

use crate::{
    cli::UsageArgs,
    import::{in_runtime, open_store},
    tools::{print, report_as},
};

/// Rows that are read at once: memory holds no more, however many there are.
const PAGE: i64 = 1_000;

const HEADING: [&str; 14] = [
    "time_utc",
    "account",
    "provider",
    "model",
    "key",
    "outcome",
    "tokens_in",
    "tokens_out",
    "tokens_cached",
    "tokens_reasoning",
    "cost_usd",
    "cost_source",
    "usage_source",
    "latency_ms",
];

pub(crate) fn run(args: &UsageArgs, local: bool) -> ExitCode {
    report_as(in_runtime(async {
        let config = config::for_import(&Environment::from_process()?, local)?;
        let store = open_store(&config.process, &config.database).await?;
        let done = if args.csv {
            rows(&store, BufWriter::new(io::stdout().lock())).await
        } else {
            totals(&store).await
        };
        store.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }))
}

async fn totals(store: &Store) -> anyhow::Result<()> {
    let all = store.usage_of_everybody().await?;
    let heading = "account  provider  model  key  requests  answered  tokens in  tokens out  cost in dollars  of unknown cost";
    let mut lines = vec![heading.to_owned()];
    lines.extend(all.iter().map(total));
    print(&lines)
}

fn total(usage: &AccountUsage) -> String {
    let sums = &usage.sums;
    format!(
        "{}  {}  {}  {}  {}  {}  {}  {}  {}  {}",
        account(usage.account),
        usage.provider.as_str(),
        usage.model,
        usage.key_source.as_str(),
        sums.requests,
        sums.answered,
        sums.tokens_in,
        sums.tokens_out,
        dollars(Some(sums.cost)),
        sums.unknown_cost,
    )
}

/// Each call, as it is read.
async fn rows(store: &Store, mut out: impl Write) -> anyhow::Result<()> {
    out.write_all(&line(&HEADING.map(Cow::Borrowed))?)?;
    let mut after = UsageCursor::at(DateTime::UNIX_EPOCH);
    loop {
        let page = store.page_of_everybody(after, PAGE).await?;
        for call in &page {
            out.write_all(&line(&cells(call))?)?;
            after = UsageCursor::behind(call.ended_at, call.id);
        }
        if i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE {
            return Ok(out.flush()?);
        }
    }
}

fn cells(call: &AccountCall) -> [Cow<'_, str>; 14] {
    [
        Cow::Owned(call.ended_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        Cow::Owned(account(call.account)),
        Cow::Owned(call.provider.as_str().to_owned()),
        words(&call.model),
        Cow::Borrowed(call.key_source.as_str()),
        Cow::Borrowed(call.outcome.as_str()),
        number(call.tokens_in),
        number(call.tokens_out),
        number(call.tokens_cached),
        number(call.tokens_reasoning),
        dollars(call.cost),
        Cow::Borrowed(call.cost_source.as_str()),
        Cow::Borrowed(call.usage_source.as_str()),
        number(call.latency_ms),
    ]
}

/// Nobody's whose account is no longer known.
fn account(account: Option<DiscordUserId>) -> String {
    account.map_or_else(|| "unknown".to_owned(), |account| account.to_string())
}
