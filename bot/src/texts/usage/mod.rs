//! `/usage`.

mod recent;
mod refused;
mod report;
pub mod table;

pub use self::{
    recent::recent,
    refused::refused,
    report::{Label, Line, Report, usage},
};
