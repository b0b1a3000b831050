//! `tEXt`, `zTXt` and `iTXt`: texts under a keyword.

use std::borrow::Cow;

use super::{
    PngProblem,
    chunks::{Chunk, chunks, join, written},
    inflate::inflate,
};

/// The keywords under which a card lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Keyword {
    /// V1 and V2.
    Chara,
    /// V3.
    Ccv3,
}

/// Files that a V3 card may bring along, each under this and a path.
const ASSETS: &[u8] = b"chara-ext-asset_:";

impl Keyword {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Chara => b"chara",
            Self::Ccv3 => b"ccv3",
        }
    }
}

/// The first text under `keyword`, unpacked.
pub(in crate::formats) fn text(
    file: &[u8],
    keyword: Keyword,
) -> Result<Option<Cow<'_, [u8]>>, PngProblem> {
    let chunks = chunks(file)?;
    let mut found = chunks.iter().filter(|chunk| keyword_of(chunk) == Some(keyword.bytes()));
    found.next().map(|chunk| content(chunk)).transpose()
}

/// The same picture with these texts: those of the cards before are gone, all else is as it was.
pub(in crate::formats) fn with_texts(
    file: &[u8],
    texts: &[(Keyword, &str)],
) -> Result<Vec<u8>, PngProblem> {
    let written: Vec<_> = texts
        .iter()
        .map(|(keyword, text)| {
            written(*b"tEXt", &[keyword.bytes(), b"\0", text.as_bytes()].concat())
        })
        .collect();
    let chunks = chunks(file)?;
    let mut kept: Vec<&[u8]> =
        chunks.iter().filter(|chunk| !is_card(chunk)).map(|chunk| chunk.whole).collect();
    // before the end, where most programs write them
    let end = kept.len().saturating_sub(1);
    kept.splice(end..end, written.iter().map(Vec::as_slice));
    Ok(join(kept))
}

/// The picture alone: whoever sees it does not get the card along.
pub(in crate::formats) fn without_cards(file: &[u8]) -> Result<Vec<u8>, PngProblem> {
    with_texts(file, &[])
}

fn is_card(chunk: &Chunk<'_>) -> bool {
    keyword_of(chunk).is_some_and(|keyword| {
        let cards = [Keyword::Chara, Keyword::Ccv3];
        cards.iter().any(|card| card.bytes() == keyword) || keyword.starts_with(ASSETS)
    })
}

fn keyword_of<'a>(chunk: &Chunk<'a>) -> Option<&'a [u8]> {
    let is_text = matches!(&chunk.kind, b"tEXt" | b"zTXt" | b"iTXt");
    let end = chunk.data.iter().position(|byte| *byte == 0)?;
    is_text.then(|| &chunk.data[..end])
}

/// What stands behind the keyword.
fn content<'a>(chunk: &Chunk<'a>) -> Result<Cow<'a, [u8]>, PngProblem> {
    let at = chunk.at;
    let malformed = PngProblem::Malformed { at };
    let (_, rest) = split_at_nul(chunk.data).ok_or(malformed)?;
    match &chunk.kind {
        b"tEXt" => Ok(Cow::Borrowed(rest)),
        b"zTXt" => match rest {
            [0, packed @ ..] => Ok(Cow::Owned(inflate(packed, at)?)),
            _ => Err(PngProblem::Packed { at }),
        },
        _ => {
            let [is_packed, method, rest @ ..] = rest else { return Err(malformed) };
            let (_language, rest) = split_at_nul(rest).ok_or(malformed)?;
            let (_translated_keyword, text) = split_at_nul(rest).ok_or(malformed)?;
            match (is_packed, method) {
                (0, _) => Ok(Cow::Borrowed(text)),
                (1, 0) => Ok(Cow::Owned(inflate(text, at)?)),
                _ => Err(PngProblem::Packed { at }),
            }
        }
    }
}

fn split_at_nul(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.iter().position(|byte| *byte == 0)?;
    Some((&data[..end], &data[end + 1..]))
}
