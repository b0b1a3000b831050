//! What stands beside the files of `/usage as: csv`, and in cells that have no name.

/// There is nothing to put into one.
pub const NOTHING: &str =
    "📄 Nothing was charged to a key of yours in that time, so there is no file.";
/// A personality that is gone, or that the caller can't see any more.
pub const UNSEEN_PERSONALITY: &str = "(a personality you can't see)";
/// A server that the caller can't see any more.
pub const UNSEEN_SERVER: &str = "(a server you can't see)";
/// No server at all.
pub const PRIVATE: &str = "(in private)";

/// A file, with more to come unless it is the last that is sent.
#[must_use]
pub fn part(number: usize, is_last: bool) -> String {
    if is_last {
        format!("📄 Part {number}, and there is more than I send at once: ask for a shorter range.")
    } else {
        format!("📄 Part {number}. More follows.")
    }
}

/// The last file.
#[must_use]
pub fn end(number: usize) -> String {
    match number {
        1 => "📄 Your usage as a table: a row for each call that your key paid for.".to_owned(),
        _ => {
            format!("📄 Part {number}, the last. Every part begins with the names of the columns.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_whether_more_follows() {
        let all = [NOTHING.to_owned(), part(1, false), part(10, true), end(1), end(2)];
        insta::assert_snapshot!(all.join("\n"));
    }
}
