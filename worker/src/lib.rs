//! Answers requests with the key of the person who asked.
//!
//! A worker claims a request, opens its payer's key, calls the model and writes answer and usage
//! in one transaction. It is the only room that opens keys and the only one that talks to model
//! providers; it knows nothing of Discord.

pub mod providers;
