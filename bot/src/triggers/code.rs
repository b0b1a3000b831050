//! What of a text Discord shows as code, where nobody is addressed.

use std::ops::Range;

/// The spans and blocks of code in a text, in their order. A mark without its partner makes none.
pub(super) fn code(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['`', '\\']) {
        let start = at + next;
        if text[start..].starts_with('\\') {
            // what is escaped marks nothing
            let escaped = text[start + 1..].chars().next().map_or(0, char::len_utf8);
            at = start + 1 + escaped;
            continue;
        }
        let marks = run(&text[start..]);
        let inside = start + marks;
        let end = if marks >= 3 {
            text[inside..].find("```").map(|end| inside + end + 3)
        } else {
            closing(text, inside, marks)
        };
        at = end.unwrap_or(inside);
        found.extend(end.map(|end| start..end));
    }
    found
}

/// The end of the next run of exactly so many marks.
fn closing(text: &str, from: usize, marks: usize) -> Option<usize> {
    let mut at = from;
    while let Some(next) = text[at..].find('`') {
        let start = at + next;
        let found = run(&text[start..]);
        if found == marks {
            return Some(start + found);
        }
        at = start + found;
    }
    None
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_blocks_are_found_and_single_marks_are_not() {
        for (text, expected) in [
            ("a `b` c", vec!["`b`"]),
            ("``a ` b`` c", vec!["``a ` b``"]),
            ("```rs\n@a `\n``` b `c`", vec!["```rs\n@a `\n```", "`c`"]),
            ("a ` b", vec![]),
            ("``a` b", vec![]),
            ("```a", vec![]),
            ("\\`a` b`", vec!["` b`"]),
            ("é\\é `ü`", vec!["`ü`"]),
            ("\\", vec![]),
        ] {
            let found: Vec<_> = code(text).into_iter().map(|span| &text[span]).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
