//! PNGs made by hand.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk, with its sum.
pub(super) fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let typed = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &typed, &crc32fast::hash(&typed).to_be_bytes()].concat()
}

/// A picture of one pixel, with these chunks before its data and after.
pub(super) fn with_chunks(before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    // 1 by 1, 8 bits of grey
    let header = chunk(*b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    // zlib, stored: no filter, black
    let data = chunk(*b"IDAT", b"\x78\x01\x01\x02\0\xfd\xff\0\0\0\x02\0\x01");
    let parts =
        [vec![header], before.to_vec(), vec![data], after.to_vec(), vec![chunk(*b"IEND", b"")]];
    [SIGNATURE.to_vec(), parts.concat().concat()].concat()
}

pub(super) fn picture() -> Vec<u8> {
    with_chunks(&[], &[])
}

/// Kinds and data of all chunks.
pub(super) fn chunks(png: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut rest = png.strip_prefix(SIGNATURE).unwrap();
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_be_bytes(rest[..4].try_into().unwrap())).unwrap();
        chunks.push((String::from_utf8_lossy(&rest[4..8]).into(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

pub(super) fn text(keyword: &str, text: &[u8]) -> Vec<u8> {
    chunk(*b"tEXt", &[keyword.as_bytes(), b"\0", text].concat())
}

pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
