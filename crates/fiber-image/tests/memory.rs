//! No header makes the decoders take more memory than the limits allow.
//!
//! One test in a process of its own, since it measures the memory of the whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use fiber_image::{Limits, decode, decode_mask};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const LIMITS: Limits =
    Limits { max_width: 4096, max_height: 4096, max_pixels: 1 << 16, max_file_bytes: 1 << 20 };

/// 16 bytes a pixel and 16 MiB for tables are what a decoder may take; plus the file's own copies.
const ALLOWED: usize = (16 << 16) + (16 << 20) + (2 << 20);

/// The peak of memory taken by `work` beyond what was taken before.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

#[test]
fn no_allocation_exceeds_the_limits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut worst = 0;
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap().display().to_string();
        if !["png", "jpg", "bmp", "tif", "npy"].contains(&extension.as_str()) {
            continue;
        }
        files += 1;
        let bytes = fs::read(&path).unwrap();
        // Every 16- and 32-bit field of the header becomes large in turn, in either byte order.
        for at in 2..bytes.len().min(250) {
            for patch in [&[0xFF; 2][..], &[0xFF; 4], &[0, 0, 1, 0]] {
                let mut bytes = bytes.clone();
                for (byte, value) in bytes[at..].iter_mut().zip(patch) {
                    *byte = *value;
                }
                let used = peak(|| match extension.as_str() {
                    "npy" => drop(decode_mask(&bytes, &LIMITS)),
                    _ => drop(decode(&bytes, "x", &LIMITS)),
                });
                assert!(used <= ALLOWED, "{}: {used} bytes, patched at {at}", path.display());
                worst = worst.max(used);
            }
        }
    }
    assert!(files > 60 && worst > 37 * 29, "the measure does not work: {worst}");

    let absurd = br#"{"pixels": [], "image_dimensions": {"width": 4e9, "height": 4000000000}}"#;
    let used = peak(|| assert!(decode(absurd, "x", &LIMITS).is_err()));
    assert!(used < 10_000, "{used}");
}
