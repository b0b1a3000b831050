//! Who can be talked to.
//!
//! | file | what it decides |
//! |---|---|
//! | `visible` | who sees whom: the one predicate, and the look-ups by people that use it |
//! | `speaker` | what a call and a delivery need to know |
//! | `rows` | how a definition lies in its rows |
//! | `names` | which names are free |
//! | `create`, `edit`, `delete` | a personality's life |
//! | `pictures` | the pictures that are kept by us |
//! | `drafts` | what was typed and could not be taken |
//! | `backup` | what an import puts aside before it changes one |

mod backup;
mod create;
mod delete;
mod drafts;
mod edit;
mod names;
mod pictures;
mod rows;
mod speaker;
mod visible;

pub(super) use backup::PersonalityBackup;
pub use create::Created;
pub use delete::Deleted;
pub use drafts::{Draft, NewDraft};
pub use edit::{Editor, Replaced, Transferred};
pub use rows::Ownership;
pub use speaker::{Personality, Portrait};
pub use visible::{ListOf, Listed, Seen, VisibleName};

pub(super) use create::NewPersonality;
pub(super) use visible::visible_to;
