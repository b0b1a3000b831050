//! `/chat`, and messages that can't be taken as they are.

/// The longest message that a person without Nitro can write, in UTF-16 units, as Discord counts.
pub const MAX_MESSAGE: usize = 2000;

/// No such personality, or none that this person may see: the two read the same.
pub const UNKNOWN_PERSONALITY: &str = "There is nobody of that name for you to talk to. \
    Choose from the list that appears as you type.";
/// `/chat` without words.
pub const EMPTY: &str = "There is nothing in your message. Write what you want to say.";
/// Too long, in `/chat` or in a message.
pub const TOO_LONG: &str = "That is too long: a message may have up to 2000 characters. \
    Shorten it, or send it in parts.";
/// A message that addresses somebody and says nothing.
pub const EMPTY_MESSAGE: &str = "You called, but there is nothing in your message. \
    Write what you want to say behind the name.";
/// Nobody is there to talk to.
pub const NO_PERSONALITY: &str = "There is no personality here yet. Whoever runs this bot has to \
    make one first.";
/// A burst of messages.
pub const FLOOD: &str = "⏳ That was too many messages at once, and some of them were not taken. \
    Wait until the others have been answered.";
/// A key in an ordinary message, to its author.
pub const KEY_IN_MESSAGE: &str = "🔑 **Your message had an API key in it.** I neither kept nor used \
    it, but others may have seen it and Discord has stored it: revoke that key at its provider now, \
    make a new one, and store it with `/wallet set`, which opens a private form.";
/// The same, where the message could not be deleted.
pub const KEY_NOT_DELETED: &str = "I'm not allowed to delete your message there: please do it \
    yourself.";
/// In the channel, where the author takes no direct messages. Says nothing about a key.
pub const LOOK_AT_YOUR_MESSAGE: &str = "⚠️ Your last message here held something private. Please \
    delete it if it is still there, and replace what it gave away.";

/// How Discord counts a message.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The warning to somebody who posted a key.
#[must_use]
pub fn key_in_message(deleted: bool) -> String {
    if deleted {
        format!("{KEY_IN_MESSAGE}\nI deleted your message.")
    } else {
        format!("{KEY_IN_MESSAGE}\n{KEY_NOT_DELETED}")
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn each_says_what_to_do() {
        let fixed = [
            UNKNOWN_PERSONALITY,
            EMPTY,
            TOO_LONG,
            EMPTY_MESSAGE,
            NO_PERSONALITY,
            FLOOD,
            LOOK_AT_YOUR_MESSAGE,
        ];
        assert_snapshot!(fixed.join("\n\n"));
        assert_snapshot!("key", [key_in_message(true), key_in_message(false)].join("\n\n"));
    }

    #[test]
    fn an_emoji_counts_as_discord_counts_it() {
        assert_eq!(utf16_len("a😀"), 3);
    }
}
