//! One suite for the store, run on both engines.

mod accept;
