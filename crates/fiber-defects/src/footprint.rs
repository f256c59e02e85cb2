//! Which pixels of a blurred response belong to the mark that caused it.

use std::ops::Range;

use fiber_filters::{Connectivity, FilterError, StructuringElement, dilate, hysteresis};
use fiber_image::Plane;

/// The marks in a response, and their whole halos, within a part of the image.
pub(crate) struct Footprint {
    /// Column and row of the planes' top left pixel.
    pub(crate) origin: (usize, usize),
    /// 255 on the marks.
    pub(crate) mask: Plane<u8>,
    /// 255 on all pixels of the marks that stand out of the noise.
    pub(crate) halo: Plane<u8>,
}

/// The mask has the pixels of the halo that are at least `least_share` of the highest response within
/// `reach` pixels: smoothing spreads a strong mark far above `low`. The halo has all pixels above `low` that
/// are connected to one above `high`; `None` where there is none.
pub(crate) fn footprint(
    magnitude: &Plane<f32>,
    low: f32,
    high: f32,
    least_share: f32,
    reach: usize,
) -> Result<Option<Footprint>, FilterError> {
    let halo = hysteresis(magnitude.view(), low, high, Connectivity::Eight)?;
    // With what the highest response may be sought in.
    let Some((columns, rows)) = bounds(&halo, reach) else { return Ok(None) };
    let origin = (columns.start, rows.start);
    let (width, height) = (columns.len(), rows.len());
    let parts = magnitude.view().crop(origin.0, origin.1, width, height);
    let parts = parts.zip(halo.view().crop(origin.0, origin.1, width, height));
    let Some((magnitude, halo)) = parts else { return Ok(None) };
    let levels = Levels::above(low);
    let heights = magnitude.map(|&value| levels.level(value));
    let peaks = dilate(heights.view(), &StructuringElement::ellipse(2 * reach + 1)?);
    let (mut mask, halo) = (halo.to_plane(), halo.to_plane());
    for ((mask, magnitude), peaks) in
        mask.pixels_mut().chunks_mut(width).zip(magnitude.rows()).zip(peaks.rows())
    {
        let blocks = mask.chunks_mut(BLOCK).zip(magnitude.chunks(BLOCK).zip(peaks.chunks(BLOCK)));
        for (mask, (magnitude, peaks)) in blocks.filter(|(mask, _)| has_mark(mask)) {
            for ((m, &value), &peak) in mask.iter_mut().zip(magnitude).zip(peaks) {
                if value < least_share * levels.value(peak) {
                    *m = 0;
                }
            }
        }
    }
    Ok(Some(Footprint { origin, mask, halo }))
}

/// Responses as 8-bit levels, of which the highest in a neighbourhood is quickly found: each level is the same ratio above
/// the one before, as marks are judged by shares of their peaks, whether these are 8 deviations or 800.
struct Levels([f32; 255]);

impl Levels {
    /// Fine enough for a share of a peak, and 255 of them reach over 500 times the lowest.
    const RATIO: f32 = 1.025;

    fn above(lowest: f32) -> Self {
        let mut next = lowest;
        Self(std::array::from_fn(|_| {
            let value = next;
            next *= Self::RATIO;
            value
        }))
    }

    /// The last level that is not above a value; 0 where all are.
    fn level(&self, value: f32) -> u8 {
        // As most are.
        if value < self.0[0] {
            return 0;
        }
        self.0.partition_point(|&level| level <= value) as u8
    }

    /// The least value of a level.
    fn value(&self, level: u8) -> f32 {
        usize::from(level).checked_sub(1).map_or(0.0, |i| self.0[i])
    }
}

/// The columns and rows within `reach` of a mark; `None` where there is none.
fn bounds(mask: &Plane<u8>, reach: usize) -> Option<(Range<usize>, Range<usize>)> {
    let (width, height) = mask.dimensions();
    let (mut columns, mut rows) = (width..0, height..0);
    for (y, row) in mask.rows().enumerate().filter(|(_, row)| has_mark(row)) {
        rows = rows.start.min(y)..y + 1;
        let first = row.iter().position(|&m| m != 0).unwrap_or(width);
        let end = row.iter().rposition(|&m| m != 0).map_or(0, |last| last + 1);
        columns = columns.start.min(first)..columns.end.max(end);
    }
    let grown = |span: Range<usize>, side: usize| {
        span.start.saturating_sub(reach)..(span.end + reach).min(side)
    };
    (!rows.is_empty()).then(|| (grown(columns, width), grown(rows, height)))
}

/// Pixels that are passed over at once where none is marked, as most are.
const BLOCK: usize = 64;

fn has_mark(mask: &[u8]) -> bool {
    mask.iter().fold(0, |any, m| any | m) != 0
}

/// All pixels within `reach` of the given ones, in raster order.
pub(crate) fn grown(
    pixels: &[(u32, u32)],
    reach: f32,
    (width, height): (usize, usize),
) -> Vec<(u32, u32)> {
    let whole = reach.floor() as i64;
    let span = |values: &mut dyn Iterator<Item = u32>, sides: usize| {
        let (least, most) = values.fold((u32::MAX, 0), |(l, m), v| (l.min(v), m.max(v)));
        let last = (i64::from(most) + whole).min(sides as i64 - 1);
        ((i64::from(least) - whole).max(0), last)
    };
    let (left, right) = span(&mut pixels.iter().map(|p| p.0), width);
    let (top, bottom) = span(&mut pixels.iter().map(|p| p.1), height);
    if pixels.is_empty() || left > right || top > bottom {
        return Vec::new();
    }
    // Half the width of the disc at each row of it.
    let chord = |dy: i64| (0..=whole).rev().find(|dx| (dx * dx + dy * dy) as f32 <= reach * reach);
    let chords: Vec<(i64, i64)> =
        (-whole..=whole).filter_map(|dy| chord(dy).map(|dx| (dy, dx))).collect();
    let columns = (right - left + 1) as usize;
    let mut covered = vec![false; columns * (bottom - top + 1) as usize];
    for &(x, y) in pixels {
        for &(dy, dx) in &chords {
            let y = i64::from(y) + dy;
            let (from, to) = ((i64::from(x) - dx).max(left), (i64::from(x) + dx).min(right));
            if (top..=bottom).contains(&y) && from <= to {
                let row = (y - top) as usize * columns;
                covered[row + (from - left) as usize..=row + (to - left) as usize].fill(true);
            }
        }
    }
    let at = |i: usize| ((i % columns) as u32 + left as u32, (i / columns) as u32 + top as u32);
    covered.iter().enumerate().filter(|&(_, &covered)| covered).map(|(i, _)| at(i)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mark_ends_at_a_share_of_its_peak_however_high_that_is() {
        for peak in [9.0_f32, 60.0, 300.0, 900.0] {
            let hill = |x: usize, y: usize| {
                let squared = (x as f32 - 40.0).powi(2) + (y as f32 - 40.0).powi(2);
                peak * (-squared / 128.0).exp()
            };
            let magnitude = Plane::from_fn(81, 81, hill).expect("positive sides");
            let marks = footprint(&magnitude, 3.5, 6.0, 0.4, 40).expect("a legal element");
            let Footprint { origin, mask, .. } = marks.expect("a peak above 6");
            for (y, row) in (origin.1..).zip(mask.rows()) {
                for (x, &marked) in (origin.0..).zip(row) {
                    let share = hill(x, y) / peak;
                    // A level of the peak's is a fortieth.
                    if hill(x, y) > 3.5 && !(0.39..0.4).contains(&share) {
                        assert_eq!(marked != 0, share >= 0.4, "{peak}: {share}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_weaker_mark_beside_a_strong_one_keeps_its_own_footprint() {
        // The saddle between them is a tenth of the higher and more than half of the lower.
        let two = |x: usize, y: usize| {
            let at = |cx: f32, peak: f32| {
                peak * (-((x as f32 - cx).powi(2) + (y as f32 - 15.0).powi(2)) / 18.0).exp()
            };
            at(15.0, 600.0) + at(27.0, 100.0)
        };
        let magnitude = Plane::from_fn(45, 31, two).expect("positive sides");
        let marks = footprint(&magnitude, 3.5, 6.0, 0.4, 6).expect("a legal element");
        let Footprint { mask, .. } = marks.expect("peaks above 6");
        let parts = fiber_filters::components(mask.view(), Connectivity::Eight);
        assert_eq!(parts.len(), 2);
    }

    proptest! {
        #[test]
        fn grown_are_all_pixels_within_reach(
            pixels in prop::collection::vec((0_u32..20, 0_u32..15), 0..6),
            reach in 0.0_f32..7.0,
        ) {
            let near = |x: u32, y: u32| pixels.iter().any(|&(px, py)| {
                let (dx, dy) = (i64::from(x) - i64::from(px), i64::from(y) - i64::from(py));
                (dx * dx + dy * dy) as f32 <= reach * reach
            });
            let all = (0..15).flat_map(|y| (0..20).map(move |x| (x, y)));
            let expected: Vec<(u32, u32)> = all.filter(|&(x, y)| near(x, y)).collect();
            prop_assert_eq!(grown(&pixels, reach, (20, 15)), expected);
        }
    }
}
