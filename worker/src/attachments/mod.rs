//! The files that people send along: images for models that see, texts for all.
//!
//! They are fetched here, soon after the message, because Discord signs their addresses and the
//! signatures expire; only from where Discord serves them ([`download`]); and only within bounds, by
//! what was declared before and by what arrives during ([`plan`]). A model gets an image's bytes, never
//! its address. Whatever fails becomes a word in the prompt, never a failed request.

mod download;
mod plan;
mod read;

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use shared::context::RequestContext;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use self::{
    download::Download,
    plan::{Kind, Plan, Planned},
};
use crate::providers::{Image, Limits, http::NoHttpClient};

pub(crate) use plan::has_images;

/// How long all files of a request may take together, waiting for room included.
const PATIENCE: Duration = Duration::from_secs(12);
/// Files of one request that are fetched at once.
const AT_ONCE: usize = 4;
/// What all requests of a process may hold together, in MiB: many at once would fill its memory.
const ROOM_MIB: usize = 128;

/// Fetches files.
#[derive(Clone, Debug)]
pub struct Attachments {
    download: Download,
    room: Arc<Semaphore>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A picture that the model is shown.
    Image(Image),
    /// A text that it reads.
    Text(String),
    /// A picture, and the model can't see.
    Unseen,
    /// Nothing that a model reads.
    Other,
    /// Not fetched for its size, or cut off while it came.
    TooLarge,
    /// Not fetched because others came before it.
    TooMany,
    /// Gone, refused, too slow, or not what it claims to be.
    Failed,
}

/// The files of a request. They count against the process' room until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// By their ids.
    pub(crate) files: HashMap<u64, Seen>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Loaded {
    /// Whether there is anything to see.
    pub(crate) fn has_images(&self) -> bool {
        self.files.values().any(|file| matches!(file, Seen::Image(_)))
    }
}

impl Attachments {
    /// For files that lie under these origins (`https://host`), and nowhere else. A process must have
    /// installed a rustls crypto provider before.
    pub fn new(origins: &[String]) -> Result<Self, NoHttpClient> {
        let download = Download::new(origins, &Limits::default())?;
        Ok(Self { download, room: Arc::new(Semaphore::new(ROOM_MIB)) })
    }

    /// Fetches what a request carries and refers to; images only for a model that sees.
    pub(crate) async fn load(&self, context: &RequestContext, sees: bool) -> Loaded {
        let Plan { mut files, to_fetch } = plan::plan(context, sees);
        if to_fetch.is_empty() {
            return Loaded { files, _room: None };
        }
        let until = Instant::now() + PATIENCE;
        let mib = plan::room_for(&to_fetch);
        let entering = Arc::clone(&self.room).acquire_many_owned(mib);
        let Ok(Ok(room)) = timeout_at(until, entering).await else {
            files.extend(to_fetch.into_iter().map(|planned| (planned.id, Seen::Failed)));
            return Loaded { files, _room: None };
        };
        let fetching = to_fetch.into_iter().map(|planned| async move {
            let id = planned.id;
            let fetched = timeout_at(until, self.fetch(planned)).await;
            (id, fetched.unwrap_or(Seen::Failed))
        });
        let fetched: Vec<_> = stream::iter(fetching).buffer_unordered(AT_ONCE).collect().await;
        files.extend(fetched);
        Loaded { files, _room: Some(room) }
    }

    async fn fetch(&self, planned: Planned) -> Seen {
        match self.download.bytes(&planned.url, planned.kind.most_bytes()).await {
            Ok(bytes) => match planned.kind {
                Kind::Image => read::image(&bytes).map_or(Seen::Failed, Seen::Image),
                Kind::Text => read::text(&bytes).map_or(Seen::Other, Seen::Text),
            },
            Err(download::Refused::TooLarge) => Seen::TooLarge,
            Err(download::Refused::Failed) => Seen::Failed,
        }
    }
}
