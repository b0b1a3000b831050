//! A picture for a card whose personality has none that a PNG could carry.

/// As wide and as high as the placeholder is.
const SIZE: u32 = 64;
/// Two colours of a curtain, as red, green and blue.
const FOLDS: [[u8; 3]; 2] = [[0x7a, 0x1f, 0x2b], [0x93, 0x2a, 0x38]];

/// A small curtain.
pub(in crate::formats) fn placeholder() -> Vec<u8> {
    let mut file = Vec::new();
    // into memory, of a size that is right: neither can fail
    let _: Result<(), png::EncodingError> = write(&mut file);
    file
}

fn write(file: &mut Vec<u8>) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(file, SIZE, SIZE);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(FOLDS.concat());
    let mut writer = encoder.write_header()?;
    // a bit a pixel, so a byte is a fold of eight
    let row = [0x00, 0xff].repeat(SIZE as usize / 16);
    writer.write_image_data(&row.repeat(SIZE as usize))?;
    writer.finish()
}
