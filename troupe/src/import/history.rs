//! `--with channels,history,usage`: who spoke unasked, what was said, and what was counted.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::{
    ids::{ChannelId, DiscordUserId, GuildId, PersonalityId},
    model::Provider,
    store::{
        OlderActivation, OlderTurn, OlderUsage,
        legacy::{Row, Table},
    },
};

use super::{
    bar,
    report::{Kind, Outcome},
    rows::{snowflake, text, time},
    tzurot::Reading,
};

/// How many calls are read at once, and taken in one transaction.
const BATCH: u32 = 500;

/// A person and a channel.
type Lane = (DiscordUserId, u64);

/// A row of the history.
struct Said {
    id: String,
    by_user: bool,
    content: String,
    at: DateTime<Utc>,
}

/// Conversations, one personality in one transaction.
pub(super) async fn turns(reading: &mut Reading) -> anyhow::Result<()> {
    let all = usize::try_from(reading.legacy.count(Table::History).await?)?;
    let personas = personas(reading).await?;
    let known: Vec<(String, PersonalityId)> =
        reading.personalities.iter().map(|(there, here)| (there.clone(), *here)).collect();
    let bar = bar(known.len() as u64, "history");
    let mut seen = 0;
    for (there, here) in known {
        let rows = reading.legacy.rows_with(Table::History, "personality_id", &there).await?;
        seen += rows.len();
        one_personality(reading, &personas, here, rows).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    if all > seen {
        let what = format!("{} rows", all - seen);
        reading.report.count(Kind::History, Outcome::Skipped, all - seen - 1);
        reading.report.skip(Kind::History, &what, "their personality is not here");
    }
    Ok(())
}

/// Whose persona it is. Where there is no such table, a persona may be the user's own id.
async fn personas(reading: &mut Reading) -> anyhow::Result<BTreeMap<String, DiscordUserId>> {
    let mut personas = reading.people.clone();
    for row in reading.legacy.rows(Table::Personas).await? {
        let owner = text(&row, "owner_id").or_else(|| text(&row, "user_id"));
        let owner = owner.and_then(|id| reading.people.get(&id).copied());
        if let (Some(id), Some(owner)) = (text(&row, "id"), owner) {
            personas.insert(id, owner);
        }
    }
    Ok(personas)
}

async fn one_personality(
    reading: &mut Reading,
    personas: &BTreeMap<String, DiscordUserId>,
    personality: PersonalityId,
    rows: Vec<Row>,
) -> anyhow::Result<()> {
    let mut lanes: BTreeMap<Lane, Vec<Said>> = BTreeMap::new();
    for row in rows {
        let id = text(&row, "id").unwrap_or_default();
        let persona = text(&row, "persona_id").unwrap_or_default();
        let place =
            (personas.get(&persona), snowflake(&row, "channel_id"), time(&row, "created_at"));
        let by_user = match text(&row, "role").as_deref() {
            Some("user") => Some(true),
            Some("assistant") => Some(false),
            _ => None,
        };
        let ((Some(account), Some(channel), Some(at)), Some(by_user)) = (place, by_user) else {
            reading.report.skip(Kind::History, &id, "nobody knows who said it, where or when");
            continue;
        };
        let id = if id.is_empty() { format!("{channel}/{persona}/{at}/{by_user}") } else { id };
        let content = text(&row, "content").unwrap_or_default();
        lanes.entry((*account, channel)).or_default().push(Said { id, by_user, content, at });
    }
    for (lane, mut said) in lanes {
        said.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let (turns, alone) = paired(lane, personality, said);
        let (turns, rows): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
        let done = reading.importer.turns(&turns).await?;
        for (done, rows) in done.iter().zip(rows) {
            reading.report.count(Kind::History, done.into(), rows);
        }
        for id in alone {
            reading.report.skip(Kind::History, &id, "it was never answered, or answers nothing");
        }
    }
    Ok(())
}

/// Words and their answer as turns, each with the number of rows that it is made of; and rows that
/// belong to none. Several of one side in a row belong together.
fn paired(
    (account, channel): Lane,
    personality: PersonalityId,
    said: Vec<Said>,
) -> (Vec<(OlderTurn, usize)>, Vec<String>) {
    let mut turns: Vec<(OlderTurn, usize)> = Vec::new();
    let mut alone = Vec::new();
    let mut asked: Vec<Said> = Vec::new();
    for row in said {
        if row.by_user {
            asked.push(row);
        } else if let Some(first) = asked.first() {
            let words: Vec<&str> = asked.iter().map(|row| row.content.as_str()).collect();
            let turn = OlderTurn {
                origin: first.id.clone(),
                account,
                channel: ChannelId::from(channel),
                personality,
                user_text: words.join("\n"),
                assistant_text: row.content,
                at: first.at,
            };
            turns.push((turn, asked.len() + 1));
            asked.clear();
        } else if let Some((turn, rows)) = turns.last_mut() {
            turn.assistant_text = [turn.assistant_text.as_str(), &row.content].join("\n");
            *rows += 1;
        } else {
            alone.push(row.id);
        }
    }
    alone.extend(asked.into_iter().map(|row| row.id));
    (turns, alone)
}

/// Channels where a personality speaks unasked. Their server stands in the history alone.
pub(super) async fn channels(reading: &mut Reading) -> anyhow::Result<()> {
    let rows = reading.legacy.rows(Table::Channels).await?;
    for row in rows {
        let shown = text(&row, "channel_id").unwrap_or_default();
        if row.get("auto_respond") == Some(&false.into()) {
            reading.report.skip(Kind::Channels, &shown, "nobody speaks there unasked");
            continue;
        }
        let said = reading.legacy.rows_with(Table::History, "channel_id", &shown).await?;
        let guild = snowflake(&row, "guild_id")
            .or_else(|| said.iter().find_map(|said| snowflake(said, "guild_id")));
        let personality = text(&row, "personality_id");
        let personality = personality.and_then(|id| reading.personalities.get(&id).copied());
        let why = match (guild, snowflake(&row, "channel_id"), personality) {
            (Some(guild), Some(channel), Some(personality)) => {
                let (guild, channel) = (GuildId::from(guild), ChannelId::from(channel));
                let activation = OlderActivation { guild, channel, personality, position: None };
                let done = reading.importer.activation(&activation).await?;
                reading.report.done(Kind::Channels, &done, &shown);
                continue;
            }
            (_, _, None) => "its personality is not here",
            _ => "nobody knows its server: nothing of its history is there",
        };
        reading.report.skip(Kind::Channels, &shown, why);
    }
    Ok(())
}

/// The log of usage, a page at a time: nothing else grows with every message. What a call cost is not
/// known.
pub(super) async fn usage(reading: &mut Reading) -> anyhow::Result<()> {
    let bar = bar(reading.legacy.count(Table::Usage).await?, "usage");
    if !reading.legacy.begin_pages(Table::Usage).await? {
        return Ok(());
    }
    loop {
        let rows = reading.legacy.next_page(BATCH).await?;
        if rows.is_empty() {
            break;
        }
        let mut calls = Vec::with_capacity(rows.len());
        for row in &rows {
            match call(reading, row) {
                Ok(call) => calls.push(call),
                Err(why) => {
                    let id = text(row, "id").unwrap_or_default();
                    reading.report.skip(Kind::Usage, &id, why);
                }
            }
        }
        for done in reading.importer.usage(&calls).await? {
            reading.report.count(Kind::Usage, (&done).into(), 1);
        }
        bar.inc(rows.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

fn call(reading: &Reading, row: &Row) -> Result<OlderUsage, &'static str> {
    let at = time(row, "timestamp").or_else(|| time(row, "created_at"));
    let provider = text(row, "provider").unwrap_or_else(|| Provider::OpenRouter.as_str().into());
    let tokens =
        ["tokens_in", "tokens_out", "tokens_total"].map(|column| row.get(column)?.as_i64());
    let kind = text(row, "request_type").unwrap_or_default();
    let kind = ["text", "voice", "image"].into_iter().find(|known| *known == kind);
    let model: String = text(row, "model").unwrap_or_default().chars().take(100).collect();
    Ok(OlderUsage {
        origin: text(row, "id").ok_or("it has no id")?,
        account: text(row, "user_id").and_then(|id| reading.people.get(&id).copied()),
        personality: text(row, "personality_id")
            .and_then(|id| reading.personalities.get(&id).copied()),
        provider: Provider::built_in(&provider).map_err(|_| "its provider is not known here")?,
        model,
        tokens,
        request_type: kind.unwrap_or("text").to_owned(),
        at: at.ok_or("nobody knows when it was")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rows: &[(bool, &str)]) -> Vec<Said> {
        let row = |(index, (by_user, content)): (usize, &(bool, &str))| Said {
            id: index.to_string(),
            by_user: *by_user,
            content: (*content).to_owned(),
            at: DateTime::UNIX_EPOCH,
        };
        rows.iter().enumerate().map(row).collect()
    }

    #[test]
    fn words_meet_their_answers() {
        let lane = (DiscordUserId::from(1), 2);
        let personality = PersonalityId::from(uuid::Uuid::nil());
        let rows = [
            (false, "hello?"),
            (true, "a"),
            (true, "b"),
            (false, "c"),
            (false, "d"),
            (true, "e"),
            (false, "f"),
            (true, "g"),
        ];
        let (turns, alone) = paired(lane, personality, said(&rows));
        let shown: Vec<_> = turns
            .iter()
            .map(|(turn, rows)| (turn.user_text.as_str(), turn.assistant_text.as_str(), *rows))
            .collect();
        assert_eq!(shown, [("a\nb", "c\nd", 4), ("e", "f", 2)]);
        assert_eq!(alone, ["0", "7"]);
    }
}
