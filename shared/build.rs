//! `sqlx::migrate!` reads the trees at compile time: build again when one changes.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
