use fiber_filters::Pixel;
use fiber_image::{Plane, PlaneView};

use crate::masked_sums::{MaskedSums, WindowMoments};
use crate::{AnomalyError, NormalPlanes, VariationLimits};

/// Sides in pixels of the windows that [`compare_windows`] is made for.
pub const WINDOW_SIDES: [usize; 3] = [16, 32, 64];

/// Stabilising constants of Wang et al. 2004 for 8-bit planes.
const C1: f64 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f64 = (0.03 * 255.0) * (0.03 * 255.0);

/// Squared variations that are added to the second one, so that the noise of good faces makes at most a
/// tenth of the index.
const NOISE_WEIGHT: f64 = 9.0;

/// How windows of a face differ from the archetype, largest over the window sides; 0 where not known.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowMaps {
    /// 1 minus the structural similarity, 0..=2.
    pub dissimilarity: Plane<f32>,
    /// Magnitude of the difference of means in units of its limit: above 1 is an error.
    pub difference: Plane<f32>,
}

/// Compares a face with the archetype in square windows of several sizes, each moved by half its side.
///
/// Every pixel gets the mean of the windows that cover it, then the largest of the sizes. A window takes
/// the pixels that are not 0 in `valid`, and is left out where these are less than half. Windows end at
/// the planes' border; where a side exceeds the plane's, the plane's is taken.
///
/// The similarity is SSIM with uniform weights, whose second constant grows by 9 times the mean squared
/// variation: what is noise on good faces does not count as structure. The difference of means is in units
/// of `max(absolute, factor * variation)` with the root mean square variation in the window. Integral
/// images make the time independent of the sides but for the spreading of the results. Pixels must be
/// finite.
///
/// ```
/// use fiber_anomaly::{NormalPlanes, VariationLimits, WINDOW_SIDES, compare_windows};
/// use fiber_image::Plane;
///
/// let archetype = Plane::filled(96, 96, 100.0)?;
/// let variation = archetype.filled_like(1.0);
/// let normal = NormalPlanes::new(archetype.view(), variation.view())?;
/// let stained = |x, y| if (40..56).contains(&x) && (40..56).contains(&y) { 160_u8 } else { 100 };
/// let face = Plane::from_fn(96, 96, stained)?;
/// let all = face.filled_like(255);
/// let limits = VariationLimits::default();
/// let maps = compare_windows(face.view(), all.view(), normal, &WINDOW_SIDES, &limits)?;
/// assert!(maps.difference[(47, 47)] > 3.0 && maps.difference[(2, 2)] < 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AnomalyError::Size`] where the planes differ in size, [`AnomalyError::Parameter`] where there is no
/// side, one is below 2, or a limit is outside the range stated on it.
pub fn compare_windows<P: Pixel>(
    face: PlaneView<'_, P>,
    valid: PlaneView<'_, u8>,
    normal: NormalPlanes<'_>,
    sides: &[usize],
    limits: &VariationLimits,
) -> Result<WindowMaps, AnomalyError> {
    limits.check()?;
    AnomalyError::require(!sides.is_empty(), "number of window sides", 0.0, "at least 1")?;
    for &side in sides {
        AnomalyError::require(side >= 2, "window side", side as f64, "at least 2 pixels")?;
    }
    normal.require_fit(face, valid)?;

    let grids: Vec<Grid> = sides.iter().map(|&side| Grid::new(face.dimensions(), side)).collect();
    let columns = grids.iter().flat_map(|grid| ends(&grid.lefts, grid.size.0));
    let rows = grids.iter().flat_map(|grid| ends(&grid.tops, grid.size.1));
    let sums = MaskedSums::new(face, valid, normal, columns, rows);
    let mut maps =
        WindowMaps { dissimilarity: face.filled_like(0.0), difference: face.filled_like(0.0) };
    for grid in &grids {
        let score =
            |corner| sums.moments(corner, grid.size).map(|moments| compare(&moments, limits));
        grid.spread(face.dimensions(), score, |y, means| {
            let maps = [&mut maps.dissimilarity, &mut maps.difference];
            for (map, means) in maps.into_iter().zip(means) {
                for (value, &mean) in map.row_mut(y).iter_mut().zip(means) {
                    *value = value.max(mean);
                }
            }
        });
    }
    for map in [&mut maps.dissimilarity, &mut maps.difference] {
        for (y, valid) in valid.rows().enumerate() {
            for (value, &valid) in map.row_mut(y).iter_mut().zip(valid) {
                *value = if valid == 0 { 0.0 } else { *value };
            }
        }
    }
    Ok(maps)
}

/// Dissimilarity and magnitude of the difference of one window.
fn compare(window: &WindowMoments, limits: &VariationLimits) -> [f64; 2] {
    let (a, b) = (window.mean_face, window.mean_archetype);
    let c2 = C2 + NOISE_WEIGHT * window.variation_squared;
    let luminance = (2.0 * a * b + C1) / (a * a + b * b + C1);
    let structure =
        (2.0 * window.covariance + c2) / (window.variance_face + window.variance_archetype + c2);
    let variation = window.variation_squared.sqrt() as f32;
    let difference = limits.deviation((a - b) as f32, variation).abs();
    [(1.0 - luminance * structure).max(0.0), f64::from(difference)]
}

/// Windows of one size, each moved by half of it.
struct Grid {
    size: (usize, usize),
    lefts: Vec<usize>,
    tops: Vec<usize>,
}

impl Grid {
    /// Windows of `side` or what the plane has of it.
    fn new((width, height): (usize, usize), side: usize) -> Self {
        let size = (side.min(width), side.min(height));
        let lefts = starts(width, size.0, side / 2).collect();
        Self { size, lefts, tops: starts(height, size.1, side / 2).collect() }
    }

    /// For every pixel the means of what `score` gives for the windows that cover it, 0 where there is none, row by row.
    fn spread(
        &self,
        (width, height): (usize, usize),
        score: impl Fn((usize, usize)) -> Option<[f64; 2]>,
        mut merge: impl FnMut(usize, &[Vec<f32>; 2]),
    ) {
        let Self { size, lefts, tops } = self;
        let at = |&top: &usize| lefts.iter().map(move |&left| (left, top));
        let scores: Vec<_> = tops.iter().flat_map(at).map(score).collect();
        // Rows that the same windows cover are the same.
        let mut covering = 0..0;
        let mut means = [vec![0.0; width], vec![0.0; width]];
        for y in 0..height {
            let first = tops.partition_point(|top| top + size.1 <= y);
            let end = tops.partition_point(|&top| top <= y);
            if covering != (first..end) {
                covering = first..end;
                let scores = &scores[first * lefts.len()..end * lefts.len()];
                means = means_of_row(width, size.0, lefts, scores.chunks_exact(lefts.len()));
            }
            merge(y, &means);
        }
    }
}

/// Where windows begin and end.
fn ends(starts: &[usize], size: usize) -> impl Iterator<Item = usize> {
    starts.iter().flat_map(move |&start| [start, start + size])
}

/// For every pixel of a row the means over the windows that cover it, of each row of windows that covers the row.
fn means_of_row<'a>(
    width: usize,
    side: usize,
    lefts: &[usize],
    scores: impl Iterator<Item = &'a [Option<[f64; 2]>]>,
) -> [Vec<f32>; 2] {
    let mut sums = vec![([0.0_f64; 2], 0_u32); width];
    for (&left, scores) in scores.flat_map(|scores| lefts.iter().zip(scores)) {
        let Some(scores) = scores else { continue };
        for (sum, count) in &mut sums[left..][..side] {
            sum[0] += scores[0];
            sum[1] += scores[1];
            *count += 1;
        }
    }
    [0, 1].map(|score| {
        sums.iter().map(|(sum, count)| (sum[score] / f64::from(*count.max(&1))) as f32).collect()
    })
}

/// Where windows of `size` start along a side of `length`: every `stride`, and flush with the end.
fn starts(length: usize, size: usize, stride: usize) -> impl Iterator<Item = usize> {
    let last = length - size;
    (0..last).step_by(stride).chain([last])
}

#[cfg(test)]
mod tests {
    use fiber_filters::{SsimOptions, ssim};
    use proptest::prelude::*;

    use super::*;

    fn noise(width: usize, height: usize, seed: usize) -> Plane<u8> {
        Plane::from_fn(width, height, |x, y| {
            let mixed = (x * 7919 + y * 104_729 + seed * 1_299_709).wrapping_mul(2_654_435_761);
            (mixed >> 13) as u8
        })
        .expect("positive sides")
    }

    #[test]
    fn windows_start_every_half_side_and_end_flush() {
        assert_eq!(starts(40, 16, 8).collect::<Vec<_>>(), [0, 8, 16, 24]);
        assert_eq!(starts(43, 16, 8).collect::<Vec<_>>(), [0, 8, 16, 24, 27]);
        assert_eq!(starts(16, 16, 8).collect::<Vec<_>>(), [0]);
    }

    /// The definition, window by window and pixel by pixel.
    fn naive(
        face: &Plane<u8>,
        valid: &Plane<u8>,
        normal: NormalPlanes<'_>,
        side: usize,
        limits: &VariationLimits,
    ) -> Plane<[f32; 2]> {
        let grid = Grid::new(face.dimensions(), side);
        let (width, height) = grid.size;
        let score = |(left, top)| {
            let inside: Vec<(f64, f64, f64)> = (top..top + height)
                .flat_map(|y| (left..left + width).map(move |x| (x, y)))
                .filter(|&at| valid[at] != 0)
                .map(|at| {
                    let (archetype, variation) = (normal.archetype()[at], normal.variation()[at]);
                    (f64::from(face[at]), f64::from(archetype), f64::from(variation))
                })
                .collect();
            if 2 * inside.len() < width * height {
                return None;
            }
            let mean = |f: &dyn Fn(&(f64, f64, f64)) -> f64| {
                inside.iter().map(f).sum::<f64>() / inside.len() as f64
            };
            let (a, b) = (mean(&|p| p.0), mean(&|p| p.1));
            let moments = WindowMoments {
                mean_face: a,
                mean_archetype: b,
                variance_face: mean(&|p| (p.0 - a).powi(2)),
                variance_archetype: mean(&|p| (p.1 - b).powi(2)),
                covariance: mean(&|p| (p.0 - a) * (p.1 - b)),
                variation_squared: mean(&|p| p.2 * p.2),
            };
            Some(compare(&moments, limits))
        };
        let starts = |top: &usize| grid.lefts.iter().map(move |&left| (left, *top)).collect();
        let windows: Vec<(usize, usize)> = grid.tops.iter().flat_map::<Vec<_>, _>(starts).collect();
        let scores: Vec<Option<[f64; 2]>> = windows.iter().copied().map(score).collect();
        let mean_over = |x: usize, y: usize| {
            let covers = |&(left, top): &(usize, usize)| {
                (left..left + width).contains(&x) && (top..top + height).contains(&y)
            };
            let covering = windows.iter().zip(&scores).filter(|(window, _)| covers(window));
            let scores: Vec<[f64; 2]> = covering.filter_map(|(_, score)| *score).collect();
            let count = scores.len().max(1) as f64;
            [0, 1].map(|i| (scores.iter().map(|score| score[i]).sum::<f64>() / count) as f32)
        };
        Plane::from_fn(face.width(), face.height(), mean_over).expect("positive sides")
    }

    proptest! {
        #[test]
        fn integral_images_agree_with_the_definition(
            width in 1_usize..40,
            height in 1_usize..40,
            side in 2_usize..24,
            seed in 0_usize..100,
        ) {
            let face = noise(width, height, seed);
            let archetype = noise(width, height, seed + 1).map(|&v| 0.5 * f32::from(v));
            let variation = noise(width, height, seed + 2).map(|&v| 0.1 * f32::from(v));
            let valid = noise(width, height, seed + 3).map(|&v| v / 60);
            let normal = NormalPlanes::new(archetype.view(), variation.view()).expect("equal sizes");
            let limits = VariationLimits::default();
            let maps = compare_windows(face.view(), valid.view(), normal, &[side], &limits)
                .expect("good parameters");
            let expected = naive(&face, &valid, normal, side, &limits);
            for (i, expected) in expected.pixels().iter().enumerate() {
                let mask = if valid.pixels()[i] == 0 { 0.0 } else { 1.0 };
                prop_assert!((maps.dissimilarity.pixels()[i] - mask * expected[0]).abs() < 1e-5);
                prop_assert!((maps.difference.pixels()[i] - mask * expected[1]).abs() < 1e-4);
            }
        }

        #[test]
        fn invalid_pixels_change_nothing(seed in 0_usize..50, wild in any::<u8>()) {
            let archetype = noise(30, 24, seed).map(|&v| f32::from(v));
            let variation = archetype.filled_like(1.0);
            let normal = NormalPlanes::new(archetype.view(), variation.view()).expect("equal sizes");
            let valid = noise(30, 24, seed + 3).map(|&v| v / 60);
            let face = noise(30, 24, seed + 1);
            let mut other = face.clone();
            for (value, &valid) in other.pixels_mut().iter_mut().zip(valid.pixels()) {
                if valid == 0 {
                    *value = wild;
                }
            }
            let limits = VariationLimits::default();
            let maps = |face: &Plane<u8>| {
                compare_windows(face.view(), valid.view(), normal, &[8, 16], &limits)
            };
            prop_assert_eq!(maps(&face), maps(&other));
        }
    }

    #[test]
    fn one_window_over_all_is_ssim_of_the_whole() {
        // With a flat window of one plane's size and no variation, the index is the plain one of Wang et al.
        let (face, archetype) = (noise(2, 2, 3), noise(2, 2, 4).map(|&v| f32::from(v)));
        let variation = archetype.filled_like(0.0);
        let normal = NormalPlanes::new(archetype.view(), variation.view()).expect("equal sizes");
        let all = face.filled_like(1);
        let maps =
            compare_windows(face.view(), all.view(), normal, &[2], &VariationLimits::default())
                .expect("good parameters");
        // A huge sigma makes the Gaussian window flat; mirrored, the pixels of 2 x 2 weigh 2:1 or 1:2,
        // so the oracle is a plane that repeats them evenly.
        let tiled = |plane: &Plane<f32>| {
            Plane::from_fn(64, 64, |x, y| plane[(x % 2, y % 2)]).expect("positive sides")
        };
        let options = SsimOptions { radius: 16, sigma: 1e6, ..SsimOptions::default() };
        let tiles = (tiled(&face.map(|&v| f32::from(v))), tiled(&archetype));
        let oracle = ssim(tiles.0.view(), tiles.1.view(), &options).expect("good options").mean();
        let index = 1.0 - f64::from(maps.dissimilarity[(0, 0)]);
        assert!((index - oracle).abs() < 0.02, "{index} {oracle}");
    }

    #[test]
    fn noise_of_good_faces_is_hardly_dissimilar_a_stain_is() {
        let face = noise(64, 64, 5).map(|&v| 95 + v / 25);
        let stained = Plane::from_fn(64, 64, |x, y| {
            let stain = (20..36).contains(&x) && (24..40).contains(&y) && (x / 4 + y / 4) % 2 == 0;
            face[(x, y)] + if stain { 60 } else { 0 }
        });
        let archetype = face.filled_like(100.0);
        let variation = face.filled_like(3.0);
        let normal = NormalPlanes::new(archetype.view(), variation.view()).expect("equal sizes");
        let all = face.filled_like(1);
        let peak = |face: &Plane<u8>| {
            let limits = VariationLimits::default();
            let maps = compare_windows(face.view(), all.view(), normal, &[16], &limits);
            let maps = maps.expect("good parameters");
            maps.dissimilarity.pixels().iter().copied().fold(0.0, f32::max)
        };
        assert!(peak(&face) < 0.1, "{}", peak(&face));
        assert!(peak(&stained.expect("positive sides")) > 0.7);
    }

    #[test]
    fn window_sides_out_of_range_are_refused() {
        let face = noise(9, 9, 0);
        let plane = face.map(|&v| f32::from(v));
        let normal = NormalPlanes::new(plane.view(), plane.view()).expect("equal sizes");
        let limits = VariationLimits::default();
        let compare = |sides: &[usize]| {
            compare_windows(face.view(), face.view(), normal, sides, &limits).map(|_| ())
        };
        assert!(matches!(
            compare(&[]),
            Err(AnomalyError::Parameter { parameter: "number of window sides", .. })
        ));
        assert!(matches!(
            compare(&[16, 1]),
            Err(AnomalyError::Parameter { parameter: "window side", value: 1.0, .. })
        ));
        assert_eq!(compare(&[usize::MAX]), Ok(()));
    }
}
