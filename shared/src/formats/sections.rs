//! Several texts as one system prompt, in a fixed order and with headings, and back again.
//!
//! The first text that there is stands without a heading unless it has one that can't be left out;
//! every other is `## Heading` on a line of its own, the text below it, and an empty line between.
//! Texts that hold nothing but white space are left out.

use std::fmt::Write;

/// A text and what stands above it; no heading for what comes first by its nature.
pub(super) struct Section<'a> {
    pub(super) heading: Option<&'a str>,
    pub(super) text: &'a str,
}

/// One prompt of all.
pub(super) fn join<'a>(sections: impl IntoIterator<Item = Section<'a>>) -> String {
    let mut prompt = String::new();
    for Section { heading, text } in sections {
        if text.trim().is_empty() {
            continue;
        }
        if !prompt.is_empty() {
            prompt.push_str("\n\n");
        }
        if let Some(heading) = heading {
            // a String can always be written to
            let _ = writeln!(prompt, "## {heading}");
        }
        prompt.push_str(text);
    }
    prompt
}

/// The text under each of `headings`, which come in this order, and what stands before the first.
/// Whoever asks makes sure that [joining](join) gives the same prompt again: a person may have
/// written such a line too.
pub(super) fn split<'a>(prompt: &'a str, headings: &[&str]) -> (&'a str, Vec<Option<&'a str>>) {
    let mut texts = vec![None; headings.len()];
    let mut rest = prompt;
    for (index, heading) in headings.iter().enumerate().rev() {
        let line = format!("## {heading}\n");
        let inner = format!("\n\n{line}");
        if let Some(at) = rest.rfind(&inner) {
            texts[index] = Some(&rest[at + inner.len()..]);
            rest = &rest[..at];
        } else if let Some(text) = rest.strip_prefix(&line) {
            texts[index] = Some(text);
            rest = "";
        }
    }
    (rest, texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_split_at_the_same_places() {
        let (mood, past) = (Some("Mood"), Some("Past"));
        let prompt = join([
            Section { heading: None, text: "You are Ada." },
            Section { heading: mood, text: " \n" },
            Section { heading: past, text: "Born\n\nlong ago." },
        ]);
        assert_eq!(prompt, "You are Ada.\n\n## Past\nBorn\n\nlong ago.");
        let (first, texts) = split(&prompt, &["Mood", "Past"]);
        assert_eq!((first, texts), ("You are Ada.", vec![None, Some("Born\n\nlong ago.")]));
        assert_eq!(split("## Mood\nfine", &["Mood", "Past"]), ("", vec![Some("fine"), None]));
        assert_eq!(split("", &["Mood"]), ("", vec![None]));
    }
}
