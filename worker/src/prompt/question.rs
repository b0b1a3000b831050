//! The message to be answered, under what is known about it.

use serde_json::{Map, Value, json};
use shared::context::{Attachment, Carried, Embed, Forward, How, MessageContext, Names, Reference};

use super::{
    Parts, birthday,
    budget::Room,
    limits,
    mentions::{MentionLimits, by_name},
    words::{CONTEXT, FILE, defused, facts, one_line, shortened},
};
use crate::attachments::Seen;

const MAX_NAME: usize = 64;
/// No message is longer; several that were joined, or retried together, have a bound as well.
const MAX_WORDS: usize = 32_000;

/// The person's own words, which are never cut for room.
pub(super) fn words(parts: &Parts<'_>) -> String {
    let names = names(parts);
    let limits = limits::mentions(&parts.personality.settings);
    let said = parts.messages.iter().filter(|text| !text.is_empty());
    let said: Vec<String> = said.map(|text| by_name(text, &names, limits)).collect();
    defused(&shortened(&said.join("\n"), MAX_WORDS))
}

/// What stands above them: the context, and the files that are texts.
pub(super) fn head(parts: &Parts<'_>, room: &mut Room) -> String {
    let mut telling = Telling {
        parts,
        names: names(parts),
        limits: limits::mentions(&parts.personality.settings),
        room,
        about: Map::new(),
    };
    telling.tell("time", json!(parts.timezone.local(parts.now)));
    telling.tell("from", json!(one_line(&parts.context.author_name, MAX_NAME)));
    if let Some(birthday) = parts.personality.birthday {
        telling.tell("your_birthday", birthday::told(birthday, parts.timezone.date(parts.now)));
    }
    telling.references();
    telling.forwards();
    telling.carried();
    let files = telling.texts();
    format!("{}\n{files}", facts(CONTEXT, &Value::Object(telling.about)))
}

fn names(parts: &Parts<'_>) -> Names {
    let mut names = Names::default();
    for message in &parts.context.messages {
        names.add(message.names.clone());
    }
    names
}

struct Telling<'a, 'r> {
    parts: &'a Parts<'a>,
    names: Names,
    limits: MentionLimits,
    room: &'r mut Room,
    about: Map<String, Value>,
}

impl Telling<'_, '_> {
    fn tell(&mut self, what: &str, value: Value) {
        self.about.insert(what.into(), value);
    }

    /// Nothing is told of a list that is empty.
    fn tell_all(&mut self, what: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.tell(what, Value::Array(values));
        }
    }

    fn quoted(&mut self, text: &str) -> String {
        self.room.cut(&by_name(text, &self.names, self.limits))
    }

    fn references(&mut self) {
        let mut told = Vec::new();
        for message in &self.parts.context.messages {
            for reference in &message.references {
                if self.room.0 == 0 {
                    break;
                }
                let mut quoted = self.reference(reference);
                quoted["number"] = json!(told.len() + 1);
                told.push(quoted);
            }
        }
        self.tell_all("references", told);
    }

    fn reference(&mut self, reference: &Reference) -> Value {
        let from = if reference.said_by == Some(self.parts.personality.id) {
            "you".to_owned()
        } else {
            one_line(&reference.author_name, MAX_NAME)
        };
        let how = match reference.how {
            How::Reply => "replied to",
            How::Link => "linked",
        };
        let mut told = json!({"from": from, "how": how, "text": self.quoted(&reference.text)});
        self.add_carried(&mut told, &reference.carried);
        told
    }

    fn forwards(&mut self) {
        let forwards: Vec<&Forward> =
            self.parts.context.messages.iter().flat_map(|message| &message.forwards).collect();
        let told = forwards.into_iter().map(|forward| {
            let mut told = json!({"text": self.quoted(&forward.text)});
            self.add_carried(&mut told, &forward.carried);
            told
        });
        let told: Vec<Value> = told.collect();
        self.tell_all("forwards", told);
    }

    /// What the messages themselves carry.
    fn carried(&mut self) {
        let mut all = Carried::default();
        let mut polls = Vec::new();
        for message in &self.parts.context.messages {
            let Carried { attachments, embeds, stickers, poll } = message.carried.clone();
            all.attachments.extend(attachments);
            all.embeds.extend(embeds);
            all.stickers.extend(stickers);
            polls.extend(poll);
        }
        let mut told = Value::Object(std::mem::take(&mut self.about));
        self.add_carried(&mut told, &all);
        if let Value::Object(about) = told {
            self.about = about;
        }
        let told = polls.iter().map(|poll| self.poll(poll)).collect();
        self.tell_all("polls", told);
    }

    fn add_carried(&mut self, told: &mut Value, carried: &Carried) {
        if !carried.attachments.is_empty() {
            let files = carried.attachments.iter().map(|file| self.file(file));
            told["attachments"] = files.collect();
        }
        if !carried.embeds.is_empty() {
            let embeds = carried.embeds.iter().map(|embed| self.embed(embed));
            told["embeds"] = embeds.collect();
        }
        if !carried.stickers.is_empty() {
            let stickers = carried.stickers.iter().map(|name| json!(one_line(name, MAX_NAME)));
            told["stickers"] = stickers.collect();
        }
        if let Some(poll) = &carried.poll {
            told["poll"] = self.poll(poll);
        }
    }

    fn poll(&mut self, poll: &shared::context::Poll) -> Value {
        let question = self.quoted(&poll.question);
        let answers: Vec<String> = poll.answers.iter().map(|answer| self.quoted(answer)).collect();
        json!({"question": question, "answers": answers})
    }

    fn embed(&mut self, embed: &Embed) -> Value {
        let mut told = json!({"text": self.quoted(&embed.text)});
        for (what, name) in [("title", &embed.title), ("author", &embed.author)] {
            if let Some(name) = name {
                told[what] = json!(one_line(name, MAX_NAME));
            }
        }
        told
    }

    fn file(&self, file: &Attachment) -> Value {
        let note = match self.parts.files.get(&file.id) {
            Some(Seen::Image(_)) => "an image, shown to you with this message",
            Some(Seen::Text(_)) => "a text, below",
            Some(Seen::Unseen) => "an image; you cannot see it",
            Some(Seen::TooLarge) => "too large to be loaded",
            Some(Seen::TooMany) => "left out: too many files",
            Some(Seen::Failed) => "it could not be loaded",
            Some(Seen::Other) | None => "a kind of file that you cannot read",
        };
        json!({"name": one_line(&file.filename, MAX_NAME), "note": note})
    }

    /// The files that are texts, each after its name.
    fn texts(&mut self) -> String {
        let mut files = String::new();
        for file in self.parts.context.messages.iter().flat_map(MessageContext::attachments) {
            if let Some(Seen::Text(text)) = self.parts.files.get(&file.id) {
                let name = json!({"name": one_line(&file.filename, MAX_NAME)});
                let text = self.room.cut(&defused(text));
                let name = name.to_string().replace('<', "\\u003c");
                files.extend([&*format!("<{FILE}>{name}\n"), &text, &*format!("\n</{FILE}>\n")]);
            }
        }
        files
    }
}
