//! What the bytes of a file are: nobody's word is taken for it. Pure, and nothing is decoded.

use base64::{Engine, engine::general_purpose::STANDARD};
use shared::personality::PictureKind;

use crate::providers::Image;

/// No side is longer, in pixels: what providers take, and no bomb.
const MAX_SIDE: u32 = 8_000;
/// Nor are there more pixels in all.
const MAX_PIXELS: u64 = 40_000_000;

/// A picture, known by its first bytes, of a size that its header says.
pub(super) fn image(bytes: &[u8]) -> Option<Image> {
    let kind = PictureKind::of(bytes)?;
    let (width, height) = kind.size(bytes)?;
    let fits = (1..=MAX_SIDE).contains(&width)
        && (1..=MAX_SIDE).contains(&height)
        && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    fits.then(|| Image { kind, base64: STANDARD.encode(bytes).into() })
}

/// A text: Unicode, and nothing that is in no text.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let read = image(&png(640, 480)).unwrap();
        assert_eq!(read.kind, PictureKind::Png);
        assert_eq!(STANDARD.decode(&*read.base64).unwrap(), png(640, 480));
        for (width, height) in [(8_001, 1), (1, 8_001), (0, 1), (8_000, 8_000)] {
            assert_eq!(image(&png(width, height)), None, "{width} {height}");
        }
        assert_eq!(image(b"<html>"), None);
        assert_eq!(image(&png(1, 1)[..20]), None);
        assert_eq!(image(b""), None);
    }

    #[test]
    fn a_text_is_unicode() {
        assert_eq!(text(b"\xef\xbb\xbfh\xc3\xa9").as_deref(), Some("hé"));
        assert_eq!(text(b"a\0b"), None);
        assert_eq!(text(b"\xff\xfea\0"), None);
    }
}
