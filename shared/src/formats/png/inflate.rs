//! Packed texts, unpacked no further than a card may be long.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::PngProblem;
use crate::formats::MAX_BYTES;

/// What the zlib stream of the chunk at `at` holds.
pub(super) fn inflate(packed: &[u8], at: usize) -> Result<Vec<u8>, PngProblem> {
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    let mut unpacked = ZlibDecoder::new(packed).take(limit + 1);
    unpacked.read_to_end(&mut text).map_err(|_| PngProblem::Packed { at })?;
    if text.len() > MAX_BYTES { Err(PngProblem::Bomb { at }) } else { Ok(text) }
}
