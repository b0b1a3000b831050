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
pub struct LogTail(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    newest: VecDeque<String>,
    /// The last one has no end yet: a writer may hand a line over in pieces.
    unfinished: bool,
}

impl LogTail {
    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).newest.iter().cloned().collect()
    }
}

impl Write for LogTail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in String::from_utf8_lossy(bytes).split_inclusive('\n') {
            let text = piece.trim_end_matches('\n');
            let unfinished = lines.unfinished;
            match lines.newest.back_mut().filter(|_| unfinished) {
                Some(line) => line.push_str(text),
                None => lines.newest.push_back(text.to_owned()),
            }
            lines.unfinished = !piece.ends_with('\n');
        }
        let too_many = lines.newest.len().saturating_sub(LINES);
        lines.newest.drain(..too_many);
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
