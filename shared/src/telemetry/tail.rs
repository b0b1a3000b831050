//! The newest lines of the log, kept in memory for somebody who looks over the process' shoulder.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// How many lines are kept.
const LINES: usize = 200;

/// The newest lines, as they were written: redacted. Clones are the same tail.
#[derive(Clone, Debug, Default)]
pub struct LogTail(Arc<Mutex<VecDeque<String>>>);

impl LogTail {
    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Write for LogTail {
    /// Takes whole events, as the sink's thread writes them.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend(String::from_utf8_lossy(bytes).lines().map(str::to_owned));
        let too_many = lines.len().saturating_sub(LINES);
        lines.drain(..too_many);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_lines_are_kept() {
        let mut tail = LogTail::default();
        for number in 0..LINES + 5 {
            writeln!(tail, "line {number}\nand more").unwrap();
        }
        let lines = tail.lines();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines.last().map(String::as_str), Some("and more"));
        assert!(lines.contains(&format!("line {}", LINES + 4)));
    }
}
