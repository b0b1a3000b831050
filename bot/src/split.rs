//! Cuts an answer into messages of at most 2000 UTF-16 units.
//!
//! An answer is shown while it still grows, by editing. So a cut, once made, has to stay where it
//! is: every decision here looks only at the text up to the cut (and the one character behind it),
//! never at how the text goes on. The pieces of a text's beginning, all but the last, are then the
//! pieces of the whole text.
//!
//! A cut falls behind a paragraph if that leaves the message reasonably full, else behind a line or
//! a sentence, else between words, and inside a word only when there is nothing else; never inside
//! a character, and where it's cheap to see not inside an emoji or an accented letter. A code block
//! is closed at the cut and opened again, with its language, in the next message. White space
//! around a cut is dropped: Discord would trim it anyway.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// The longest message that Discord takes, in UTF-16 units.
pub const MAX_UNITS: usize = 2000;
const FENCE: &str = "```";
/// What closes a code block at a cut.
const CLOSE: &str = "\n```";
/// A longer word behind a fence is no language.
const MAX_LANGUAGE: usize = 32;
/// A longer row of backticks is no fence but a drawing.
const MAX_TICKS: usize = 8;
/// However much room is asked for, a message keeps this much text.
const MIN_UNITS: usize = 200;

/// Room to keep free for what the caller adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// In the first piece: a name in bold, in direct messages. The same from the first edit to the
    /// last, or the cuts move.
    pub first: usize,
    /// In the last piece: a notice. Leave it at 0 while the text grows: it may cut the last piece
    /// in two, and leaves the pieces before as they are.
    pub last: usize,
}

/// The pieces of a text: none for a blank one, and none of them blank.
#[must_use]
pub fn split(text: &str, room: Room) -> Vec<String> {
    pieces(text, room).iter().map(|piece| piece.render(text)).collect()
}

/// The length of a text as Discord counts it.
#[must_use]
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A part of the text, and the code block that it begins and ends in.
#[derive(Clone, Debug)]
struct Piece {
    body: Range<usize>,
    /// The language of the block to open again, empty for none named.
    opened: Option<String>,
    closed: bool,
}

impl Piece {
    fn render(&self, text: &str) -> String {
        let mut piece = String::new();
        if let Some(language) = &self.opened {
            piece.push_str(&reopening(language));
        }
        piece.push_str(&text[self.body.clone()]);
        if self.closed {
            piece.push_str(CLOSE);
        }
        piece
    }

    fn units(&self, text: &str) -> usize {
        units(&self.render(text))
    }

    fn is_blank(&self, text: &str) -> bool {
        text[self.body.clone()].trim().is_empty()
    }
}

fn reopening(language: &str) -> String {
    format!("{FENCE}{language}\n")
}

fn limit(room: usize) -> usize {
    MAX_UNITS.saturating_sub(room).max(MIN_UNITS)
}

fn pieces(text: &str, room: Room) -> Vec<Piece> {
    let mut cutter = Cutter { text, at: 0, opened: None, room: room.first };
    let mut pieces = Vec::new();
    while let Some(piece) = cutter.next_piece() {
        cutter.room = 0;
        pieces.push(piece);
    }
    let first = if pieces.len() == 1 { room.first } else { 0 };
    if let Some(last) = pieces.pop_if(|last| last.units(text) + room.last > limit(first)) {
        // any of its parts may be the last, so all leave the room
        let room = first + room.last;
        let mut cutter = Cutter { text, at: last.body.start, opened: last.opened, room };
        pieces.extend(std::iter::from_fn(|| cutter.next_piece()));
    }
    pieces.retain(|piece| !piece.is_blank(text));
    pieces
}

/// Walks through the text from cut to cut.
struct Cutter<'a> {
    text: &'a str,
    at: usize,
    opened: Option<String>,
    room: usize,
}

impl Cutter<'_> {
    fn next_piece(&mut self) -> Option<Piece> {
        self.skip_gap();
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let head = self.opened.as_deref().map_or(0, |language| units(&reopening(language)));
        let limit = limit(self.room);
        let whole = prefix_of(rest, limit);
        // Room to close a block, whether or not the cut will fall into one: asked of the beginning
        // alone, so that the answer doesn't change when the text goes on.
        let close = if head > 0 || rest[..whole].contains(FENCE) { CLOSE.len() } else { 0 };
        let window = prefix_of(rest, limit - head - close);
        let scan = Scan::of(&rest[..window], self.opened.clone());
        let cut = if window == rest.len() {
            rest.len()
        } else {
            best_cut(&rest[..window], &rest[window..], &scan)
        };
        let state = scan.at(cut);
        let body = rest[..cut].trim_end();
        let piece = Piece {
            body: self.at..self.at + body.len(),
            opened: self.opened.take(),
            closed: state.is_some(),
        };
        self.at += cut;
        self.opened = state;
        Some(piece)
    }

    /// Drops what stands between two messages: white space, the line break in front of code, and
    /// the end of a block of which nothing is left.
    fn skip_gap(&mut self) {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        if self.opened.is_none() {
            self.at += rest.len() - trimmed.len();
        } else if trimmed.is_empty() {
            self.at = self.text.len();
        } else if (FENCE.len()..=MAX_TICKS).contains(&leading_ticks(trimmed)) {
            self.at = self.text.len() - trimmed.trim_start_matches('`').len();
            self.opened = None;
            self.skip_gap();
        } else {
            // indentation is part of the code
            let line = rest.len() - trimmed.len();
            self.at += rest[..line].rfind('\n').map_or(0, |newline| newline + 1);
        }
    }
}

/// The bytes of as many whole characters as fit into so many units.
fn prefix_of(text: &str, most: usize) -> usize {
    let mut units = 0;
    text.char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > most
        })
        .map_or(text.len(), |(at, _)| at)
}

/// The fences in a window.
struct Scan {
    before: Option<String>,
    /// Where each fence begins and ends, and the block it opens.
    fences: Vec<(Range<usize>, Option<String>)>,
}

impl Scan {
    fn of(window: &str, before: Option<String>) -> Self {
        let mut fences: Vec<(Range<usize>, Option<String>)> = Vec::new();
        let mut open = before.is_some();
        let mut from = 0;
        while let Some(found) = window[from..].find(FENCE) {
            let start = from + found;
            let ticks = leading_ticks(&window[start..]);
            let mut end = start + ticks;
            if ticks > MAX_TICKS {
                from = end;
                continue;
            }
            let mut opens = None;
            if !open {
                let language = language_at(&window[end..]);
                end += language.len();
                // a line that hasn't ended here may yet become a language: no cut inside
                let complete = window[end..].starts_with('\n');
                opens = Some(if complete { language.to_owned() } else { String::new() });
                if !complete && end < window.len() {
                    end = start + ticks;
                }
            }
            open = !open;
            fences.push((start..end, opens));
            from = end;
        }
        Self { before, fences }
    }

    /// The language of the block that is open at a place.
    fn at(&self, place: usize) -> Option<String> {
        self.fences
            .iter()
            .rev()
            .find(|(fence, _)| fence.end <= place)
            .map_or_else(|| self.before.clone(), |(_, opens)| opens.clone())
    }

    fn splits_a_fence(&self, place: usize) -> bool {
        self.fences.iter().any(|(fence, _)| fence.start < place && place < fence.end)
    }

    /// Behind an opening fence there's nothing to show yet.
    fn is_behind_an_opening(&self, window: &str, place: usize) -> bool {
        self.fences.iter().any(|(fence, opens)| {
            opens.is_some() && fence.end <= place && window[fence.end..place].trim().is_empty()
        })
    }
}

fn leading_ticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

fn language_at(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '.' | '#');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end <= MAX_LANGUAGE { &text[..end] } else { "" }
}

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
fn best_cut(window: &str, behind: &str, scan: &Scan) -> usize {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONE: Room = Room { first: 0, last: 0 };

    fn lines(count: usize) -> String {
        (0..count).fold(String::new(), |text, n| text + &format!("let line_{n} = {n};\n"))
    }

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(split("", NONE), [""; 0]);
        assert_eq!(split(" \n\t ", NONE), [""; 0]);
        assert_eq!(split("  hello \n", NONE), ["hello"]);
        assert_eq!(split(&"x".repeat(2000), NONE), ["x".repeat(2000)]);
        assert_eq!(split(&"😀".repeat(1000), NONE), ["😀".repeat(1000)]);
        assert_eq!(split("a ```\ncode", NONE), ["a ```\ncode\n```"], "closed while it grows");
    }

    #[test]
    fn a_cut_falls_behind_the_best_place() {
        let (half, most) = ("w ".repeat(600), "w ".repeat(900));
        let cases = [
            (format!("{half}one.\n\n{half}two"), "one.", "w w"),
            (format!("{most}end.\nnew {most}"), "end.", "new w"),
            (format!("{most}It ends (so.) Then {most}"), "so.)", "Then w"),
            (format!("{most}它结束了。然后{most}"), "结束了。", "然后w"),
            (format!("short\n\n{}", "word ".repeat(600)), "word", "word w"),
            (format!("{} {}", "a".repeat(1500), "b".repeat(1500)), "a", "b"),
            (format!("{}{}", "x".repeat(2000), "y"), "x", "y"),
        ];
        for (text, end, start) in cases {
            let pieces = split(&text, NONE);
            assert!(pieces[0].ends_with(end), "{:?}", &pieces[0][pieces[0].len() - 20..]);
            assert!(pieces[1].starts_with(start), "{:?}", &pieces[1]);
        }
    }

    #[test]
    fn signs_of_several_characters_stay_together() {
        for sign in ["e\u{301}", "👩\u{200D}🚀", "👍🏽", "🇩🇪", "❤\u{FE0F}"] {
            for shift in 0..4 {
                let text = format!("{}{}", "x".repeat(shift), sign.repeat(1500));
                let pieces = split(&text, NONE);
                assert!(pieces.len() > 1);
                for piece in &pieces[1..] {
                    assert!(piece.starts_with(sign), "{sign} after {shift}");
                }
            }
        }
        // and where nothing but marks is left, somewhere
        assert_eq!(split(&format!("e{}", "\u{301}".repeat(4000)), NONE).len(), 3);
    }

    #[test]
    fn code_is_closed_and_opened_again_with_its_language() {
        let text = format!("Look:\n```rust\n    {}```\nDone.", lines(300));
        let pieces = split(&text, NONE);
        assert!(pieces.len() > 2);
        for piece in &pieces {
            assert_eq!(piece.matches(FENCE).count() % 2, 0, "{piece}");
            assert!(units(piece) <= MAX_UNITS);
        }
        assert!(pieces[0].starts_with("Look:\n```rust\n    let") && pieces[0].ends_with(";\n```"));
        assert!(pieces[1].starts_with("```rust\nlet line_"));
        assert!(pieces[pieces.len() - 1].ends_with("```\nDone."));
    }

    #[test]
    fn indentation_behind_a_cut_stays() {
        let text = format!("```\n{}```", "        indented();\n".repeat(200));
        assert!(split(&text, NONE)[1].starts_with("```\n        indented"));
    }

    #[test]
    fn no_empty_block_is_opened_for_an_end_of_code() {
        // the code ends exactly where the first message is full
        let code = format!("```\n{}", "x = 1\n".repeat(332));
        let pieces = split(&format!("{code}```\nafter"), NONE);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[1], "after");
    }

    #[test]
    fn room_is_left_in_the_first_and_in_the_last() {
        let text = "word ".repeat(1000);
        let room = Room { first: 100, last: 300 };
        let pieces = split(&text, room);
        assert!(units(&pieces[0]) <= 1900);
        assert!(units(&pieces[pieces.len() - 1]) <= 1700);
        let nearly = "word ".repeat(390);
        assert_eq!(split(&nearly, NONE).len(), 1);
        assert_eq!(split(&nearly, Room { first: 0, last: 100 }).len(), 2);
    }

    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[a-z]{1,12}[ .!?]",
            1 => "[a-z]{1,12}\\.? ?\n{1,3}",
            1 => Just("\n```rust\n".to_owned()),
            1 => Just("```".to_owned()),
            1 => "`{1,4}[a-z]{0,40}",
            1 => "[ \t]{0,30}",
            2 => prop_oneof![Just("👩\u{200D}🚀"), Just("e\u{301}"), Just("🇩🇪"), Just("。")].prop_map(str::to_owned),
            1 => (any::<char>(), 1..700_usize).prop_map(|(c, n)| c.to_string().repeat(n)),
            1 => ("[a-z]{1,9} ", 1..200_usize).prop_map(|(s, n)| s.repeat(n)),
        ];
        prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
    }

    fn room() -> impl Strategy<Value = Room> {
        (prop_oneof![Just(0), 0..200_usize], prop_oneof![Just(0), 0..400_usize])
            .prop_map(|(first, last)| Room { first, last })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn every_piece_fits_and_says_something((text, room) in (text(), room())) {
            let pieces = split(&text, room);
            for (n, piece) in pieces.iter().enumerate() {
                let first = if n == 0 { room.first } else { 0 };
                let last = if n + 1 == pieces.len() { room.last } else { 0 };
                prop_assert!(units(piece) + first + last <= MAX_UNITS);
                prop_assert!(!piece.trim().is_empty());
            }
            prop_assert_eq!(pieces.is_empty(), text.trim().is_empty());
        }

        #[test]
        fn nothing_is_lost((text, room) in (text(), room())) {
            let mut at = 0;
            for piece in pieces(&text, room) {
                let gap = text[at..piece.body.start].trim();
                prop_assert!(gap.chars().all(|c| c == '`') && gap.len() <= MAX_TICKS, "{:?}", gap);
                prop_assert!(gap.is_empty() || at > 0);
                at = piece.body.end;
            }
            let rest = text[at..].trim();
            prop_assert!(rest.chars().all(|c| c == '`') && rest.len() <= MAX_TICKS, "{:?}", rest);
        }

        #[test]
        fn a_cut_stays_where_it_is_as_the_text_grows(
            (text, room, part) in (text(), room(), 0.0..1.0_f64)
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any place will do")]
            let mut end = (text.len() as f64 * part) as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let growing = split(&text[..end], Room { last: 0, ..room });
            let whole = split(&text, room);
            if let Some((_, shown)) = growing.split_last() {
                prop_assert_eq!(shown, &whole[..shown.len().min(whole.len())]);
            }
        }

        #[test]
        fn every_block_is_closed_in_its_own_piece((language, n) in ("[a-z]{0,10}", 1..400_usize)) {
            let text = format!("intro\n```{language}\n{}```\nend", lines(n));
            for piece in split(&text, NONE) {
                prop_assert_eq!(piece.matches(FENCE).count() % 2, 0);
            }
        }
    }
}
