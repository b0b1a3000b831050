//! Tests of the room from outside, in one binary. Secrets in them are built from parts.
//!
//! Every module is marked as a test, so that its helpers may unwrap as the tests do.

#[cfg(test)]
mod env_template;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod hardening;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod log_lines;
#[cfg(test)]
mod logging;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod redaction_vectors;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod store;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod wake;
