//! What the tour prints.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

/// Lines on standard output, as the steps go by.
#[derive(Default)]
pub(crate) struct Transcript {
    steps: usize,
}

impl Transcript {
    /// A step begins.
    pub(crate) fn step(&mut self, what: &str) -> io::Result<()> {
        self.steps += 1;
        line(&format!("\n{}. {what}", self.steps))
    }

    /// Somebody does something.
    pub(crate) fn act(&self, who: &str, what: impl Display) -> io::Result<()> {
        line(&format!("   {who:>10} > {what}"))
    }

    /// Somebody sees something.
    pub(crate) fn see(&self, who: &str, what: impl Display) -> io::Result<()> {
        for (n, text) in what.to_string().lines().enumerate() {
            let who = if n == 0 { who } else { "" };
            line(&format!("   {who:>10} | {text}"))?;
        }
        Ok(())
    }

    /// What is behind the curtain.
    pub(crate) fn aside(&self, what: impl Display) -> io::Result<()> {
        line(&format!("   {:>10} . {what}", ""))
    }

    /// Every step was seen.
    pub(crate) fn the_end(&self) -> io::Result<()> {
        line(&format!("\nAll {} steps were seen in the local Discord.", self.steps))
    }

    #[expect(clippy::print_stderr, reason = "there is no log to say it in")]
    pub(crate) fn cannot_start(&self, why: &dyn Display) -> ExitCode {
        eprintln!("no directory for the tour can be made: {why}");
        ExitCode::FAILURE
    }
}

fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}
