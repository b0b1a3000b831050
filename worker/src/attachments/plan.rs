//! Which files are fetched, decided by what Discord says of them. Pure.

use std::collections::HashMap;

use shared::context::{Attachment, MessageContext, RequestContext};

use super::Seen;

const MAX_IMAGES: usize = 10;
const MAX_IMAGE: u64 = 5 << 20;
const MAX_ALL_IMAGES: u64 = 12 << 20;
const MAX_TEXTS: usize = 10;
const MAX_TEXT: u64 = 256 << 10;

/// What is to be done about the files of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Those of which everything is said already.
    pub(super) files: HashMap<u64, Seen>,
    /// The others, in their order.
    pub(super) to_fetch: Vec<Planned>,
}

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) id: u64,
    pub(super) url: String,
    pub(super) kind: Kind,
    size: u64,
}

/// What a file claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Text,
}

impl Kind {
    pub(super) const fn most_bytes(self) -> u64 {
        match self {
            Self::Image => MAX_IMAGE,
            Self::Text => MAX_TEXT,
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Image => MAX_IMAGES,
            Self::Text => MAX_TEXTS,
        }
    }
}

/// Whether a request carries or refers to pictures.
pub(crate) fn has_images(context: &RequestContext) -> bool {
    files(context).any(|file| kind(file) == Some(Kind::Image))
}

pub(super) fn plan(context: &RequestContext, sees: bool) -> Plan {
    let mut plan = Plan { files: HashMap::new(), to_fetch: Vec::new() };
    for file in files(context) {
        let is_known = plan.files.contains_key(&file.id)
            || plan.to_fetch.iter().any(|planned| planned.id == file.id);
        if is_known {
            continue;
        }
        match planned(file, sees, &plan.to_fetch) {
            Ok(planned) => plan.to_fetch.push(planned),
            Err(known) => {
                plan.files.insert(file.id, known);
            }
        }
    }
    plan
}

/// Whole mebibytes that these files may take in memory.
pub(super) fn room_for(files: &[Planned]) -> u32 {
    let bytes: u64 = files.iter().map(|file| file.size).sum();
    u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX)
}

fn planned(file: &Attachment, sees: bool, before: &[Planned]) -> Result<Planned, Seen> {
    let kind = kind(file).ok_or(Seen::Other)?;
    if kind == Kind::Image && !sees {
        return Err(Seen::Unseen);
    }
    if file.url.is_empty() {
        return Err(Seen::Failed);
    }
    if file.size > kind.most_bytes() {
        return Err(Seen::TooLarge);
    }
    let alike = || before.iter().filter(|planned| planned.kind == kind);
    let bytes: u64 = alike().map(|planned| planned.size).sum();
    if alike().count() >= kind.most() || (kind == Kind::Image && bytes + file.size > MAX_ALL_IMAGES)
    {
        return Err(Seen::TooMany);
    }
    // what is declared is also the most that is taken
    Ok(Planned { id: file.id, url: file.url.clone(), kind, size: kind.most_bytes().min(file.size) })
}

fn files(context: &RequestContext) -> impl Iterator<Item = &Attachment> {
    context.messages.iter().flat_map(MessageContext::attachments)
}

/// By the media type, or by the ending where there is none. Neither is believed later.
fn kind(file: &Attachment) -> Option<Kind> {
    const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    const IMAGE_ENDINGS: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];
    const TEXTS: [&str; 8] = [
        "application/json",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/javascript",
        "application/sql",
        "application/x-sh",
    ];
    const TEXT_ENDINGS: [&str; 40] = [
        "txt", "md", "log", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml", "toml", "ini",
        "cfg", "conf", "html", "htm", "css", "js", "ts", "jsx", "tsx", "py", "rb", "rs", "go",
        "java", "kt", "c", "h", "cpp", "hpp", "cs", "swift", "php", "lua", "pl", "sh", "sql",
        "tex", "diff",
    ];
    let declared = file.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    let declared = declared.split(';').next().unwrap_or_default().trim();
    let ending = file.filename.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let ending = ending.unwrap_or_default();
    let is_vague = declared.is_empty() || declared == "application/octet-stream";
    if IMAGES.contains(&declared) || is_vague && IMAGE_ENDINGS.contains(&ending.as_str()) {
        Some(Kind::Image)
    } else if declared.starts_with("text/")
        || TEXTS.contains(&declared)
        || TEXT_ENDINGS.contains(&ending.as_str()) && !declared.starts_with("video/")
    {
        Some(Kind::Text)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use shared::context::{Carried, MessageContext};

    use super::*;

    fn file(id: u64, name: &str, content_type: &str, size: u64) -> Attachment {
        let content_type = Some(content_type).filter(|kind| !kind.is_empty());
        Attachment::of(id, name, content_type, size, "https://cdn.example/file")
    }

    fn with(files: Vec<Attachment>) -> RequestContext {
        let mut context = RequestContext::by("Ada");
        context.add(MessageContext {
            carried: Carried { attachments: files, ..Carried::default() },
            ..MessageContext::of(1.into())
        });
        context
    }

    fn outcome(files: Vec<Attachment>, sees: bool) -> (Vec<u64>, Vec<(u64, Seen)>) {
        let plan = plan(&with(files), sees);
        let mut said: Vec<_> = plan.files.into_iter().collect();
        said.sort_by_key(|(id, _)| *id);
        (plan.to_fetch.iter().map(|planned| planned.id).collect(), said)
    }

    #[test]
    fn images_and_texts_are_fetched_and_nothing_else() {
        let files = || {
            vec![
                file(1, "cat.png", "image/png", 9),
                file(2, "a.rs", "", 9),
                file(3, "a.bin", "application/octet-stream", 9),
                file(4, "film.mp4", "video/mp4", 9),
                file(5, "notes", "text/plain; charset=utf-8", 9),
                file(6, "photo.JPG", "application/octet-stream", 9),
                file(7, "drawing.svg", "image/svg+xml", 9),
                file(8, "cast.ts", "video/mp2t", 9),
            ]
        };
        let others = [3, 4, 7, 8].map(|id| (id, Seen::Other)).to_vec();
        assert_eq!(outcome(files(), true), (vec![1, 2, 5, 6], others));
        assert!(has_images(&with(files())));
        let (fetched, said) = outcome(files(), false);
        assert_eq!(fetched, [2, 5]);
        assert!(said.contains(&(1, Seen::Unseen)) && said.contains(&(6, Seen::Unseen)));
        assert!(!has_images(&with(vec![file(1, "a.rs", "", 9)])));
    }

    #[test]
    fn what_is_too_much_is_not_asked_for() {
        let large = outcome(vec![file(1, "a.png", "", MAX_IMAGE + 1)], true);
        assert_eq!(large, (vec![], vec![(1, Seen::TooLarge)]));
        let large = outcome(vec![file(1, "a.txt", "", MAX_TEXT + 1)], true);
        assert_eq!(large, (vec![], vec![(1, Seen::TooLarge)]));
        let many = (1..=12).map(|id| file(id, "a.png", "", 9)).collect();
        let (fetched, said) = outcome(many, true);
        assert_eq!((fetched.len(), said), (10, vec![(11, Seen::TooMany), (12, Seen::TooMany)]));
        let heavy = (1..=3).map(|id| file(id, "a.png", "", MAX_IMAGE)).collect();
        assert_eq!(outcome(heavy, true), (vec![1, 2], vec![(3, Seen::TooMany)]));
        let twice = vec![file(1, "a.png", "", 9), file(1, "a.png", "", 9)];
        assert_eq!(outcome(twice, true).0, [1]);
        let gone = Attachment::of(1, "a.png", None, 9, "");
        assert_eq!(outcome(vec![gone], true), (vec![], vec![(1, Seen::Failed)]));
    }
}
