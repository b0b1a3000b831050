/// From this many backticks on they stand for a block of code, which may hold empty lines.
const FENCE: usize = 3;

/// Where in its code a text is. Decided by what has been seen alone: what begins with a backtick is
/// code, until as many close it, or, if it was no block, until the paragraph ends.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The backticks that opened the code that the text is in.
    opened_by: Option<usize>,
    /// The backticks seen just now.
    run: usize,
    /// The line has nothing but spaces so far.
    empty_line: bool,
}

impl Code {
    /// Whether `next`, which is no backtick, would be code.
    pub(super) fn is_inside_before(&self, next: char) -> bool {
        debug_assert_ne!(next, '`', "a backtick is neither");
        self.after_run().is_some()
    }

    /// Takes the next character of the text.
    pub(super) fn advance(&mut self, c: char) {
        if c == '`' {
            self.run += 1;
            self.empty_line = false;
            return;
        }
        self.opened_by = self.after_run();
        self.run = 0;
        if c == '\n' {
            if self.empty_line {
                self.opened_by = self.opened_by.filter(|opened| *opened >= FENCE);
            }
            self.empty_line = true;
        } else if !c.is_whitespace() {
            self.empty_line = false;
        }
    }

    /// What the backticks seen just now make of it, now that there are no more of them.
    fn after_run(&self) -> Option<usize> {
        match (self.opened_by, self.run) {
            (opened_by, 0) => opened_by,
            (None, run) => Some(run),
            (Some(opened), run) if run == opened || (opened >= FENCE && run >= opened) => None,
            (opened_by, _) => opened_by,
        }
    }
}
