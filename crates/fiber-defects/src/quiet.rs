//! What is left of a face beside the marks that stand out by themselves.

use fiber_anomaly::{SelfReference, Whitening};
use fiber_filters::{FilterError, StructuringElement, dilate, wide_gaussian_blur};
use fiber_image::Plane;

/// No pixel adds more than this many deviations to a sum: a faint mark is many pixels, not a strong one.
const CLIP: f32 = 4.0;
/// Deviation in pixels of the Gaussian that is taken off first: slow waves say nothing of small marks.
const FLATTEN: f32 = 4.0;
/// So many rows and columns at the border of the image are left out: cameras fill the last ones with what they like.
const BORDER: usize = 2;
/// Diameter in pixels by which known marks are grown.
const MARGIN: usize = 5;

/// The residual without the marks already found, weighed by the inverse of its noise's spectrum: a sum of it under
/// a template is the best linear test for a faint mark of that shape.
pub(crate) struct Quiet {
    /// 255 where faint marks are sought.
    pub(crate) open: Plane<u8>,
    /// 0 on known marks, and around them what the kernel takes from there.
    pub(crate) whitened: Plane<f32>,
}

impl Quiet {
    /// `marked` is not 0 on all pixels that stand out because of marks found before.
    pub(crate) fn beside(
        reference: &SelfReference,
        marked: &Plane<u8>,
    ) -> Result<Self, FilterError> {
        let mut unmarked = reference.residual.clone();
        for (value, &marked) in unmarked.pixels_mut().iter_mut().zip(marked.pixels()) {
            *value = if marked == 0 { *value } else { 0.0 };
        }
        let flat = flattened(&unmarked)?;
        let mut open = reference.rings.mask();
        let whitened = Whitening::of(flat.view(), open.view()).apply(flat.view());
        let blocked = dilate(marked.view(), &StructuringElement::ellipse(MARGIN)?);
        for (open, &blocked) in open.pixels_mut().iter_mut().zip(blocked.pixels()) {
            *open = if blocked == 0 { *open } else { 0 };
        }
        let (width, height) = open.dimensions();
        for y in 0..height {
            let inside = (BORDER..height.saturating_sub(BORDER)).contains(&y);
            for (x, open) in open.row_mut(y).iter_mut().enumerate() {
                if !inside || !(BORDER..width.saturating_sub(BORDER)).contains(&x) {
                    *open = 0;
                }
            }
        }
        Ok(Self { open, whitened })
    }
}

pub(crate) fn flattened(residual: &Plane<f32>) -> Result<Plane<f32>, FilterError> {
    let clipped = residual.map(|v| v.clamp(-2.0 * CLIP, 2.0 * CLIP));
    let mut flat = wide_gaussian_blur(clipped.view(), FLATTEN)?;
    for (value, &at) in flat.pixels_mut().iter_mut().zip(clipped.pixels()) {
        *value = (at - *value).clamp(-CLIP, CLIP);
    }
    Ok(flat)
}
