//! What takes longer than a change should wait for, or needs programs of others: `scripts/test-extra`.

mod accessibility;
mod first_answer;
mod killed_worker;
