//! How far two spellings are apart, for those who guess what was meant.

/// How many letters must be added, dropped or replaced to come from one text to the other.
pub(crate) fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (typed, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = typed + 1;
        for (index, expected) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *expected);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(row[index] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (from, to, count) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(slips(from, to), count, "{from} {to}");
        }
    }
}
