//! Which pixels of a blurred response belong to the mark that caused it.

use std::ops::Range;

use fiber_filters::{Connectivity, FilterError, StructuringElement, dilate, hysteresis};
use fiber_image::Plane;

/// Grey levels a standard deviation in the 8-bit copy that the local maximum is taken of.
const LEVELS_A_SIGMA: f32 = 3.0;
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
    let level = |&value: &f32| (value * LEVELS_A_SIGMA).clamp(0.0, 255.0) as u8;
    let levels = magnitude.map(level);
    let peaks = dilate(levels.view(), &StructuringElement::ellipse(2 * reach + 1)?);
    let (mut mask, halo) = (halo.to_plane(), halo.to_plane());
    let levels = levels.pixels().chunks(BLOCK).zip(peaks.pixels().chunks(BLOCK));
    for (mask, (levels, peaks)) in mask.pixels_mut().chunks_mut(BLOCK).zip(levels) {
        if !has_mark(mask) {
            continue;
        }
        for ((m, &level), &peak) in mask.iter_mut().zip(levels).zip(peaks) {
            if f32::from(level) < least_share * f32::from(peak) {
                *m = 0;
            }
        }
    }
    Ok(Some(Footprint { origin, mask, halo }))
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
