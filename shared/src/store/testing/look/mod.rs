//! What lies in the rows, for tests that doubt what the store says of itself.
//!
//! The store shows a process no more than it needs. A look shows a row as it is: one file for what
//! belongs together, one type for a row, and a test picks what it asks about.

mod deliveries;
mod lives;
mod people;
mod processes;
mod requests;
mod usage;

pub use deliveries::SeenDelivery;
pub use lives::Life;
pub use people::{SeenCheck, SeenKey};
pub use requests::SeenRequest;
pub use usage::SeenUsage;
