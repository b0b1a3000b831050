//! The pictures that we keep: where Discord fetches them.

mod base;

pub use base::PictureBase;
