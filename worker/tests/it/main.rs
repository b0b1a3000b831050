//! The worker from outside.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test's helpers fail like tests, and say what they left out"
)]

mod fixtures;
mod loopback;
mod provider_errors;
mod provider_faults;
mod provider_keys;
mod provider_streams;
mod servers;
mod stand_in;
mod wire_faults;
mod wire_keys;
mod wire_parameters;
mod wires;
