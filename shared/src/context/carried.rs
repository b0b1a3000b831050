//! What a message may hold besides its words, and other messages in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bounds::{MAX_ANSWER, MAX_ANSWERS, MAX_EMBED, MAX_NAMES, MAX_URL, cut, one_line};
use crate::ids::PersonalityId;

/// What a message carries besides its words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What programs, and Discord itself for links, show under it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub embeds: Vec<Embed>,
    /// The names of its stickers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stickers: Vec<String>,
    /// Its poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
}

impl Attachment {
    /// Of what Discord says of a file, cut to size.
    #[must_use]
    pub fn of(id: u64, filename: &str, content_type: Option<&str>, size: u64, url: &str) -> Self {
        Self {
            id,
            filename: one_line(filename),
            content_type: content_type.map(one_line),
            size,
            url: if url.len() <= MAX_URL { url.to_owned() } else { String::new() },
        }
    }
}

impl Carried {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attachments.is_empty()
            && self.embeds.is_empty()
            && self.stickers.is_empty()
            && self.poll.is_none()
    }
}

/// A file. Its address is signed and expires: fetched soon, and never written anywhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id, which stays when its address changes.
    pub id: u64,
    /// Its name.
    pub filename: String,
    /// Its media type, as the sender's client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Its size in bytes, as Discord says.
    pub size: u64,
    /// Where it lies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// A box under a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embed {
    /// Its heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its text: description, fields and footer, one under the other.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whose words it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

impl Embed {
    /// Of the parts that Discord shows, cut to size; none if there are no words.
    #[must_use]
    pub fn of(title: Option<&str>, author: Option<&str>, parts: &[&str]) -> Option<Self> {
        let title = title.map(one_line).filter(|title| !title.is_empty());
        let author = author.map(one_line).filter(|author| !author.is_empty());
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        let text = cut(&parts.join("\n"), MAX_EMBED);
        (title.is_some() || !text.is_empty()).then_some(Self { title, text, author })
    }
}

/// A question with answers to choose from. Who voted for what is nobody's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The question.
    pub question: String,
    /// What can be chosen.
    pub answers: Vec<String>,
}

/// A message that is referred to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What leads to it.
    pub how: How,
    /// Who wrote it.
    pub author_name: String,
    /// Which of our personalities said it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<PersonalityId>,
    /// What it says.
    pub text: String,
    /// What it carries.
    #[serde(default)]
    pub carried: Carried,
}

/// What leads to a message that is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is answered, by the message itself or by the reference before.
    Reply,
    /// It is linked.
    Link,
}

/// A message passed on. Whose it was isn't told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// What it says.
    pub text: String,
    /// What it carries.
    #[serde(default)]
    pub carried: Carried,
}

/// What mentions stand for, by Discord's ids. What the author may not see has no name here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// People.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub users: BTreeMap<u64, String>,
    /// Channels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<u64, String>,
    /// Roles.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<u64, String>,
}

impl Poll {
    /// Of its words, cut to size.
    #[must_use]
    pub fn of<'a>(question: &str, answers: impl IntoIterator<Item = &'a str>) -> Self {
        let line = |text: &str| cut(text.trim(), MAX_ANSWER);
        let answers = answers.into_iter().take(MAX_ANSWERS).map(line).collect();
        Self { question: line(question), answers }
    }
}

impl Names {
    /// Whether there are no more than are kept for one message.
    #[must_use]
    pub fn fits(&self) -> bool {
        [&self.users, &self.channels, &self.roles].iter().all(|kind| kind.len() <= MAX_NAMES)
    }

    /// Takes others up; what is known stays.
    pub fn add(&mut self, more: Self) {
        for (known, more) in [
            (&mut self.users, more.users),
            (&mut self.channels, more.channels),
            (&mut self.roles, more.roles),
        ] {
            for (id, name) in more {
                known.entry(id).or_insert(name);
            }
        }
    }
}
