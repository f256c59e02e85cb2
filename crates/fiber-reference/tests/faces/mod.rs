//! Simulated faces for the tests: plain surfaces with a ring, grain and small variations.
#![allow(dead_code, reason = "every test program uses a part")]

use fiber_image::{FaceImage, Plane};
use fiber_reference::{Collection, FrameOptions, LearnOptions, Sample, Threading};

pub(crate) const SIDE: usize = 64;

/// A 64-bit mixer (Steele et al. 2014), for grain that is the same everywhere.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Roughly normal, mean 0, standard deviation 1.
fn noise(seed: u64) -> f64 {
    let uniform =
        |k: u64| (mix(seed.wrapping_mul(12).wrapping_add(k)) >> 11) as f64 / (1_u64 << 53) as f64;
    (0..12).map(uniform).sum::<f64>() - 6.0
}

/// Luma of good face number `seed`: a bright disc, brightness and contrast varying, grain of 2 levels.
pub(crate) fn good_luma(seed: u64) -> Plane<u8> {
    let (shade, step) = (3.0 * noise(seed ^ 0xAAAA), 40.0 + 2.0 * noise(seed ^ 0xBBBB));
    Plane::from_fn(SIDE, SIDE, |x, y| {
        let radius = (x as f64 - 31.5).hypot(y as f64 - 31.5);
        let disc = step / (1.0 + (radius - 20.0).exp());
        let grain = 2.0 * noise(mix(seed).wrapping_add((y * SIDE + x) as u64));
        (100.0 + shade + disc + grain).round().clamp(0.0, 255.0) as u8
    })
    .expect("positive sides")
}

/// The same with a bright spot of 6 x 6 pixels.
pub(crate) fn damaged_luma(seed: u64) -> Plane<u8> {
    let mut luma = good_luma(seed);
    for y in 40..46 {
        for x in 12..18 {
            luma[(x, y)] = luma[(x, y)].saturating_add(70);
        }
    }
    luma
}

pub(crate) fn sample(name: &str, luma: Plane<u8>) -> Sample {
    let face = FaceImage::from_luma(luma, name);
    let hash = &face.metadata().sha256;
    Sample::new(name, hash, face.luma(), None, &FrameOptions::default()).expect("a whole image")
}

pub(crate) fn good(seed: u64) -> Sample {
    sample(&format!("good {seed}"), good_luma(seed))
}

pub(crate) fn good_faces(seeds: std::ops::Range<u64>) -> Collection {
    seeds.map(good).collect()
}

pub(crate) fn options() -> LearnOptions {
    LearnOptions { threading: Threading::CurrentPool, ..LearnOptions::default() }
}
