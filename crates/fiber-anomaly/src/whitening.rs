//! Weighs a residual by the inverse of its noise's power spectrum.

use std::f64::consts::{LN_2, TAU};

use fiber_filters::correlate;
use fiber_image::{Plane, PlaneView};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

/// Side in pixels of the tiles whose spectra are taken; the kernel reaches half of it to each side.
const TILE: usize = 16;
/// Fewer tiles do not tell what the noise is.
const LEAST_TILES: usize = 24;
/// Power below this share of the strongest frequency's tells of whole grey levels and arithmetic, not of noise.
const LEAST_POWER: f64 = 1e-3;

/// The filter that makes templates optimal against noise that is not white.
///
/// Grain of the surface, the lens and the compression of the image leave noise whose neighbours are alike. Against
/// such noise the best linear test for a mark of known shape is not the sum under that shape, but that of the residual
/// divided by the noise's power at every frequency: slow waves, in which most of the noise lies, count for
/// little, sharp edges, of which noise has few, for much (the prewhitening matched filter: Kay, Fundamentals of
/// Statistical Signal Processing II, 1998, chapter 4.4; Hotelling observer: Barrett and Myers, Foundations of
/// Image Science, 2004). This is that division, as a correlation with a kernel of 15 x 15 pixels.
///
/// Trusted of the noise: that it is the same all over the face but for its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening {
    kernel: Plane<f32>,
}

impl Whitening {
    /// Learns the spectrum from `values` where `inside` is not 0.
    ///
    /// It is the median over tiles of 16 x 16 pixels under a raised cosine, at every frequency, so that marks on less than half of the
    /// tiles do not count (Welch, IEEE Trans. Audio Electroacoustics 15, 1967, with the median in place of the mean). Where fewer
    /// than 24 tiles are all inside, noise is taken to be white, and the filter does nothing.
    ///
    /// `inside` must have the size of `values`.
    #[must_use]
    pub fn of(values: PlaneView<'_, f32>, inside: PlaneView<'_, u8>) -> Self {
        let kernel = median_spectrum(values, inside).map_or_else(identity, |power| kernel(&power));
        Self { kernel }
    }

    /// The filtered plane. Border: reflect-101.
    #[must_use]
    pub fn apply(&self, values: PlaneView<'_, f32>) -> Plane<f32> {
        correlate(values, self.kernel.view())
    }
}

fn identity() -> Plane<f32> {
    Plane::filled(1, 1, 1.0).expect("one pixel")
}

/// 0 at the first of `TILE` places and 1 in the middle, at `TILE / 2`.
fn raised_cosine() -> [f64; TILE] {
    std::array::from_fn(|i| 0.5 - 0.5 * (TAU * i as f64 / TILE as f64).cos())
}

/// Median power at each frequency of the tiles that lie inside, row by row; its scale is that of white noise of the same variance.
fn median_spectrum(values: PlaneView<'_, f32>, inside: PlaneView<'_, u8>) -> Option<Vec<f64>> {
    let window = raised_cosine();
    let weight = window.iter().map(|w| w * w).sum::<f64>().powi(2);
    let fft = FftPlanner::new().plan_fft_forward(TILE);
    // A tile is real: its power at a frequency is that at the opposite one.
    let opposite = |i: usize| {
        let (y, x) = (i / TILE, i % TILE);
        (TILE - y) % TILE * TILE + (TILE - x) % TILE
    };
    let frequencies: Vec<usize> = (0..TILE * TILE).filter(|&i| i <= opposite(i)).collect();
    // Those of each tile, one tile after the other.
    let mut powers = Vec::new();
    let mut tile = vec![Complex::default(); TILE * TILE];
    let (width, height) = values.dimensions();
    for top in (0..(height + 1).saturating_sub(TILE)).step_by(TILE) {
        for left in (0..(width + 1).saturating_sub(TILE)).step_by(TILE) {
            let rows = top..top + TILE;
            let columns = left..left + TILE;
            let is_inside = |y: usize| !inside.row(y)[columns.clone()].contains(&0);
            if !rows.clone().all(is_inside) {
                continue;
            }
            for ((to, y), down) in tile.chunks_exact_mut(TILE).zip(rows).zip(window) {
                let row = &values.row(y)[columns.clone()];
                for ((to, &value), along) in to.iter_mut().zip(row).zip(window) {
                    *to = (f64::from(value) * down * along).into();
                }
            }
            transform(&mut tile, fft.as_ref());
            powers.extend(frequencies.iter().map(|&i| tile[i].norm_sqr() / weight));
        }
    }
    let tiles = powers.len() / frequencies.len();
    if tiles < LEAST_TILES {
        return None;
    }
    let mut medians = vec![0.0; TILE * TILE];
    let mut of_tiles = Vec::with_capacity(tiles);
    for (at, &frequency) in frequencies.iter().enumerate() {
        of_tiles.clear();
        of_tiles.extend(powers.iter().skip(at).step_by(frequencies.len()));
        // The power of noise at one frequency is exponentially distributed.
        let median = *of_tiles.select_nth_unstable_by(tiles / 2, f64::total_cmp).1 / LN_2;
        medians[frequency] = median;
        medians[opposite(frequency)] = median;
    }
    Some(medians)
}

/// Two-dimensional transform of a tile: along rows, and again along what were columns.
fn transform(tile: &mut [Complex<f64>], fft: &dyn Fft<f64>) {
    for _ in 0..2 {
        fft.process(tile);
        for y in 0..TILE {
            for x in 0..y {
                tile.swap(y * TILE + x, x * TILE + y);
            }
        }
    }
}

/// The kernel whose spectrum is the inverse of `power`, smoothed by the raised cosine that ends it. Its mean
/// power is 1.
fn kernel(power: &[f64]) -> Plane<f32> {
    let strongest = power.iter().copied().fold(0.0, f64::max);
    if strongest <= 0.0 {
        return identity();
    }
    let mut inverse: Vec<Complex<f64>> =
        power.iter().map(|p| (strongest / p.max(LEAST_POWER * strongest)).into()).collect();
    transform(&mut inverse, FftPlanner::new().plan_fft_inverse(TILE).as_ref());
    let window = raised_cosine();
    let side = TILE - 1;
    let at = |x: usize, y: usize| {
        // The kernel's middle is the transform's first value.
        let wrapped = |i: usize| (i + 1 + TILE / 2) % TILE;
        inverse[wrapped(y) * TILE + wrapped(x)].re * window[x + 1] * window[y + 1]
    };
    let squares: f64 =
        (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| at(x, y).powi(2)).sum();
    Plane::from_fn(side, side, |x, y| (at(x, y) / squares.sqrt()) as f32)
        .expect("fifteen pixels each way")
}

#[cfg(test)]
mod tests {
    use fiber_filters::gaussian_blur;
    use proptest::prelude::*;

    use super::*;

    /// White noise of deviation 1, each value the sum of twelve uniform ones (splitmix64).
    fn white_noise(side: usize, seed: u64) -> Plane<f32> {
        let mut state = seed;
        let mut uniform = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1 << 24) as f32
        };
        Plane::from_fn(side, side, |_, _| (0..12).map(|_| uniform()).sum::<f32>() - 6.0)
            .expect("positive sides")
    }

    /// Coloured noise: white noise smoothed, with a little that is not.
    fn grain(side: usize, seed: u64) -> Plane<f32> {
        let mut grain = gaussian_blur(white_noise(side, seed).view(), 1.2).expect("a legal width");
        for (value, &white) in
            grain.pixels_mut().iter_mut().zip(white_noise(side, seed + 1).pixels())
        {
            *value += 0.05 * white;
        }
        grain
    }

    fn everywhere(of: &Plane<f32>) -> Plane<u8> {
        of.filled_like(255)
    }

    #[test]
    fn white_noise_is_left_as_it_is() {
        let noise = white_noise(320, 3);
        let same = Whitening::of(noise.view(), everywhere(&noise).view()).apply(noise.view());
        let (mut difference, mut power) = (0.0, 0.0);
        for (a, b) in noise.pixels().iter().zip(same.pixels()) {
            difference += f64::from(a - b).powi(2);
            power += f64::from(*a).powi(2);
        }
        // 400 tiles tell the power of a frequency to 7 %.
        assert!(difference / power < 0.02, "{}", difference / power);
    }

    /// Response to a thin line over the deviation of that response on noise alone.
    fn visibility(filter: &Whitening, noise: &Plane<f32>) -> f64 {
        let sum = |plane: &Plane<f32>, x: usize| -> f64 {
            (100..140).map(|y| f64::from(plane[(x, y)])).sum()
        };
        let quiet = filter.apply(noise.view());
        let line =
            Plane::from_fn(
                240,
                240,
                |x, y| {
                    if x == 120 && (100..140).contains(&y) { 1.0 } else { 0.0 }
                },
            );
        let line = filter.apply(line.expect("positive sides").view());
        let columns = 20..220;
        let power = columns.clone().map(|x| sum(&quiet, x).powi(2)).sum::<f64>();
        sum(&line, 120) / (power / columns.len() as f64).sqrt()
    }

    #[test]
    fn a_thin_line_stands_out_of_grain_by_more() {
        let noise = grain(240, 11);
        let as_it_is = Whitening { kernel: identity() };
        let learned = Whitening::of(grain(240, 51).view(), everywhere(&noise).view());
        let (before, after) = (visibility(&as_it_is, &noise), visibility(&learned, &noise));
        assert!(after > 1.5 * before, "{before:.1} to {after:.1}");
    }

    #[test]
    fn marks_on_few_tiles_do_not_count() {
        let noise = grain(240, 7);
        let mut marked = noise.clone();
        for y in 60..110 {
            marked.row_mut(y)[80..140].iter_mut().for_each(|v| *v += 20.0);
        }
        let inside = everywhere(&noise);
        let clean = Whitening::of(noise.view(), inside.view()).kernel;
        let kernel = Whitening::of(marked.view(), inside.view()).kernel;
        let farthest = clean.pixels().iter().zip(kernel.pixels()).map(|(a, b)| (a - b).abs());
        assert!(farthest.fold(0.0, f32::max) < 0.1);
    }

    #[test]
    fn too_little_noise_is_taken_to_be_white() {
        let noise = grain(64, 5);
        let whitening = Whitening::of(noise.view(), everywhere(&noise).view());
        assert_eq!(whitening.apply(noise.view()), noise);
        let nothing = noise.filled_like(0.0);
        let flat = Plane::filled(240, 240, 0.0_f32).expect("positive sides");
        assert_eq!(
            Whitening::of(flat.view(), everywhere(&flat).view()).apply(nothing.view()),
            nothing
        );
    }

    proptest! {
        #[test]
        fn the_kernel_is_finite_and_the_same_when_turned_by_half(seed in 0_u64..50) {
            let noise = grain(96, seed);
            let kernel = Whitening::of(noise.view(), everywhere(&noise).view()).kernel;
            prop_assert_eq!(kernel.dimensions(), (TILE - 1, TILE - 1));
            let turned = kernel.pixels().iter().rev();
            for (a, b) in kernel.pixels().iter().zip(turned) {
                prop_assert!(a.is_finite() && (a - b).abs() < 1e-5);
            }
            let squares: f32 = kernel.pixels().iter().map(|v| v * v).sum();
            prop_assert!((squares - 1.0).abs() < 1e-4);
        }
    }
}
