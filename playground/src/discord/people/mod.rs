//! People: what they do, and what they see.
//!
//! A [`Person`] writes, uses commands and clicks; each use of a command or button is an
//! [`Invocation`], which can be asked what the bot made of it.

mod commanding;
mod interact;
mod invocation;
mod looking;
mod menus;
mod person;
mod place;
mod resolved;
mod sharing;
mod slash;
mod submit;

pub use self::{
    invocation::{Field, Invocation, Response},
    person::{File, Person},
    place::{ActError, Place},
};
