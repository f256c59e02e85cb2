//! Real microscope files, which stay out of the project: skipped where they are absent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use fiber_image::{DecodeError, Depth, Limits, decode, image_files, read, sha256_hex};

#[expect(clippy::print_stderr, reason = "a skipped test has to be seen")]
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    if !path.is_dir() {
        eprintln!("skipped: {name} is not here");
        return None;
    }
    Some(path)
}

#[test]
fn every_real_file_decodes_to_a_plausible_picture() {
    let Some(folder) = shared("endfaces") else { return };
    let files = image_files(folder, Depth::Tree).unwrap();
    let files: Vec<_> = files.iter().filter(|path| path.extension().unwrap() != "json").collect();
    assert!(files.len() >= 112);
    for path in files {
        let face = read(path, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
        let pixels = face.into_parts().0.into_pixels();
        let count = pixels.len() as f64;
        let mean = pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count;
        let square = pixels.iter().map(|&pixel| f64::from(pixel).powi(2)).sum::<f64>() / count;
        let spread = (square - mean * mean).sqrt();
        assert!((20.0..220.0).contains(&mean) && spread > 2.0, "{path:?}: {mean}, {spread}");
    }
}

/// Means and standard deviations of `cv2.imread(file, 0)`, OpenCV 5.0.0.
#[test]
fn means_and_spreads_are_those_of_opencv() {
    let Some(folder) = shared("endfaces") else { return };
    for (name, mean, spread) in [
        ("darkfield/04_s.bmp", 36.2037, 3.1722),
        ("darkfield/35_s.bmp", 36.9459, 2.9302),
        ("dscope50/J65371-417037B.jpg", 138.1368, 14.1049),
        ("dscope50/J65534FT9.jpg", 182.5842, 25.7454),
        ("dscope91/J67691-FT53.jpg", 184.3002, 29.4527),
        ("pal/DSCN0032.JPG", 138.5627, 36.7411),
        ("pal/DSCN0084.JPG", 135.8166, 32.2249),
    ] {
        let pixels = read(folder.join(name), &Limits::default()).unwrap().into_parts().0;
        let pixels: Vec<f64> = pixels.pixels().iter().copied().map(f64::from).collect();
        let count = pixels.len() as f64;
        let found = pixels.iter().sum::<f64>() / count;
        let variance = pixels.iter().map(|pixel| (pixel - found).powi(2)).sum::<f64>() / count;
        assert!((found - mean).abs() < 0.02, "{name}: mean {found}, not {mean}");
        assert!((variance.sqrt() - spread).abs() < 0.02, "{name}: {}", variance.sqrt());
    }
}

/// SHA-256 of the luma as NumPy 2.4.6 computes it from `cv2.imread(file, -1)`.
#[test]
fn golden_pictures_are_read_exactly() {
    let Some(folder) = shared("golden/images") else { return };
    for (name, digest) in [
        ("DSCN0016.png", "eb8ae2a49d57feda413320943cf4d7c8bd8aa6be64fd4faf86970469beadc296"),
        ("DSCN0018.png", "ff03ce0664cbd3b9fc2c33dbb43ded99f9f1c3e2640fe790c22efc6e584a2450"),
        ("DSCN0021.png", "d64fcc99894a7833146c0ca4ace4ee227731c785f7f231b190100f54911395c2"),
        ("J65371-417037B.png", "9b8748a014358d752b3dccf7940e8ef7f398b3b239d53f603221742601b0d547"),
        ("J65371-417039B.png", "31eb7c34fbea085cc477cfba27636aab554c1eaa62f4d2c80c4c6a1cc0e68c2c"),
        ("J65539-FT53.png", "cf386210f92ef8243c91bbb3728a1742562bf04b511baeb6b3357c15d82e5402"),
        ("constant_96x64.png", "f0ee8e20e7f363ce486d94ba89a9f4f94e9dd16c0b869cf997036a4867627d7c"),
        (
            "gradient_colour_80x60.png",
            "8d47322a3ba5e846a5045f79f4ce3d2cdd996661d086b5497022a7838c4f346f",
        ),
        ("noise_129x97.png", "b882e60a03a9ef695131f2836c2c68bcdfe300ac82a4e7a39f37328b596ab497"),
        ("rings_150x120.png", "17490b248ae39e6592ab0c00aee6326acdb4d478a2a3e38aa8bbd735807d22d6"),
    ] {
        let face = read(folder.join(name), &Limits::default()).unwrap();
        assert_eq!(sha256_hex(face.into_parts().0.pixels()), digest, "{name}");
    }
}

/// The golden PNGs of real faces are OpenCV's decoding of these JPEGs.
#[test]
fn real_jpegs_are_pixel_for_pixel_near_opencv() {
    let (Some(faces), Some(golden)) = (shared("endfaces"), shared("golden/images")) else { return };
    for (jpeg, png) in [
        ("pal/DSCN0016.JPG", "DSCN0016.png"),
        ("pal/DSCN0021.JPG", "DSCN0021.png"),
        ("dscope50/J65371-417037B.jpg", "J65371-417037B.png"),
        ("dscope91/J65539-FT53.jpg", "J65539-FT53.png"),
    ] {
        let ours = read(faces.join(jpeg), &Limits::default()).unwrap().into_parts().0;
        let theirs = read(golden.join(png), &Limits::default()).unwrap().into_parts().0;
        let pairs = ours.pixels().iter().zip(theirs.pixels());
        let worst = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(worst <= 2, "{jpeg}: {worst} grey levels");
    }
}

/// These cameras pad their files with leftovers of older ones; only what is before counts.
#[test]
fn a_real_padded_file_is_refused_once_cut_before_its_end() {
    let Some(folder) = shared("endfaces") else { return };
    let bytes = std::fs::read(folder.join("pal/DSCN0001.JPG")).unwrap();
    let end = 18429;
    assert_eq!(bytes[end - 2..end], [0xFF, 0xD9]);
    assert!(decode(&bytes[..end], "whole.jpg", &Limits::default()).is_ok());
    for length in [end - 1, end - 2, end - 500, end / 2, 700, 20] {
        let refused = decode(&bytes[..length], "cut.jpg", &Limits::default()).unwrap_err();
        assert!(matches!(refused, DecodeError::Truncated { .. }), "{length}: {refused}");
        // Zeros up to the full length, as an interrupted copy leaves them.
        let mut padded = bytes[..length].to_vec();
        padded.resize(bytes.len(), 0);
        assert!(decode(&padded, "cut.jpg", &Limits::default()).is_err(), "{length}");
        // An end marker alone does not make it whole.
        let mut ended = bytes[..length.min(end - 40)].to_vec();
        ended.extend([0xFF, 0xD9]);
        assert!(decode(&ended, "cut.jpg", &Limits::default()).is_err(), "{length}");
    }
}
