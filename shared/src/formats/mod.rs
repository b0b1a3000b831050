//! Files: personalities as our own JSON and as the character cards that people trade, and tables.
//!
//! | file | what it knows |
//! |---|---|
//! | `file` | our own JSON, which holds everything |
//! | `card` | character cards V1, V2 and V3, as JSON or inside a PNG |
//! | `export` | all personalities of an installation in one file, a line each |
//! | `older` | what older systems kept: Tzurot's rows, the folders of shapes.inc |
//! | `table` | lines of CSV that spreadsheets open, and take for nothing but text and numbers |
//! | `json`, `png`, `sections` | what these are made of |
//!
//! Every reader is bounded: the size is looked at before anything is read, JSON is nested no deeper
//! than 128 levels, a PNG is walked over without decoding a pixel, and a packed text is unpacked no
//! further than a card may be long. What is malformed says where. Nothing that a file holds is lost:
//! what we have no place for stays in the custom fields, and comes out again with the file.

pub mod card;
pub mod export;

pub mod file;
pub mod older;
pub mod table;

mod json;
mod pictures;
mod png;
mod problem;
mod sections;

pub use self::{json::JsonProblem, pictures::without_card, png::PngProblem, problem::FileProblem};

use crate::personality::{Definition, PictureKind, PictureProblem};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// A personality that was read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FromFile {
    /// What the file says, ready to be stored.
    pub definition: Definition,
    /// What kind of a file it was.
    pub kind: FileKind,
    /// What its owner should be told.
    pub notes: Vec<Note>,
}

/// The kinds of files that hold a personality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Our own JSON.
    Own,
    /// A character card.
    Card(card::Version),
}

/// Something about a file that is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    /// A newer program wrote it. What we don't know is kept.
    #[error("a newer version of its program wrote this file: what is new in it is kept, not used")]
    Newer,
    /// The picture can't be kept.
    #[error("the picture was left out: {0}")]
    PictureLeftOut(PictureProblem),
    /// What another Troupe wrote into a card can't be used.
    #[error(
        "the settings that another Troupe wrote into this card were left out: they can't be used"
    )]
    SettingsLeftOut,
}

/// Reads a file of any kind, by what is in it.
pub fn read(bytes: &[u8]) -> Result<FromFile, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    match PictureKind::of(bytes) {
        Some(PictureKind::Png) => return card::read(bytes),
        Some(_) => return Err(FileProblem::NoCard),
        None => {}
    }
    let fields = json::object(bytes)?;
    if file::is_own(&fields) { file::from_fields(fields) } else { card::from_fields(fields) }
}
