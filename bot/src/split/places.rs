//! Where a cut falls best: behind a paragraph, a line, a sentence, a word, and never inside a sign.

use unicode_normalization::char::is_combining_mark;

use super::fences::Scan;

/// How good a place is for a cut, best last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Anywhere,
    Grapheme,
    Word,
    Sentence,
    Line,
    Paragraph,
}

impl Place {
    /// How full a message has to be for a cut here, in hundredths: else the next lesser place that
    /// fills it better is taken.
    fn least_fill(self) -> usize {
        match self {
            Self::Paragraph => 50,
            Self::Line | Self::Sentence => 60,
            Self::Word => 25,
            Self::Grapheme | Self::Anywhere => 0,
        }
    }
}

/// The best place in a window that has more text behind it. Never 0.
pub(super) fn best_cut(window: &str, behind: &str, scan: &Scan) -> usize {
    let mut best = (Place::Anywhere, window.len());
    let next = behind.chars().next();
    let ends = window.char_indices().map(|(at, _)| at).skip(1).chain([window.len()]);
    for cut in ends {
        let after = window[cut..].chars().next().or(next);
        if scan.splits_a_fence(cut) || splits_ticks(&window[..cut], after) {
            continue;
        }
        let place = place_at(window, cut, after);
        let fills = cut * 100 >= window.len() * place.least_fill();
        if fills && place >= best.0 && !scan.is_behind_an_opening(window, cut) {
            best = (place, cut);
        }
    }
    if best.0 == Place::Anywhere { hard_cut(window, next, scan) } else { best.1 }
}

/// With no better place: as far as possible, but in front of a fence that the window cuts.
fn hard_cut(window: &str, next: Option<char>, scan: &Scan) -> usize {
    let tail_ticks = window.len() - window.trim_end_matches('`').len();
    let fence =
        scan.fences.last().filter(|(fence, opens)| opens.is_some() && fence.end == window.len());
    let cut = match fence {
        Some((fence, _)) => fence.start,
        None if next == Some('`') => window.len() - tail_ticks,
        None => window.len(),
    };
    if cut == 0 { window.len() } else { cut }
}

fn splits_ticks(before: &str, after: Option<char>) -> bool {
    after == Some('`') && before.ends_with('`')
}

fn place_at(window: &str, cut: usize, after: Option<char>) -> Place {
    let before = &window[..cut];
    let Some(last) = before.chars().next_back() else { return Place::Anywhere };
    if last == '\n' {
        let line = before.trim_end_matches([' ', '\t', '\r', '\n']);
        let breaks = before[line.len()..].matches('\n').count();
        return if breaks > 1 { Place::Paragraph } else { Place::Line };
    }
    if last.is_whitespace() || after.is_some_and(char::is_whitespace) {
        return if ends_a_sentence(before.trim_end()) { Place::Sentence } else { Place::Word };
    }
    if matches!(last, '。' | '！' | '？') && after.is_some_and(|c| !is_closing(c)) {
        return Place::Sentence;
    }
    if holds_together(before, last, after) { Place::Anywhere } else { Place::Grapheme }
}

fn ends_a_sentence(text: &str) -> bool {
    text.trim_end_matches(is_closing).ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '*' | '_' | '」' | '』' | '）')
}

/// Whether the characters around a place make one sign together.
fn holds_together(before: &str, last: char, after: Option<char>) -> bool {
    const JOINER: char = '\u{200D}';
    let Some(after) = after else { return false };
    let is_flag_half = |c: char| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    let halves = before.chars().rev().take_while(|c| is_flag_half(*c)).count();
    last == JOINER
        || after == JOINER
        || is_combining_mark(after)
        || matches!(after, '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
        || (is_flag_half(after) && halves % 2 == 1)
}
