//! Pictures of personalities: where Discord fetches those that we keep, and how we fetch those that
//! people name.

mod base;
mod fetch;
mod server;

pub use base::PictureBase;
pub(crate) use fetch::{Fetcher, NotFetched};
pub(crate) use server::PictureServer;
