//! Links to messages, as people copy them: `https://discord.com/channels/1/2/3`.

use shared::ids::{ChannelId, GuildId, MessageId};

/// Links of one message that are looked at.
const MAX_LINKS: usize = 10;
/// Where Discord's client is found, and was.
const HOSTS: [&str; 6] = [
    "discord.com",
    "ptb.discord.com",
    "canary.discord.com",
    "discordapp.com",
    "ptb.discordapp.com",
    "canary.discordapp.com",
];

/// A link to a message. Its author chose the numbers: nothing says that they belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The server; none for direct messages (`@me`).
    pub(crate) guild: Option<GuildId>,
    /// The channel or thread.
    pub(crate) channel: ChannelId,
    /// The message.
    pub(crate) message: MessageId,
}

/// The links in a text, each once, in its order.
#[must_use]
pub(crate) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (at, scheme) in text.match_indices("://") {
        let before = &text[..at];
        if !(before.ends_with("https") || before.ends_with("http")) {
            continue;
        }
        if let Some(link) = link(&text[at + scheme.len()..])
            && !found.contains(&link)
            && found.len() < MAX_LINKS
        {
            found.push(link);
        }
    }
    found
}

fn link(address: &str) -> Option<Link> {
    let mut parts = address.splitn(5, '/');
    let host = parts.next()?.to_ascii_lowercase();
    if !HOSTS.contains(&host.as_str()) || parts.next()? != "channels" {
        return None;
    }
    let guild = match parts.next()? {
        "@me" => None,
        guild => Some(id(guild)?.into()),
    };
    let channel = id(parts.next()?)?.into();
    let rest = parts.next()?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some(Link { guild, channel, message: id(&rest[..end])?.into() })
}

fn id(text: &str) -> Option<u64> {
    text.parse().ok().filter(|id| *id > 0 && text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(guild: u64, channel: u64, message: u64) -> Link {
        let (channel, message) = (channel.into(), message.into());
        Link { guild: Some(guild.into()), channel, message }
    }

    #[test]
    fn every_form_that_a_client_copies_is_read() {
        for host in HOSTS {
            let text = format!("see <https://{host}/channels/1/2/3>, please");
            assert_eq!(links(&text), [server(1, 2, 3)], "{text}");
        }
        let private = "http://Discord.com/channels/@me/2/3?x=y";
        let direct = Link { guild: None, channel: 2.into(), message: 3.into() };
        assert_eq!(links(private), [direct]);
        let two = "https://discord.com/channels/1/2/3https://discord.com/channels/1/2/4 \
                   https://discord.com/channels/1/2/3";
        assert_eq!(links(two), [server(1, 2, 3), server(1, 2, 4)]);
    }

    #[test]
    fn anything_else_is_no_link() {
        for text in [
            "https://discord.com.evil.example/channels/1/2/3",
            "https://evil.example/discord.com/channels/1/2/3",
            "https://user@discord.com/channels/1/2/3",
            "https://discord.com:444/channels/1/2/3",
            "ftp://discord.com/channels/1/2/3",
            "https://discord.com/channels/1/2",
            "https://discord.com/channels/1/2/",
            "https://discord.com/channels/x/2/3",
            "https://discord.com/channels/1/-2/3",
            "https://discord.com/channels/0/2/3",
            "https://discord.com/channels/1/2/99999999999999999999999",
            "discord.com/channels/1/2/3",
            "://",
        ] {
            assert_eq!(links(text), [], "{text}");
        }
        let many: Vec<String> =
            (1..50).map(|n| format!("https://discord.com/channels/1/2/{n}")).collect();
        let many = many.join(" ");
        assert_eq!(links(&many).len(), MAX_LINKS);
    }
}
