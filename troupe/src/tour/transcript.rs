//! What the tour prints.

use std::{
    fmt::Display,
    io::{self, Stdout, Write},
};

/// Lines on standard output, as the steps go by.
pub(crate) struct Transcript {
    out: Stdout,
    steps: usize,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self { out: io::stdout(), steps: 0 }
    }

    /// A step begins.
    pub(crate) fn step(&mut self, what: &str) -> io::Result<()> {
        self.steps += 1;
        self.line(format_args!("\n{}. {what}", self.steps))
    }

    /// Somebody does something.
    pub(crate) fn act(&self, who: &str, what: impl Display) -> io::Result<()> {
        self.line(format_args!("   {who:>10} > {what}"))
    }

    /// Somebody sees something.
    pub(crate) fn see(&self, who: &str, what: impl Display) -> io::Result<()> {
        for (n, text) in what.to_string().lines().enumerate() {
            let who = if n == 0 { who } else { "" };
            self.line(format_args!("   {who:>10} | {text}"))?;
        }
        Ok(())
    }

    /// What is behind the curtain.
    pub(crate) fn aside(&self, what: impl Display) -> io::Result<()> {
        self.line(format_args!("   {:>10} . {what}", ""))
    }

    /// Every step was seen.
    pub(crate) fn the_end(&self) -> io::Result<()> {
        self.line(format_args!("\nAll {} steps were seen in the local Discord.", self.steps))
    }

    fn line(&self, text: impl Display) -> io::Result<()> {
        let mut out = self.out.lock();
        writeln!(out, "{text}")?;
        out.flush()
    }
}
