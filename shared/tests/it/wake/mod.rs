//! Wake-ups and nudges: the same cases over both ways, and what only Redis can suffer.

mod conformance;
mod outages;
mod proxy;
mod server;
