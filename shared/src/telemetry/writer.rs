//! The one writer under everything that is printed.
//!
//! A secret can be split over any two writes, so nothing is passed on before its line is complete.
//! A line that never ends is cut at 64 KiB, and then the last 512 bytes are held back, more than
//! any secret is long, and the cut is moved off any secret it would hit. Where the output is cut
//! depends on the input alone, never on how it was portioned.

use std::io::{self, Write};

use super::{Redactor, rules::PRIVATE_KEY};

/// The longest line that is kept together.
const LONGEST_LINE: usize = 64 * 1024;
/// What stays for the next piece when a longer one is cut.
const HELD_BACK: usize = 512;

/// Passes on complete lines, without their secrets.
///
/// [`flush`](Write::flush) passes on nothing that isn't complete; [`finish`](Self::finish), or
/// dropping the writer, ends the last line. Bytes that aren't UTF-8 become `U+FFFD`.
#[derive(Debug)]
pub struct RedactingWriter<W: Write> {
    out: Option<W>,
    redactor: Redactor,
    line: Vec<u8>,
    /// Between the first and the last line of a private key.
    in_private_key: bool,
    /// Until the end of a line of which nothing more may be seen.
    skipping: bool,
}

impl<W: Write> RedactingWriter<W> {
    /// Writes to `out`.
    pub fn new(out: W, redactor: Redactor) -> Self {
        Self { out: Some(out), redactor, line: Vec::new(), in_private_key: false, skipping: false }
    }

    /// Ends the last line, and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.end()?;
        self.out.take().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    fn end(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.pass_on_line()?;
        }
        self.flush()
    }

    fn pass_on_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let (body, end) = match text.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (&*text, ""),
        };
        let redacted = self.redact_line(body);
        self.write_out(&redacted, end)?;
        // the room of a usual line is worth keeping, that of a long one is not
        self.line = line;
        self.line.clear();
        self.line.shrink_to(4096);
        Ok(())
    }

    /// A private key stands on many lines, of which only the first and the last say so.
    fn redact_line(&mut self, line: &str) -> String {
        if self.in_private_key {
            let ends = line.contains("-----END");
            self.in_private_key = !ends && is_key_material(line);
            if ends || self.in_private_key {
                return PRIVATE_KEY.to_owned();
            }
        }
        if let Some((_, after)) = line.rsplit_once("-----BEGIN") {
            self.in_private_key = after.contains("PRIVATE KEY") && !after.contains("-----END");
        }
        self.redactor.redact(line).into_owned()
    }

    /// Passes on the beginning of a line that has become too long.
    fn cut_line(&mut self) -> io::Result<()> {
        let whole = complete_characters(&self.line);
        let text = String::from_utf8_lossy(&self.line[..whole]).into_owned();
        let unfinished = self.line.split_off(whole);
        let mut cut = self.redactor.safe_cut(&text, text.len().saturating_sub(HELD_BACK));
        if cut == 0 {
            // one secret from end to end: no place is safe to go on from
            self.skipping = true;
            cut = text.len();
        }
        let redacted = self.redactor.redact(&text[..cut]).into_owned();
        self.write_out(&redacted, "")?;
        self.line.clear();
        self.line.extend_from_slice(&text.as_bytes()[cut..]);
        if !self.skipping {
            self.line.extend_from_slice(&unfinished);
        }
        Ok(())
    }

    fn write_out(&mut self, text: &str, end: &str) -> io::Result<()> {
        let out = self.out.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        out.write_all(text.as_bytes())?;
        out.write_all(end.as_bytes())
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = LONGEST_LINE.saturating_sub(self.line.len()).max(1);
            let portion = &rest[..rest.len().min(room)];
            let taken = portion.iter().position(|b| *b == b'\n').map_or(portion.len(), |at| at + 1);
            let ends = portion[..taken].ends_with(b"\n");
            if !self.skipping {
                self.line.extend_from_slice(&portion[..taken]);
            } else if ends {
                self.line = b"\n".to_vec();
            }
            rest = &rest[taken..];
            if ends {
                self.skipping = false;
                self.pass_on_line()?;
            } else if self.line.len() >= LONGEST_LINE {
                self.cut_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for RedactingWriter<W> {
    fn drop(&mut self) {
        // nobody is left to tell that it failed
        let _ = self.end();
    }
}

/// How many bytes there are without a character whose end is still to come.
fn complete_characters(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        Some(chunk) if is_cut_short(chunk.invalid()) => bytes.len() - chunk.invalid().len(),
        _ => bytes.len(),
    }
}

fn is_cut_short(bytes: &[u8]) -> bool {
    !bytes.is_empty() && str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn is_key_material(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("Proc-Type:")
        || line.starts_with("DEK-Info:")
        || line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}
