//! What a message of the gateway's carries besides its text, in the terms of a context.

use serenity::all::{self as discord, Message, MessageSnapshot, Poll as DiscordPoll, StickerItem};
use shared::context::{
    Attachment, Carried, Embed, Forward, Poll,
    bounds::{MAX_ATTACHMENTS, MAX_EMBEDS, MAX_FORWARD, MAX_FORWARDS, cut, one_line},
};

pub(super) fn carried(message: &Message) -> Carried {
    Carried {
        attachments: attachments(&message.attachments),
        embeds: embeds(&message.embeds),
        stickers: stickers(&message.sticker_items),
        poll: message.poll.as_deref().map(poll),
    }
}

pub(super) fn forwards(snapshots: &[MessageSnapshot]) -> Vec<Forward> {
    let forward = |snapshot: &MessageSnapshot| Forward {
        text: cut(&snapshot.content, MAX_FORWARD),
        carried: Carried {
            attachments: attachments(&snapshot.attachments),
            embeds: embeds(&snapshot.embeds),
            stickers: stickers(&snapshot.sticker_items),
            poll: None,
        },
    };
    snapshots.iter().take(MAX_FORWARDS).map(forward).collect()
}

fn attachments(attachments: &[discord::Attachment]) -> Vec<Attachment> {
    let attachment = |file: &discord::Attachment| {
        let content_type = file.content_type.as_deref();
        Attachment::of(file.id.get(), &file.filename, content_type, file.size.into(), &file.url)
    };
    attachments.iter().take(MAX_ATTACHMENTS).map(attachment).collect()
}

fn embeds(embeds: &[discord::Embed]) -> Vec<Embed> {
    let embed = |embed: &discord::Embed| {
        let author = embed.author.as_ref().map(|author| author.name.as_str());
        let description = embed.description.as_deref().unwrap_or_default();
        let footer = embed.footer.as_ref().map_or("", |footer| footer.text.as_str());
        let fields: Vec<String> =
            embed.fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect();
        let mut parts = vec![description];
        parts.extend(fields.iter().map(String::as_str));
        parts.push(footer);
        Embed::of(embed.title.as_deref(), author, &parts)
    };
    embeds.iter().filter_map(embed).take(MAX_EMBEDS).collect()
}

fn stickers(stickers: &[StickerItem]) -> Vec<String> {
    stickers.iter().map(|sticker| one_line(&sticker.name)).collect()
}

fn poll(poll: &DiscordPoll) -> Poll {
    let answers = poll.answers.iter().filter_map(|answer| answer.poll_media.text.as_deref());
    Poll::of(poll.question.text.as_deref().unwrap_or_default(), answers)
}
