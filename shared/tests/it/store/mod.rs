//! One suite for the store, run on both engines. A change of the store without a change here is not
//! whole: every public method has a case.

mod stage;

mod accept;
mod calls;
mod claim;
mod joining;
mod outcome;
mod stop;
mod workers;
