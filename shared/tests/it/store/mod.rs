//! One suite for the store, run on both engines. A change of the store without a change here is not
//! whole: every public method has a case.

mod stage;

mod accept;
mod budgets;
mod calls;
mod claim;
mod concurrency;
mod connections;
mod deliveries;
mod edits;
mod expire;
mod gather;
mod imports;
mod joining;
mod key_holders;
mod keys;
mod leases;
mod locks;
mod migrations;
mod models;
mod notices;
mod outcome;
mod people;
mod personalities;
mod places;
mod property;
mod replies;
mod rotation;
mod stop;
mod usage;
mod withdraw;
mod workers;
