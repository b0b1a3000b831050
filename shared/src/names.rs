//! When two names are the same name.
//!
//! People write a personality's name by hand, so `@ada`, `@ADA` and `@Ａｄａ` must all find Ada, and
//! nobody may register a second one that only looks different. The store keeps the folded form
//! beside each name and compares that alone.

use unicode_normalization::UnicodeNormalization;

/// The form of a name by which it is compared: compatibility characters made plain (NFKC), case
/// folded, invisible characters dropped, runs of white space one space, none at the ends.
///
/// Folding twice changes nothing, so stored and typed names can be compared as they are.
#[must_use]
pub fn fold_name(name: &str) -> String {
    // Folding can make a sequence that normalises further, and the other way round; a second pass
    // settles every character there is (a test goes through them).
    fold_once(&fold_once(name))
}

fn fold_once(name: &str) -> String {
    let folded: String = name
        .nfkc()
        .filter(|c| !is_invisible(*c))
        // up and down again is how the standard library comes to full case folding: ß → SS → ss,
        // and the two small sigmas meet in Σ
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character takes no room on the screen: controls (but for white space), directional
/// marks, joiners, variation selectors, tags and the blank fillers.
///
/// Joiners shape some scripts and glue emoji together, so this is for comparing, not for showing.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_of_writing_a_name_fold_to_one() {
        for (name, folded) in [
            ("Ada", "ada"),
            ("ADA LOVELACE", "ada lovelace"),
            ("  Ada \t Lovelace\u{A0}", "ada lovelace"),
            ("Ａｄａ", "ada"),
            ("A\u{200B}d\u{202E}a", "ada"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("Οδυσσεύς".trim_end_matches('ς'), "οδυσσεύ"),
            ("ﬁnn", "finn"),
            ("Zoe\u{308}", "zoë"),
            ("艾达", "艾达"),
            ("\u{200B}", ""),
            ("", ""),
        ] {
            assert_eq!(fold_name(name), folded, "{name:?}");
        }
    }

    #[test]
    fn folding_every_character_twice_changes_nothing() {
        // every plane that has letters
        for c in '\0'..'\u{20000}' {
            let once = fold_name(&c.to_string());
            assert_eq!(fold_name(&once), once, "{:x}", c as u32);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in any::<String>()) {
            let once = fold_name(&name);
            prop_assert_eq!(fold_name(&once), once);
        }
    }
}
