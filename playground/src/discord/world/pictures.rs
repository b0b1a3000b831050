//! How large a picture is, which Discord tells of each.

/// Width and height of a PNG, GIF or JPEG, by its header.
pub(super) fn picture_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if let Some(header) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        let size = header.get(8..16)?;
        return Some((big(size.get(..4)?), big(size.get(4..)?)));
    }
    if bytes.starts_with(b"GIF8") {
        let size = bytes.get(6..10)?;
        let little =
            |at: usize| Some(u32::from(*size.get(at)?) | u32::from(*size.get(at + 1)?) << 8);
        return Some((little(0)?, little(2)?));
    }
    jpeg_size(bytes.strip_prefix(b"\xff\xd8")?)
}

/// Goes from marker to marker, to the one that begins a frame.
fn jpeg_size(mut rest: &[u8]) -> Option<(u32, u32)> {
    loop {
        let (marker, length) = (*rest.get(1)?, big(rest.get(2..4)?));
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((big(rest.get(7..9)?), big(rest.get(5..7)?)));
        }
        rest = rest.get(2 + usize::try_from(length).ok()?..)?;
    }
}

/// A number, its highest byte first.
fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_the_size_and_the_rest_does_not_matter() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x02\0\0\0\x03";
        assert_eq!(picture_size(png), Some((258, 3)));
        assert_eq!(picture_size(b"GIF89a\x02\x01\x03\0rest"), Some((258, 3)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x03\x01\x02";
        assert_eq!(picture_size(jpeg), Some((258, 3)));
        for broken in [&b""[..], b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\x04ab"] {
            assert_eq!(picture_size(broken), None);
        }
    }
}
