//! How far an import is, for somebody who watches.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on a terminal, and nothing elsewhere: a log or a file would be full of it.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    bar_on(target(stderr().is_terminal(), ProgressDrawTarget::stderr), length, what)
}

/// Where a bar is drawn.
fn target(is_terminal: bool, terminal: impl FnOnce() -> ProgressDrawTarget) -> ProgressDrawTarget {
    if is_terminal { terminal() } else { ProgressDrawTarget::hidden() }
}

fn bar_on(target: ProgressDrawTarget, length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:14} {wide_bar} {pos}/{len}");
    let bar = ProgressBar::with_draw_target(Some(length), target).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex, PoisonError},
    };

    use indicatif::TermLike;

    use super::*;

    /// A terminal that remembers what was written on it.
    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn written(&self) -> String {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            60
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn drawn(is_terminal: bool) -> String {
        let screen = Screen::default();
        let on = screen.clone();
        let target = target(is_terminal, || ProgressDrawTarget::term_like(Box::new(on)));
        let bar = bar_on(target, 67, "personalities");
        for _ in 0..3 {
            bar.inc(1);
            bar.tick();
        }
        screen.written()
    }

    #[test]
    fn it_is_drawn_on_a_terminal_alone() {
        let shown = drawn(true);
        assert!(shown.contains("personalities") && shown.contains("3/67"), "{shown}");
        assert_eq!(drawn(false), "");
    }
}
