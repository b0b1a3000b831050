//! All personalities of an installation in one file: a line of JSON each, behind a first line that says
//! what the file is. So a file of any size is written and read a line at a time, and a line that is
//! malformed takes no other along.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{
    FileProblem, MAX_BYTES,
    file::{self, EXPORTED},
    json::{self, Fields, JsonProblem},
};
use crate::{
    ids::{ChannelId, DiscordUserId, GuildId, PersonalityId},
    personality::Definition,
};

/// What the first line says.
const FORMAT: &str = "troupe-export";

/// A personality with what its definition does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Its id.
    pub id: PersonalityId,
    /// Whose; nobody's is for everybody.
    pub owner: Option<DiscordUserId>,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// Where it speaks unasked.
    pub channels: Vec<ExportedChannel>,
    /// All about it.
    pub definition: Definition,
}

/// A channel where a personality speaks unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedChannel {
    /// The server.
    pub guild: GuildId,
    /// The channel or thread.
    pub channel: ChannelId,
    /// Its place among those who do there.
    pub position: i64,
}

/// The first line, without its end.
#[must_use]
pub fn first_line() -> String {
    json!({ "format": FORMAT, "version": 1 }).to_string()
}

/// Whether a file begins with such a line.
#[must_use]
pub fn begins(first_line: &[u8]) -> bool {
    json::object(first_line)
        .is_ok_and(|fields| fields.get("format").is_some_and(|format| format == FORMAT))
}

impl Exported {
    /// Its line, without its end.
    #[must_use]
    pub fn line(&self) -> String {
        Value::Object(self.fields()).to_string()
    }

    /// The same in lines that people can read, as a file of its own.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        file::pretty(&Value::Object(self.fields()))
    }

    fn fields(&self) -> Map<String, Value> {
        let mut fields = file::to_fields(&self.definition);
        let channels: Vec<Value> = self.channels.iter().map(channel).collect();
        let [id, owner, created_at, in_channels] = EXPORTED.map(str::to_owned);
        fields.insert(id, self.id.to_string().into());
        fields.insert(owner, self.owner.map(|owner| owner.to_string()).into());
        fields.insert(created_at, self.created_at.to_rfc3339().into());
        fields.insert(in_channels, channels.into());
        fields
    }

    /// Reads what [`line`](Self::line) or [`file`](Self::file) wrote. `None`: it is a personality's file,
    /// and was never part of an export.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, FileProblem> {
        if bytes.len() > MAX_BYTES {
            return Err(FileProblem::TooLarge);
        }
        let fields = json::object(bytes)?;
        let mut told = Fields(
            EXPORTED
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), fields.get(*name)?.clone())))
                .collect(),
        );
        if !file::is_own(&fields) {
            return Err(FileProblem::Unknown);
        }
        let wrong = |field, expected| JsonProblem::Field { field, expected };
        let Some(id) = told.text("id")? else { return Ok(None) };
        let id = id.parse().map_err(|_| wrong("id", "an id that Troupe wrote"))?;
        let owner = told.text("owner")?;
        let owner = owner.map(|owner| owner.parse().map_err(|_| wrong("owner", "a Discord id")));
        let created_at = told.text("created_at")?.unwrap_or_default();
        let created_at = DateTime::parse_from_rfc3339(&created_at);
        let created_at = created_at.map_err(|_| wrong("created_at", "a time"))?.to_utc();
        let channels = match told.0.remove("channels") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(channels)) => {
                let channels: Option<_> = channels.iter().map(read_channel).collect();
                channels.ok_or(wrong("channels", "a list of channels"))?
            }
            Some(_) => return Err(wrong("channels", "a list of channels").into()),
        };
        let definition = file::from_fields(fields)?.definition;
        Ok(Some(Self { id, owner: owner.transpose()?, created_at, channels, definition }))
    }
}

fn channel(channel: &ExportedChannel) -> Value {
    json!({
        "guild": channel.guild.to_string(),
        "channel": channel.channel.to_string(),
        "position": channel.position,
    })
}

fn read_channel(value: &Value) -> Option<ExportedChannel> {
    let text = |field: &str| value.get(field)?.as_str();
    Some(ExportedChannel {
        guild: text("guild")?.parse().ok()?,
        channel: text("channel")?.parse().ok()?,
        position: value.get("position")?.as_i64()?,
    })
}
