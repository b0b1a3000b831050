//! `/usage`.

mod refused;
mod report;

pub use self::{
    refused::refused,
    report::{Label, Line, Report, usage},
};
