//! Compressed gateway frames, in the two ways that clients ask for.
//!
//! `"compress": true` in IDENTIFY makes each large payload a zlib stream of its own; `zlib-stream`
//! in the address makes the whole connection one, flushed after each frame.

use std::io::{self, Write};

use flate2::{Compression, write::ZlibEncoder};

/// Payloads shorter than this go as text.
const WORTH_COMPRESSING: usize = 1_024;

/// How the frames of one connection are packed.
pub(super) enum Packing {
    /// As text.
    Text,
    /// Large ones each for itself.
    PerPayload,
    /// All in one stream.
    Stream(Box<ZlibEncoder<Vec<u8>>>),
}

/// A packed frame.
pub(super) enum Packed {
    Text(String),
    Binary(Vec<u8>),
}

impl Packing {
    /// One stream for a whole connection.
    pub(super) fn stream() -> Self {
        Self::Stream(Box::new(ZlibEncoder::new(Vec::new(), Compression::fast())))
    }

    pub(super) fn pack(&mut self, frame: String) -> io::Result<Packed> {
        match self {
            Self::PerPayload if frame.len() >= WORTH_COMPRESSING => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(frame.as_bytes())?;
                Ok(Packed::Binary(encoder.finish()?))
            }
            Self::Text | Self::PerPayload => Ok(Packed::Text(frame)),
            Self::Stream(encoder) => {
                encoder.write_all(frame.as_bytes())?;
                encoder.flush()?;
                Ok(Packed::Binary(std::mem::take(encoder.get_mut())))
            }
        }
    }
}
