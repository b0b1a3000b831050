//! Pictures, known by their bytes.
//!
//! Nobody's word is taken for what a file is, and nothing is decoded: the kind and the size stand in
//! the first bytes, so a picture that would unpack to gigabytes is refused without unpacking it.

use sha2::{Digest, Sha256};

/// The largest picture that is kept.
const MAX_BYTES: usize = 2 << 20;
/// The longest side of one, in pixels.
const MAX_SIDE: u32 = 4096;

/// A picture that is kept by us.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it is, by its first bytes.
    pub kind: PictureKind,
    /// All of it.
    pub bytes: Vec<u8>,
}

crate::model::text_enum! {
    /// The kinds of pictures that Discord shows.
    pub enum PictureKind {
        /// PNG.
        Png = "png",
        /// JPEG.
        Jpeg = "jpeg",
        /// GIF.
        Gif = "gif",
        /// WebP.
        Webp = "webp",
    }
}

/// Why a file can't be a picture of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureProblem {
    /// It begins like none of the kinds.
    #[error("it is no PNG, JPEG, GIF or WebP picture")]
    NoPicture,
    /// It begins like one, and says no size.
    #[error("it begins like a picture, but is broken")]
    Broken,
    /// Too many bytes.
    #[error("it is larger than 2 MiB")]
    TooLarge,
    /// Too many pixels.
    #[error("it is wider or higher than 4096 pixels")]
    TooWide,
}

impl Picture {
    /// The most bytes that a picture may have.
    pub const MAX_BYTES: usize = MAX_BYTES;

    /// Looks at what the bytes are.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PictureProblem> {
        let kind = PictureKind::of(&bytes).ok_or(PictureProblem::NoPicture)?;
        if bytes.len() > MAX_BYTES {
            return Err(PictureProblem::TooLarge);
        }
        let (width, height) = kind.size(&bytes).ok_or(PictureProblem::Broken)?;
        if width == 0 || height == 0 {
            return Err(PictureProblem::Broken);
        }
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(PictureProblem::TooWide);
        }
        Ok(Self { kind, bytes })
    }

    /// Stands for these bytes in an address, so that a changed picture has another one.
    #[must_use]
    pub fn hash(&self) -> String {
        hex::encode(&Sha256::digest(&self.bytes)[..16])
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl PictureKind {
    /// The kind that bytes begin like.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// How a browser is told.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// How a file of it is called.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png | Self::Gif | Self::Webp => self.as_str(),
        }
    }

    /// Width and height, as the header says.
    #[must_use]
    pub fn size(self, bytes: &[u8]) -> Option<(u32, u32)> {
        match self {
            Self::Png => png_size(bytes),
            Self::Jpeg => jpeg_size(bytes),
            Self::Gif => Some((little(bytes, 6, 2)?, little(bytes, 8, 2)?)),
            Self::Webp => webp_size(bytes),
        }
    }
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// Walks over the segments to the first that begins a frame.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        (*bytes.get(at)? == 0xff).then_some(())?;
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            // frames; DHT, JPG and DAC lie between them
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            // the picture itself, or its end: no frame came
            0xd8..=0xda => return None,
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => at += 2 + usize::try_from(big(bytes, at + 2, 2)?.max(2)).ok()?,
        }
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            (*bytes.get(20)? == 0x2f).then_some(())?;
            let packed = little(bytes, 21, 4)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => {
            (bytes.get(23..26)? == b"\x9d\x01\x2a").then_some(())?;
            Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff))
        }
        _ => None,
    }
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    fn kind(bytes: &[u8]) -> Result<PictureKind, PictureProblem> {
        Picture::from_bytes(bytes.to_vec()).map(|picture| picture.kind)
    }

    #[test]
    fn each_kind_is_known_by_its_bytes() {
        assert_eq!(kind(&png(64, 64)), Ok(PictureKind::Png));
        assert_eq!(kind(b"GIF89a\x10\x00\x20\x00"), Ok(PictureKind::Gif));
        let jpeg =
            b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc4\x00\x03x\xff\xff\xc2\x00\x0b\x08\x00\x10\x00\x20";
        assert_eq!(kind(jpeg), Ok(PictureKind::Jpeg));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x10\x00\x20\x00";
        assert_eq!(kind(lossy), Ok(PictureKind::Webp));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x0f\xc0\x07\x00";
        assert_eq!(kind(lossless), Ok(PictureKind::Webp));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0";
        assert_eq!(kind(extended), Ok(PictureKind::Webp));
    }

    #[test]
    fn what_is_none_or_too_much_is_refused() {
        use PictureProblem as P;
        assert_eq!(kind(b""), Err(P::NoPicture));
        assert_eq!(kind(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Err(P::NoPicture));
        assert_eq!(kind(b"RIFF\0\0\0\0WAVE"), Err(P::NoPicture));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n"), Err(P::Broken));
        assert_eq!(kind(b"\xff\xd8\xff\xd9"), Err(P::Broken));
        assert_eq!(kind(&png(0, 64)), Err(P::Broken));
        assert_eq!(kind(&png(100_000, 100_000)), Err(P::TooWide));
        assert_eq!(kind(&png(4097, 1)), Err(P::TooWide));
        let mut large = png(64, 64);
        large.resize(MAX_BYTES + 1, 0);
        assert_eq!(kind(&large), Err(P::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_look(head in 0_usize..5, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let heads: [&[u8]; 5] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X"];
            let bytes = [heads[head], &bytes].concat();
            if let Ok(picture) = Picture::from_bytes(bytes) {
                prop_assert_eq!(picture.hash().len(), 32);
            }
        }
    }
}
