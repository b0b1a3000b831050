//! A PNG as the list of chunks that it is (PNG, third edition, section 5).

use super::PngProblem;

/// How every PNG begins.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Length, type and checksum of a chunk.
const FRAME: usize = 12;
/// The longest that a chunk may be.
const LONGEST: u32 = i32::MAX.cast_unsigned();

/// One chunk, where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    /// Where it begins in the file.
    pub(super) at: usize,
    /// Four letters.
    pub(super) kind: [u8; 4],
    /// What it holds.
    pub(super) data: &'a [u8],
    /// All of it, as it stands in the file.
    pub(super) whole: &'a [u8],
}

/// Walks over all chunks, from the first to `IEND`, and checks what is cheap to check: that each
/// lies within the file, and its sum. What follows after the end is no part of the picture.
pub(super) fn chunks(file: &[u8]) -> Result<Vec<Chunk<'_>>, PngProblem> {
    if !file.starts_with(&SIGNATURE) {
        return Err(PngProblem::NotPng);
    }
    let mut chunks = Vec::new();
    let mut at = SIGNATURE.len();
    loop {
        let chunk = chunk(file, at)?;
        let is_header = chunk.kind == *b"IHDR" && chunk.data.len() == 13;
        if chunks.is_empty() != is_header {
            return Err(PngProblem::Malformed { at });
        }
        at += chunk.whole.len();
        let is_end = chunk.kind == *b"IEND";
        chunks.push(chunk);
        if is_end {
            return Ok(chunks);
        }
    }
}

fn chunk(file: &[u8], at: usize) -> Result<Chunk<'_>, PngProblem> {
    let rest = file.get(at..).unwrap_or_default();
    let head: [u8; 8] = rest.first_chunk().copied().ok_or(PngProblem::CutOff { at })?;
    let [a, b, c, d, kind @ ..] = head;
    let length = u32::from_be_bytes([a, b, c, d]);
    if length > LONGEST || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(PngProblem::Malformed { at });
    }
    let length = usize::try_from(length).map_err(|_| PngProblem::Malformed { at })?;
    let whole = rest.get(..FRAME + length).ok_or(PngProblem::CutOff { at })?;
    let (data, sum) = whole[8..].split_at(length);
    if sum != checksum(&whole[4..8 + length]) {
        return Err(PngProblem::Checksum { at });
    }
    Ok(Chunk { at, kind, data, whole })
}

/// Puts the chunks together again.
pub(super) fn join<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut file = SIGNATURE.to_vec();
    chunks.into_iter().for_each(|chunk| file.extend_from_slice(chunk));
    file
}

/// The bytes of a new chunk. What we write is far shorter than a chunk may be.
pub(super) fn written(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(LONGEST);
    let mut whole = length.to_be_bytes().to_vec();
    whole.extend_from_slice(&kind);
    whole.extend_from_slice(data);
    let sum = checksum(&whole[4..]);
    whole.extend_from_slice(&sum);
    whole
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    crc32fast::hash(bytes).to_be_bytes()
}
