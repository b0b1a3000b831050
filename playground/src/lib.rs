//! The playground: what stands in for the outside world when there is none.
//!
//! [`discord`] is a Discord-compatible server on loopback, with people in it whom a test (or a page
//! in a browser) can let act. A bot reaches it over the same protocols as the real one; only the
//! address differs. [`checks`] holds what both sides say against others' descriptions of Discord.
//! [`provider`] is a stand-in for OpenRouter, with a ledger of who asked what with whose key.
//!
//! Nothing here knows the product: any bot, of any library, can log in.

pub mod checks;
pub mod discord;
pub mod page;
mod percent;
pub mod provider;
