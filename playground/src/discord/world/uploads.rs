//! Files on their way into an option or a form, which no message keeps.

use std::collections::BTreeMap;

use super::Attachment;
use crate::discord::snowflake::Snowflake;

/// How much is kept of them together. By then the bot has long fetched the oldest.
const KEPT: usize = 256 * 1024 * 1024;
/// What a file takes beside its content.
const OVERHEAD: usize = 1024;

/// Such files, by their ids; the oldest go when it becomes too much.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    files: BTreeMap<Snowflake, Attachment>,
    weight: usize,
}

impl Uploads {
    /// Keeps a file for whoever asks for it by its id.
    pub(crate) fn keep(&mut self, file: Attachment) {
        self.weight += weight(&file);
        self.files.insert(file.id, file);
        while self.weight > KEPT
            && let Some((_, oldest)) = self.files.pop_first()
        {
            self.weight -= weight(&oldest);
        }
    }

    /// A file by its id.
    pub(crate) fn get(&self, id: Snowflake) -> Option<&Attachment> {
        self.files.get(&id)
    }
}

fn weight(file: &Attachment) -> usize {
    file.bytes.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_oldest_go_when_it_becomes_too_much() {
        let bytes = Bytes::from(vec![0; KEPT / 4]);
        let mut uploads = Uploads::default();
        for id in 1..=8 {
            uploads.keep(Attachment {
                id: id.into(),
                filename: String::new(),
                content_type: None,
                bytes: bytes.clone(),
                url: String::new(),
            });
        }
        let kept: Vec<u64> = (1..=8).filter(|id| uploads.get((*id).into()).is_some()).collect();
        assert_eq!((kept, uploads.weight < KEPT), (vec![6, 7, 8], true));
    }
}
