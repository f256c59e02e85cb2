//! Files that are cut, flipped or absurd: always an error or a true picture, never a panic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use fiber_image::{DecodeError, Limits, decode, decode_mask};
use proptest::prelude::*;

/// Small enough that nothing above some megabytes may be asked for.
const LIMITS: Limits =
    Limits { max_width: 4096, max_height: 4096, max_pixels: 1 << 20, max_file_bytes: 1 << 24 };

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let extension = path.extension().unwrap();
        ["png", "jpg", "bmp", "tif"].iter().any(|wanted| extension == *wanted)
    });
    paths.sort();
    assert!(paths.len() > 45);
    paths
        .iter()
        .map(|path| (path.file_name().unwrap().display().to_string(), fs::read(path).unwrap()))
        .collect()
}

fn one_line(error: &DecodeError) {
    let message = error.to_string();
    assert!(!message.is_empty() && message.len() < 500, "{message}");
    assert!(!message.chars().any(char::is_control), "{message:?}");
}

/// A cut file is an error, unless all of its pixels were there.
#[test]
fn cut_files_never_give_another_picture() {
    for (name, bytes) in fixtures() {
        let whole = decode(&bytes, &name, &LIMITS).unwrap().luma().to_plane();
        let mut accepted = 0;
        let step = (bytes.len() / 400).max(1);
        for length in (0..bytes.len()).step_by(step).chain([bytes.len() - 2, bytes.len() - 1]) {
            match decode(&bytes[..length], &name, &LIMITS) {
                Ok(face) => {
                    assert!(face.luma().to_plane() == whole, "{name} cut to {length}");
                    accepted += 1;
                }
                Err(error) => one_line(&error),
            }
        }
        let trailing = accepted as f64 * step as f64 / bytes.len() as f64;
        // TIFF and BMP may end in what no pixel needs: tags, further pages, padding.
        let format = &name[name.len() - 3..];
        assert!(format == "tif" || trailing < 0.01, "{name}: {accepted} cuts were accepted");
        assert!(!matches!(format, "png" | "jpg") || accepted == 0, "{name}");
    }
}

#[test]
fn files_cut_in_half_are_called_incomplete() {
    for (name, bytes) in fixtures() {
        // A TIFF may keep its directory, or the pages after the first, in the second half.
        match decode(&bytes[..bytes.len() / 2], &name, &LIMITS) {
            Err(DecodeError::Truncated { .. }) => {}
            Ok(_) if name == "grey8_pages.tif" => {}
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Overwrites `bytes` at `at`.
fn patched(bytes: &[u8], at: usize, patch: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures().into_iter().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn absurd_sizes_are_refused_by_their_number() {
    let png = fixture("grey8_plain.png");
    let bmp = fixture("rgb8_plain.bmp");
    let jpeg = fixture("jpeg_420.jpg");
    let tiff = fixture("grey4_plain.tif");
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap() + 5;
    for limits in [LIMITS, Limits::default()] {
        for (name, bytes) in [
            ("png", patched(&png, 16, &[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])),
            ("png", patched(&png, 16, &[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])),
            ("bmp", patched(&bmp, 18, &[0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0])),
            ("jpeg", patched(&jpeg, frame, &[0xFF, 0xFF, 0xFF, 0xFF])),
            ("tiff", {
                let wide = patched(&tiff, 18, &[0xFF, 0xFF, 0xFF, 0xFF]);
                patched(&wide, 30, &[0xFF, 0xFF, 0xFF, 0xFF])
            }),
        ] {
            let error = decode(&bytes, name, &limits).unwrap_err();
            let DecodeError::TooLarge { quantity, value, limit } = error else {
                panic!("{name}: {error}")
            };
            assert_eq!((quantity, limit), ("width in px", limits.max_width.into()), "{name}");
            assert!(value >= 65535, "{name}: {value}");
        }
        // Each side is allowed, their product is not.
        let side = limits.max_width - 1;
        let [a, b, c, d] = side.to_be_bytes();
        let error = decode(&patched(&png, 16, &[a, b, c, d, a, b, c, d]), "", &limits).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { quantity: "number of pixels", .. }));
    }
    let bytes = patched(&bmp, 18, &[0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]);
    assert!(decode(&bytes, "bmp", &LIMITS).is_err());
    // Zero is no size either.
    assert!(decode(&patched(&png, 16, &[0; 8]), "png", &LIMITS).is_err());
    assert!(decode(&patched(&bmp, 18, &[0; 8]), "bmp", &LIMITS).is_err());
    assert!(decode(&patched(&jpeg, frame, &[0; 4]), "jpeg", &LIMITS).is_err());
    assert!(decode(&patched(&tiff, 18, &[0; 4]), "tiff", &LIMITS).is_err());
}

#[test]
fn absurd_tiff_directories_are_refused() {
    let tiff = fixture("grey4_plain.tif");
    // Offset of the directory, count of its entries, samples a pixel.
    assert!(decode(&patched(&tiff, 4, &[0xFF; 4]), "", &LIMITS).is_err());
    assert!(decode(&patched(&tiff, 8, &[0xFF; 2]), "", &LIMITS).is_err());
    assert!(decode(&patched(&tiff, 90, &[0xFF, 0xFF, 0, 0]), "", &LIMITS).is_err());
    let big = fixture("grey8_big_tiff.tif");
    let at = u64::from_le_bytes(big[8..16].try_into().unwrap()) as usize;
    assert!(decode(&patched(&big, 8, &[0xFF; 8]), "", &LIMITS).is_err());
    assert!(decode(&patched(&big, at, &[0xFF; 8]), "", &LIMITS).is_err());
}

#[test]
fn unknown_contents_are_no_images() {
    for bytes in [&b"hello"[..], b"\x89PN", b"\xFF", &[0; 1000], b"   ", b"%PDF-1.4", b"\x93NUMPY"]
    {
        let error = decode(bytes, "", &LIMITS).unwrap_err();
        assert!(matches!(error, DecodeError::UnknownContent), "{error}");
    }
    assert!(matches!(decode(b"", "", &LIMITS), Err(DecodeError::Empty)));
    assert!(matches!(decode_mask(b"", &LIMITS), Err(DecodeError::Empty)));
    for bytes in [&b"\xFF\xD8"[..], b"\xFF\xD8\xFF\xD9", b"BM", b"II*\0", b"\x89PNG\r\n\x1a\n"] {
        let error = decode(bytes, "", &LIMITS).unwrap_err();
        assert!(matches!(error, DecodeError::Truncated { .. }), "{error}");
    }
}

/// The parser quotes the whole header with a mark under the fault.
#[test]
fn messages_about_npy_headers_stay_short() {
    let mut header = format!("{{'descr': '|u1', {}\x01}}", " ".repeat(900)).into_bytes();
    header.push(b'\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header);
    one_line(&decode_mask(&file, &LIMITS).unwrap_err());
}

#[test]
fn deep_npy_headers_are_refused() {
    for (open, length) in [("(", 1000), ("{", 1000), ("[", 1000), ("(", 60000)] {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((length as u16).to_le_bytes());
        bytes.extend(open.repeat(length).bytes());
        assert!(decode_mask(&bytes, &LIMITS).is_err());
    }
    // A header of 4 GiB in a file of a few bytes.
    let bytes = b"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}";
    assert!(decode_mask(bytes, &LIMITS).is_err());
    // Shapes that overflow.
    for shape in ["18446744073709551615, 2", "4294967296, 4294967296", "0, 5", "-1, 5"] {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.bytes());
        let error = decode_mask(&bytes, &LIMITS).unwrap_err();
        one_line(&error);
    }
}

/// Frame grabbers leave stray bytes between segments, and leftovers behind the end.
#[test]
fn stray_bytes_in_jpegs_change_nothing() {
    for name in ["jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_restart.jpg"] {
        let bytes = fixture(name);
        let whole = decode(&bytes, name, &LIMITS).unwrap().luma().to_plane();
        let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        for stray in [&[0x00][..], &[0x41, 0x00, 0xFF, 0x00], &[0xFF, 0xFF]] {
            let strayed = [&bytes[..scan], stray, &bytes[scan..], &[0xFF, 0xC0, 7, 9]].concat();
            let face = decode(&strayed, name, &LIMITS).unwrap_or_else(|error| panic!("{error}"));
            assert!(face.luma().to_plane() == whole, "{name}");
        }
    }
}

/// Decoders would fill the rest of such a picture with grey.
#[test]
fn jpegs_whose_scans_end_early_are_refused() {
    for (name, bytes) in fixtures().into_iter().filter(|(name, _)| name.ends_with("jpg")) {
        let scan = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        let end = bytes.len() - 2;
        let missing = (end - scan) / 4;
        let early = [&bytes[..end - missing], &[0xFF, 0xD9]].concat();
        assert!(decode(&early, &name, &LIMITS).is_err(), "{name}");
        let hole = [&bytes[..scan + 40], &bytes[scan + 40 + missing..]].concat();
        assert!(decode(&hole, &name, &LIMITS).is_err(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn flipped_bytes_never_panic(
        index in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        header_only in any::<bool>(),
    ) {
        thread_local! { static FIXTURES: Vec<(String, Vec<u8>)> = fixtures(); }
        let (name, mut bytes) = FIXTURES.with(|all| index.get(all).clone());
        let reach = if header_only { bytes.len().min(200) } else { bytes.len() };
        for (at, value) in flips {
            bytes[at.index(reach)] = value;
        }
        match decode(&bytes, &name, &LIMITS) {
            Ok(face) => {
                let (width, height) = face.luma().dimensions();
                prop_assert!(width * height <= 1 << 20);
            }
            Err(error) => one_line(&error),
        }
    }

    #[test]
    fn flipped_masks_never_panic(
        flips in prop::collection::vec((0_usize..300, any::<u8>()), 1..6),
    ) {
        let plane = fiber_image::Plane::filled(20, 10, 255_u8).unwrap();
        let mut bytes = fiber_image::encode_npy(plane.view()).unwrap();
        for (at, value) in flips {
            bytes[at] = value;
        }
        if let Err(error) = decode_mask(&bytes, &LIMITS) {
            one_line(&error);
        }
    }

    #[test]
    fn arbitrary_bytes_behind_a_signature_never_panic(
        magic in prop::sample::select(vec![
            &b"\x89PNG\r\n\x1a\n"[..], b"\xFF\xD8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"{",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [magic, &tail].concat();
        if let Err(error) = decode(&bytes, "", &LIMITS) {
            one_line(&error);
        }
    }
}
