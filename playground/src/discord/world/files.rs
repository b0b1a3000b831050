//! Files, and the addresses under which they are served for a day, as those of Discord's CDN are.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use super::{Attachment, World};
use crate::{
    discord::snowflake::{Snowflake, now},
    percent,
};

/// How long an address works, in seconds.
const DAY: i64 = 24 * 60 * 60;

impl World {
    /// A file that was uploaded, with the address it can be fetched from.
    pub(crate) fn attachment(
        &mut self,
        channel: Snowflake,
        filename: &str,
        content_type: Option<&str>,
        bytes: Bytes,
    ) -> Attachment {
        let id = self.ids.next();
        // a name of dots alone would mean another place
        let nameless = filename.trim_matches('.').is_empty();
        let name = if nameless { "file".to_owned() } else { percent::encode(filename) };
        let url = format!("http://{}{}", self.address, signed(&format!("{channel}/{id}/{name}")));
        let content_type = content_type.map(str::to_owned);
        Attachment { id, filename: filename.to_owned(), content_type, bytes, url }
    }

    /// A file by its id: one of a message, or one that is on its way.
    pub(crate) fn file(&self, id: Snowflake) -> Option<&Attachment> {
        let posted = || self.messages.values().flat_map(|message| &message.attachments);
        self.uploads.get(id).or_else(|| posted().find(|file| file.id == id))
    }
}

/// The path of a file with its signature: until when it works, since when, and the proof.
fn signed(file: &str) -> String {
    let issued = now().timestamp();
    let (until, since) = (format!("{:x}", issued + DAY), format!("{issued:x}"));
    let proof = proof(file, &until, &since);
    format!("/attachments/{file}?ex={until}&is={since}&hm={proof}&")
}

/// Whether an address is one that was given out, and still works.
pub(crate) fn is_signed(file: &str, asks: impl Fn(&str) -> String) -> bool {
    let (until, since) = (asks("ex"), asks("is"));
    let ends = i64::from_str_radix(&until, 16).unwrap_or_default();
    ends > now().timestamp() && asks("hm") == proof(file, &until, &since)
}

/// Looks like a signature. Nobody has to be kept from making one here.
fn proof(file: &str, until: &str, since: &str) -> String {
    let part = |part: u8| {
        let mut hasher = DefaultHasher::new();
        (part, file, until, since).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    };
    (0..4).map(part).collect()
}
