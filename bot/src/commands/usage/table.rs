//! Everything as a file for spreadsheets, or as several, each small enough for Discord.
//!
//! Rows are read by pages and sent when a file is full: memory holds one file, however much there is.

use std::{borrow::Cow, io};

use chrono::SecondsFormat;
use shared::{
    formats::table::{dollars, line, number, words},
    store::{UsageCursor, UsageRow, User},
    timezone::Timezone,
};

use super::{Wanted, names::ServerNames};
use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    rest::{File, Message},
    texts::usage::table as texts,
};

/// Rows that are read at once.
const PAGE: i64 = 1_000;
/// Files for one answer; what is more is left for a shorter range.
const MAX_FILES: usize = 10;
/// What a request holds besides the file.
const MARGIN: usize = 16 * 1024;

const HEADING: [&str; 14] = [
    "time_utc",
    "day",
    "provider",
    "model",
    "personality",
    "server",
    "outcome",
    "tokens_in",
    "tokens_out",
    "tokens_cached",
    "tokens_reasoning",
    "cost_usd",
    "cost_source",
    "latency_ms",
];

/// Answers with all rows of a span; Discord takes no file of more than `largest` bytes.
pub(super) async fn send(app: &App, caller: &Caller, wanted: &Wanted, largest: usize) {
    let sent = match &wanted.user {
        Some(user) => send_rows(app, caller, user, wanted, largest).await,
        None => Ok(false),
    };
    match sent {
        Ok(true) => {}
        Ok(false) => caller.answer(app, Ok(Message::text(texts::NOTHING))).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
}

/// `false`: there are no rows.
async fn send_rows(
    app: &App,
    caller: &Caller,
    user: &User,
    wanted: &Wanted,
    largest: usize,
) -> Result<bool, Trouble> {
    let during = wanted.span.bounds(app.clock.now(), wanted.zone);
    let mut files = Files::new(largest)?;
    let mut servers = ServerNames::default();
    let mut after = UsageCursor::at(during.start);
    loop {
        let page = in_time(app.store.usage_page(user.id, &during, after, PAGE)).await?;
        for row in &page {
            let server = servers.cell(app, caller, row.guild_id).await;
            if let Some(full) = files.add(&cells(row, wanted.zone, server))? {
                let is_last = files.number > MAX_FILES;
                let message = Message::text(texts::part(files.number - 1, is_last));
                if !caller.hand_over(app, files.number == 2, message, &full).await || is_last {
                    return Ok(true);
                }
            }
            after = UsageCursor::behind(row.ended_at, row.id);
        }
        if i64::try_from(page.len()).unwrap_or(i64::MAX) < PAGE {
            break;
        }
    }
    let Some(last) = files.end() else { return Ok(false) };
    let message = Message::text(texts::end(files.number));
    caller.hand_over(app, files.number == 1, message, &last).await;
    Ok(true)
}

fn cells<'a>(row: &'a UsageRow, zone: Timezone, server: &'a str) -> [Cow<'a, str>; 14] {
    [
        Cow::Owned(row.ended_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        Cow::Owned(zone.day_of(row.ended_at).to_string()),
        Cow::Owned(row.provider.as_str().to_owned()),
        words(&row.model),
        row.personality.as_deref().map_or(Cow::Borrowed(texts::UNSEEN_PERSONALITY), words),
        words(server),
        Cow::Borrowed(row.outcome.as_str()),
        number(row.tokens_in),
        number(row.tokens_out),
        number(row.tokens_cached),
        number(row.tokens_reasoning),
        dollars(row.cost),
        Cow::Borrowed(row.cost_source.as_str()),
        number(row.latency_ms),
    ]
}

/// A file that grows until it is full.
struct Files {
    largest: usize,
    heading: Vec<u8>,
    bytes: Vec<u8>,
    /// Of the file that grows, from 1.
    number: usize,
}

impl Files {
    fn new(largest: usize) -> Result<Self, Trouble> {
        let heading = line(&HEADING.map(Cow::Borrowed)).map_err(|error| unwritten(&error))?;
        let bytes = heading.clone();
        Ok(Self { largest: largest.saturating_sub(MARGIN), heading, bytes, number: 1 })
    }

    /// Takes a row. Gives the file back that was too full for it.
    fn add(&mut self, cells: &[Cow<'_, str>]) -> Result<Option<File>, Trouble> {
        let row = line(cells).map_err(|error| unwritten(&error))?;
        let is_full = self.bytes.len() + row.len() > self.largest && self.has_rows();
        let full = is_full.then(|| {
            let bytes = std::mem::replace(&mut self.bytes, self.heading.clone());
            let full = file(format!("usage-{}.csv", self.number), bytes);
            self.number += 1;
            full
        });
        self.bytes.extend_from_slice(&row);
        Ok(full)
    }

    /// The last one, if there is anything in it.
    fn end(&mut self) -> Option<File> {
        let name = match self.number {
            1 => "usage.csv".to_owned(),
            number => format!("usage-{number}.csv"),
        };
        self.has_rows().then(|| file(name, std::mem::take(&mut self.bytes)))
    }

    fn has_rows(&self) -> bool {
        self.bytes.len() > self.heading.len()
    }
}

fn file(name: String, bytes: Vec<u8>) -> File {
    File { name, content_type: "text/csv; charset=utf-8", bytes }
}

fn unwritten(error: &io::Error) -> Trouble {
    tracing::error!(error.kind = ?error.kind(), "a row could not be written");
    Trouble::Refused(crate::texts::INTERNAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many files of rows of 12 bytes each (with their ends), none of more than `largest` bytes.
    fn files(rows: usize, largest: usize) -> Vec<(String, usize)> {
        let mut files = Files::new(largest + MARGIN).unwrap();
        let heading = files.heading.len();
        let mut made = Vec::new();
        for _ in 0..rows {
            made.extend(files.add(&["0123456789".into()]).unwrap());
        }
        made.extend(files.end());
        assert!(made.iter().all(|file| file.bytes.starts_with(b"time_utc,day,")));
        assert!(made.iter().all(|file| file.bytes.len() <= largest));
        made.into_iter().map(|file| (file.name, (file.bytes.len() - heading) / 12)).collect()
    }

    #[test]
    fn files_are_numbered_when_one_is_not_enough() {
        let heading = Files::new(0).unwrap().heading.len();
        assert_eq!(files(0, heading + 24), []);
        assert_eq!(files(2, heading + 24), [("usage.csv".to_owned(), 2)]);
        let three = [("usage-1.csv", 2), ("usage-2.csv", 2), ("usage-3.csv", 1)];
        assert_eq!(files(5, heading + 24), three.map(|(name, rows)| (name.to_owned(), rows)));
        assert_eq!(files(4, heading + 35).len(), 2);
    }
}
