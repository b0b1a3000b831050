//! Files that somebody made to hurt, or that broke on the way.

use proptest::prelude::*;
use shared::formats::{self, FileProblem, MAX_BYTES, PngProblem, card, older::shapes};

use super::pngs;

fn png_problem(png: &[u8]) -> PngProblem {
    match card::read(png) {
        Err(FileProblem::Png(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_100_mb_is_refused_by_its_size() {
    let mut large = vec![b' '; 100 << 20];
    assert_eq!(formats::read(&large), Err(FileProblem::TooLarge));
    large[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
    assert_eq!(card::read(&large), Err(FileProblem::TooLarge));
    assert_eq!(formats::file::from_json(&large), Err(FileProblem::TooLarge));
    assert_eq!(shapes::read(&large), Err(FileProblem::TooLarge));
}

#[test]
fn a_bomb_is_not_unpacked() {
    // 64 MiB of spaces in about 64 KiB
    let bomb = pngs::zlib(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 100_000);
    for chunk in [
        pngs::chunk(*b"zTXt", &[b"chara\0\0", &bomb[..]].concat()),
        pngs::chunk(*b"iTXt", &[b"ccv3\0\x01\0\0\0", &bomb[..]].concat()),
    ] {
        assert_eq!(png_problem(&pngs::with_chunks(&[], &[chunk])), PngProblem::Bomb { at: 58 });
    }
    let limit = pngs::zlib(&vec![b' '; MAX_BYTES]);
    let full = pngs::chunk(*b"zTXt", &[b"chara\0\0", &limit[..]].concat());
    assert!(!matches!(card::read(&pngs::with_chunks(&[], &[full])), Err(FileProblem::Png(_))));
}

#[test]
fn a_picture_that_unpacks_to_gigabytes_is_left_out() {
    let card = br#"{"name":"Ada","description":"You are Ada."}"#;
    let text = pngs::text("chara", &pngs::base64(card));
    let mut png = pngs::with_chunks(&[text], &[]);
    // 65535 by 65535
    png[16..24].copy_from_slice(b"\0\0\xff\xff\0\0\xff\xff");
    let sum = crc32fast::hash(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&sum);
    let read = card::read(&png).unwrap();
    assert_eq!(read.definition.avatar, None);
    assert!(read.notes[0].to_string().contains("4096 pixels"));
}

#[test]
fn a_broken_png_says_where() {
    let png = pngs::with_chunks(&[pngs::text("chara", b"AAAA")], &[]);
    for end in 8..png.len() {
        let at = match end {
            8..33 => 8,
            33..55 => 33,
            55..80 => 55,
            _ => 80,
        };
        assert_eq!(png_problem(&png[..end]), PngProblem::CutOff { at }, "cut at {end}");
    }
    let mut damaged = png.clone();
    damaged[45] ^= 1;
    assert_eq!(png_problem(&damaged), PngProblem::Checksum { at: 33 });
    let mut headless = png[..8].to_vec();
    headless.extend(&png[33..]);
    assert_eq!(png_problem(&headless), PngProblem::Malformed { at: 8 });
    let long = [&png[..33], &b"\xff\xff\xff\xfftEXt"[..]].concat();
    assert_eq!(png_problem(&long), PngProblem::Malformed { at: 33 });
    for text in [
        pngs::chunk(*b"zTXt", b"chara\0\x01x"),
        pngs::chunk(*b"zTXt", b"chara\0\0no zlib"),
        pngs::chunk(*b"iTXt", b"chara\0\x02\0\0\0x"),
    ] {
        assert_eq!(png_problem(&pngs::with_chunks(&[text], &[])), PngProblem::Packed { at: 33 });
    }
    let short = pngs::chunk(*b"iTXt", b"chara\0\0");
    assert_eq!(png_problem(&pngs::with_chunks(&[short], &[])), PngProblem::Malformed { at: 33 });
}

#[test]
fn json_that_is_nested_too_deep_is_refused() {
    let deep = format!("{{\"name\":\"Ada\",\"x\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(formats::read(deep.as_bytes()).unwrap_err().to_string().contains("line 1, column"));
}

#[test]
fn what_no_database_holds_is_taken_out() {
    let card = br#"{"name":"Ada","description":"You\u0000 are Ada.","a\u0000b":["\u0000"]}"#;
    let read = formats::read(card).unwrap().definition;
    assert_eq!(read.system_prompt, "You are Ada.");
    assert_eq!(read.custom_fields["card"]["ab"][0], "");
}

proptest! {
    #[test]
    fn no_bytes_upset_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = formats::read(&bytes);
        let _ = card::read(&bytes);
        let _ = formats::file::from_json(&bytes);
        let _ = shapes::read(&bytes);
    }

    #[test]
    fn no_chunks_upset_a_reader(
        kinds in prop::collection::vec("(tEXt|zTXt|iTXt|IDAT|eXIf)", 0..4),
        datas in prop::collection::vec(
            ("(chara|ccv3|x)", prop::collection::vec(any::<u8>(), 0..60)),
            4,
        ),
    ) {
        let chunks: Vec<_> = kinds
            .iter()
            .zip(datas)
            .map(|(kind, (keyword, data))| {
                let kind = kind.as_bytes().try_into().unwrap();
                pngs::chunk(kind, &[keyword.as_bytes(), b"\0", &data].concat())
            })
            .collect();
        let _ = formats::read(&pngs::with_chunks(&chunks, &[]));
    }

    #[test]
    fn no_json_upsets_a_reader(value in super::any_json(), text in "[^\\x00]{0,12}") {
        for field in ["name", "data", "description", "aliases", "model", "avatar", "custom_fields", "engine_top_k", "birthday"] {
            for format in ["troupe-personality", "x"] {
                let json = serde_json::json!({
                    "format": format, "name": "Ada", "system_prompt": text, "jailbreak": text, field: value,
                });
                let json = serde_json::to_vec(&json).unwrap();
                let _ = formats::read(&json);
                let _ = shapes::read(&json);
            }
        }
    }
}
