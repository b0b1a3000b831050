//! What a personality is, and what is allowed in one.
//!
//! Commands, imports and the database ask for the same: a name that people can write and that
//! pretends to be nobody else, a picture that is one, settings within their bounds. What passed
//! here is a [`Definition`]: all about a personality that its owner decides.

pub mod bounds;

mod birthday;
mod definition;
mod name;
mod picture;
mod settings;

pub use birthday::{Birthday, NoBirthday};
pub use definition::{Avatar, Definition, DefinitionProblem, NoAddress};
pub use name::{MAX_UNITS as MAX_NAME_UNITS, MAX_WORDS as MAX_NAME_WORDS};
pub use name::{NameProblem, PersonalityName};
pub use picture::{Picture, PictureKind, PictureProblem};
pub use settings::{ModelSettings, OutOfBounds};
