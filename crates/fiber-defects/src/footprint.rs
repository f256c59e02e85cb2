//! Which pixels of a blurred response belong to the mark that caused it.

use fiber_filters::{Connectivity, FilterError, StructuringElement, dilate, hysteresis};
use fiber_image::Plane;

/// Grey levels a standard deviation in the 8-bit copy that the local maximum is taken of.
const LEVELS_A_SIGMA: f32 = 3.0;
/// A mark's pixels in a response, and its whole halo.
pub(crate) struct Footprint {
    /// 255 on the marks.
    pub(crate) mask: Plane<u8>,
    /// 255 on all pixels of the marks that stand out of the noise.
    pub(crate) halo: Plane<u8>,
}

/// The mask has the pixels of the halo that are at least `least_share` of the highest response within
/// `reach` pixels: smoothing spreads a strong mark far above `low`. The halo has all pixels above `low` that
/// are connected to one above `high`.
pub(crate) fn footprint(
    magnitude: &Plane<f32>,
    low: f32,
    high: f32,
    least_share: f32,
    reach: usize,
) -> Result<Footprint, FilterError> {
    let halo = hysteresis(magnitude.view(), low, high, Connectivity::Eight)?;
    let mut mask = halo.clone();
    if halo.pixels().iter().all(|&m| m == 0) {
        return Ok(Footprint { mask, halo });
    }
    let levels = magnitude.map(|&v| (v * LEVELS_A_SIGMA).clamp(0.0, 255.0) as u8);
    let peaks = dilate(levels.view(), &StructuringElement::ellipse(2 * reach + 1)?);
    for ((m, &level), &peak) in
        mask.pixels_mut().iter_mut().zip(levels.pixels()).zip(peaks.pixels())
    {
        if f32::from(level) < least_share * f32::from(peak) {
            *m = 0;
        }
    }
    Ok(Footprint { mask, halo })
}

/// All pixels within `reach` of the given ones, in raster order.
pub(crate) fn grown(
    pixels: &[(u32, u32)],
    reach: f32,
    (width, height): (usize, usize),
) -> Vec<(u32, u32)> {
    let whole = reach.floor() as i64;
    let offsets: Vec<(i64, i64)> = (-whole..=whole)
        .flat_map(|dy| (-whole..=whole).map(move |dx| (dx, dy)))
        .filter(|&(dx, dy)| (dx * dx + dy * dy) as f32 <= reach * reach)
        .collect();
    let mut all: Vec<(u32, u32)> = pixels
        .iter()
        .flat_map(|&(x, y)| {
            offsets.iter().map(move |&(dx, dy)| (i64::from(y) + dy, i64::from(x) + dx))
        })
        .filter(|&(y, x)| y >= 0 && x >= 0 && y < height as i64 && x < width as i64)
        .map(|(y, x)| (y as u32, x as u32))
        .collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|(y, x)| (x, y)).collect()
}
