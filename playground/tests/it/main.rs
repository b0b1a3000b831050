//! The playground from outside: a raw bot (a websocket and an HTTP client, no library) against the
//! local Discord, a client against the stand-in provider, and a window's requests against the page.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test's helpers fail the test, and say so"
)]

mod bot;
mod cdn;
mod checks;
mod commands;
mod connect;
mod faults;
mod forms;
mod gateway;
mod limits;
mod menus;
mod messages;
mod models;
mod page_act;
mod page_curtain;
mod page_guard;
mod page_replies;
mod page_stream;
mod provider;
mod roles;
mod routes;
mod sharing;
mod window;
