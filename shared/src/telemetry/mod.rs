//! What the process says about itself, and what it must never say.
//!
//! [`init()`] sets up logging, once, for the whole process: text on a terminal and JSON otherwise,
//! to stdout and, if wished, to a daily file. Four things keep secrets out, so that no single slip
//! is enough: secret types that print nothing; events that carry ids and [kinds](Kind), not names,
//! texts or other people's errors; a cap on other people's crates that no setting loosens; and one
//! [writer](RedactingWriter) under everything, which takes out what is left.
//!
//! `troupe redact` and `troupe logs` are [`lines`], without their terminals.

mod exact;
mod format;
mod init;
mod kind;
pub mod lines;
mod redact;
mod rules;
mod sink;
mod tail;
mod writer;

pub use self::{
    init::{TelemetryError, TelemetryGuard, init},
    kind::Kind,
    redact::{RedactionGuard, Redactor},
    tail::LogTail,
    writer::RedactingWriter,
};
