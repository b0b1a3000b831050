//! Tests of the room from outside, in one binary. Secrets in them are built from parts.

mod env_template;
