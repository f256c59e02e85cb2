//! Every supported variant of every format, against luma computed by other libraries.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use fiber_image::{DecodeError, Format, Limits, Plane, decode, decode_mask, read, read_mask};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn expected(name: &str) -> Plane<u8> {
    read_mask(fixtures().join(name), &Limits::default()).unwrap()
}

/// Fixtures with one of these extensions.
fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| extensions.iter().any(|wanted| path.extension().unwrap() == *wanted))
        .collect();
    files.sort();
    files
}

#[test]
fn lossless_files_give_the_luma_of_their_colours() {
    let files = files(&["png", "bmp", "tif"]);
    assert!(files.len() > 35, "{} fixtures", files.len());
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let face = read(&path, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
        let content = name.split_once('_').unwrap().0;
        assert!(face.luma().to_plane() == expected(&format!("{content}.npy")), "{name}");
    }
}

#[test]
fn jpeg_files_are_near_what_another_decoder_gives() {
    let files = files(&["jpg"]);
    assert_eq!(files.len(), 10);
    for path in files {
        let face = read(&path, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
        let expected = expected(path.with_extension("npy").to_str().unwrap());
        let (luma, _) = face.into_parts();
        let pairs = luma.pixels().iter().zip(expected.pixels());
        let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
        let worst = differences.iter().max().unwrap();
        let mean =
            differences.iter().map(|&d| f64::from(d)).sum::<f64>() / differences.len() as f64;
        // Decoders round the cosine transform and stretch subsampled colour in their own ways.
        let name = path.file_name().unwrap().to_str().unwrap();
        let (worst_allowed, mean_allowed) = if name.contains("cmyk") { (4, 1.5) } else { (8, 0.5) };
        assert!(*worst <= worst_allowed && mean <= mean_allowed, "{name}: {worst}, {mean}");
    }
}

#[test]
fn metadata_tell_what_was_stored() {
    let stored = |name: &str| {
        let face = read(fixtures().join(name), &Limits::default()).unwrap();
        let metadata = face.metadata();
        assert_eq!((metadata.width, metadata.height), (37, 29), "{name}");
        assert_eq!(metadata.file_name, name);
        assert_eq!(metadata.path.as_deref(), Some(fixtures().join(name).as_path()));
        assert_eq!(metadata.skipped_pixels, 0);
        (metadata.format.unwrap(), metadata.channels, metadata.bit_depth)
    };
    assert_eq!(stored("grey8_plain.png"), (Format::Png, 1, 8));
    assert_eq!(stored("grey8_alpha.png"), (Format::Png, 2, 8));
    assert_eq!(stored("rgb16_alpha.png"), (Format::Png, 4, 16));
    assert_eq!(stored("bilevel_plain.png"), (Format::Png, 1, 1));
    assert_eq!(stored("palette8_plain.png"), (Format::Png, 3, 8));
    assert_eq!(stored("palette4_plain.png"), (Format::Png, 3, 4));
    assert_eq!(stored("rgb8_plain.bmp"), (Format::Bmp, 3, 8));
    assert_eq!(stored("bilevel_plain.bmp"), (Format::Bmp, 3, 1));
    assert_eq!(stored("grey16_big_endian.tif"), (Format::Tiff, 1, 16));
    assert_eq!(stored("grey16_alpha.tif"), (Format::Tiff, 2, 16));
    assert_eq!(stored("rgb8_planes.tif"), (Format::Tiff, 3, 8));
    assert_eq!(stored("palette4_plain.tif"), (Format::Tiff, 3, 4));
    assert_eq!(stored("bilevel_plain.tif"), (Format::Tiff, 1, 1));
    assert_eq!(stored("jpeg_grey.jpg"), (Format::Jpeg, 1, 8));
    assert_eq!(stored("jpeg_420.jpg"), (Format::Jpeg, 3, 8));

    let face = read(fixtures().join("grey8_plain.png"), &Limits::default()).unwrap();
    let bytes = fs::read(fixtures().join("grey8_plain.png")).unwrap();
    assert_eq!(face.metadata().sha256, fiber_image::sha256_hex(&bytes));
    assert_eq!(decode(&bytes, "x.jpg", &Limits::default()).unwrap().metadata().path, None);
}

#[test]
fn content_counts_not_the_extension() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("face.jpg");
    fs::copy(fixtures().join("rgb8_plain.bmp"), &path).unwrap();
    let face = read(&path, &Limits::default()).unwrap();
    assert_eq!(face.metadata().format, Some(Format::Bmp));
}

#[test]
fn one_pixel_decodes() {
    let bytes = fiber_image::encode_png(Plane::filled(1, 1, 9_u8).unwrap().view()).unwrap();
    let face = decode(&bytes, "dot.png", &Limits::default()).unwrap();
    assert_eq!(face.luma().to_plane().pixels(), [9]);
}

#[test]
fn masks_are_read_in_either_order_and_nothing_else_is() {
    let mask = expected("bilevel.npy");
    assert!(expected("mask_c.npy") == mask && expected("mask_fortran.npy") == mask);
    let bytes = fs::read(fixtures().join("mask_c.npy")).unwrap();
    // NumPy pads its header in the same way, to 128 bytes; only spaces inside differ.
    let written = fiber_image::encode_npy(mask.view()).unwrap();
    assert_eq!(written.len(), bytes.len());
    assert!(written[..10] == bytes[..10] && written[128..] == bytes[128..]);

    let error = |name: &str| {
        let bytes = fs::read(fixtures().join(name)).unwrap();
        decode_mask(&bytes, &Limits::default()).unwrap_err().to_string()
    };
    let kind = "the file is a kind of NPY that is not read: ";
    assert_eq!(error("not_mask_i64.npy"), format!("{kind}the type is '<i8', a mask has '|u1'"));
    assert_eq!(error("not_mask_3d.npy"), format!("{kind}it has 3 axes, a mask has 2"));
    assert_eq!(
        error("grey8_plain.png"),
        "the file is damaged: bad NPY data: the NumPy signature is missing"
    );
    let small = Limits { max_pixels: 1000, ..Limits::default() };
    let refused = decode_mask(&bytes, &small).unwrap_err();
    assert!(matches!(refused, DecodeError::TooLarge { value: 1073, limit: 1000, .. }));
}

#[test]
fn float_matrices_have_the_header_and_order_of_numpy() {
    let bytes = fiber_image::encode_npy(Plane::new(3, 1, vec![0.5, -2.0, 3.0]).unwrap().view());
    let bytes = bytes.unwrap();
    let header =
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3)}";
    assert_eq!(&bytes[..header.len()], header);
    let values: Vec<f64> = bytes[128..]
        .chunks_exact(8)
        .map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap()))
        .collect();
    assert_eq!(values, [0.5, -2.0, 3.0]);
}
