//! Brightness at fractional positions of an image or of a part of it.

use fiber_filters::{gaussian_blur, sample_bilinear};
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::Ellipse;
use crate::spoke::Spoke;

/// A smoothed image or part of one, sampled at positions of the image.
pub(crate) struct Patch {
    smooth: Plane<f32>,
    left: f64,
    top: f64,
}

impl Patch {
    /// The whole of an image.
    pub(crate) fn whole(smooth: Plane<f32>) -> Self {
        Self { smooth, left: 0.0, top: 0.0 }
    }

    /// Crops `view` to `ellipse` enlarged by `factor`, smoothed by a Gaussian of `sigma` pixels; `None` where
    /// they do not meet.
    pub(crate) fn around(
        view: PlaneView<'_, u8>,
        ellipse: &Ellipse,
        factor: f64,
        sigma: f32,
    ) -> Option<Self> {
        let half = factor * ellipse.width_px.max(ellipse.height_px) / 2.0 + 8.0;
        let clamp = |v: f64, n: usize| v.clamp(0.0, n as f64) as usize;
        let (left, right) =
            (clamp(ellipse.cx - half, view.width()), clamp(ellipse.cx + half + 1.0, view.width()));
        let (top, bottom) = (
            clamp(ellipse.cy - half, view.height()),
            clamp(ellipse.cy + half + 1.0, view.height()),
        );
        let part = view.crop(left, top, right.saturating_sub(left), bottom.saturating_sub(top))?;
        let smooth = gaussian_blur(part.map(|&v| f32::from(v)).view(), sigma).ok()?;
        Some(Self { smooth, left: left as f64, top: top as f64 })
    }

    /// Length of the diagonal in pixels.
    pub(crate) fn diagonal(&self) -> f64 {
        (self.smooth.width() as f64).hypot(self.smooth.height() as f64)
    }

    /// Brightness at a position, `None` outside.
    pub(crate) fn sample(&self, at: (f64, f64)) -> Option<f32> {
        let (x, y) = self.within(at);
        sample_bilinear(self.smooth.view(), x, y)
    }

    /// Replaces `samples` by the brightness at rising multiples of a spoke, up to the first that lies outside.
    pub(crate) fn sample_spoke(&self, spoke: &Spoke, multiples: &[f64], samples: &mut Vec<f32>) {
        let (inner, rest) = multiples.split_at(self.count_inner(spoke, multiples));
        samples.clear();
        samples.resize(inner.len(), 0.0);
        pulp::Arch::new().dispatch(SampleInner { patch: self, spoke, multiples: inner, samples });
        samples.extend(rest.iter().map_while(|&multiple| self.sample(spoke.at(multiple))));
    }

    /// How many of the rising `multiples` surely lie among four pixels each, from the first on.
    fn count_inner(&self, spoke: &Spoke, multiples: &[f64]) -> usize {
        let (right, bottom) = (
            ((self.smooth.width() - 1) as f32).min(WHOLE),
            ((self.smooth.height() - 1) as f32).min(WHOLE),
        );
        let inner = |&multiple: &f64| {
            let (x, y) = self.within(spoke.at(multiple));
            x >= 0.0 && y >= 0.0 && x < right && y < bottom
        };
        // A line meets a rectangle in one piece.
        match (multiples.first().is_some_and(inner), multiples.last().is_some_and(inner)) {
            (false, _) => 0,
            (true, true) => multiples.len(),
            (true, false) => multiples.partition_point(inner),
        }
    }

    /// The position within the patch.
    #[inline(always)]
    fn within(&self, (x, y): (f64, f64)) -> (f32, f32) {
        ((x - self.left) as f32, (y - self.top) as f32)
    }
}

/// Positions that are taken together: their cells and fractions, then their pixels, then their brightness.
const BLOCK: usize = 8;
/// Every `f32` from here to twice as much is whole.
const WHOLE: f32 = 8_388_608.0;

/// Bilinear samples that lie among four pixels each, as [`sample_bilinear`] gives them.
struct SampleInner<'a> {
    patch: &'a Patch,
    spoke: &'a Spoke,
    multiples: &'a [f64],
    samples: &'a mut [f32],
}

impl NullaryFnOnce for SampleInner<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { patch, spoke, multiples, samples } = self;
        let (blocks, rest) = multiples.as_chunks();
        let (block_samples, rest_samples) = samples.as_chunks_mut();
        for (samples, multiples) in block_samples.iter_mut().zip(blocks) {
            *samples = patch.sample_block(spoke, multiples);
        }
        if let Some(&last) = rest.last() {
            let mut padded = [last; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            let block = patch.sample_block(spoke, &padded);
            rest_samples.copy_from_slice(&block[..rest.len()]);
        }
    }
}

impl Patch {
    #[inline(always)]
    fn sample_block(&self, spoke: &Spoke, multiples: &[f64; BLOCK]) -> [f32; BLOCK] {
        let (pixels, width) = (self.smooth.pixels(), self.smooth.width());
        let (mut columns, mut rows) = ([0_u32; BLOCK], [0_u32; BLOCK]);
        let (mut across, mut down) = ([0.0_f32; BLOCK], [0.0_f32; BLOCK]);
        let mut corners = [[0.0_f32; BLOCK]; 4];
        for i in 0..BLOCK {
            let (x, y) = self.within(spoke.at(multiples[i]));
            (columns[i], across[i]) = whole_and_fraction(x);
            (rows[i], down[i]) = whole_and_fraction(y);
        }
        for i in 0..BLOCK {
            let first = rows[i] as usize * width + columns[i] as usize;
            let cell = &pixels[first..first + width + 2];
            corners[0][i] = cell[0];
            corners[1][i] = cell[1];
            corners[2][i] = cell[width];
            corners[3][i] = cell[width + 1];
        }
        let mut samples = [0.0; BLOCK];
        for i in 0..BLOCK {
            let above = corners[0][i] + across[i] * (corners[1][i] - corners[0][i]);
            let below = corners[2][i] + across[i] * (corners[3][i] - corners[2][i]);
            samples[i] = above + down[i] * (below - above);
        }
        samples
    }
}

/// The pixel at or before a position from 0 to [`WHOLE`] and how far the position lies beyond it.
#[inline(always)]
fn whole_and_fraction(position: f32) -> (u32, f32) {
    // Vectors have no conversion that is safe for all numbers; the sum rounds to the nearest whole number.
    let shifted = position + WHOLE;
    let nearest = shifted - WHOLE;
    let above = nearest > position;
    let whole = if above { nearest - 1.0 } else { nearest };
    (shifted.to_bits() - WHOLE.to_bits() - u32::from(above), position - whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spoke_is_sampled_as_its_positions_are_up_to_the_border() {
        let plane = Plane::from_fn(60, 50, |x, y| ((x * x + 3 * y * y + x * y) % 251) as u8);
        let plane = plane.expect("positive sides");
        let part = Patch::around(plane.view(), &Ellipse::circle(30.0, 22.0, 24.0), 1.2, 0.7);
        let whole = Patch::whole(plane.map(|&v| f32::from(v)));
        let multiples: Vec<f64> = (0..90).map(|i| f64::from(i) * 0.7).collect();
        let mut samples = Vec::new();
        for patch in [whole, part.expect("in view")] {
            // In the middle, on the border, in a corner and outside.
            for centre in [(30.0, 22.0), (21.3, 0.0), (59.0, 49.0), (-3.0, 22.0)] {
                for spoke in Ellipse::circle(centre.0, centre.1, 2.0).spokes(32) {
                    patch.sample_spoke(&spoke, &multiples, &mut samples);
                    let expected: Vec<f32> =
                        multiples.iter().map_while(|&m| patch.sample(spoke.at(m))).collect();
                    assert_eq!(samples, expected, "{spoke:?}");
                }
            }
        }
    }
}
