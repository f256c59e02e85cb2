//! Archetype and variation of a set of faces, pixel by pixel.

use std::sync::OnceLock;

use fiber_anomaly::{AnomalyError, NormalPlanes};
use fiber_filters::{SsimOptions, SsimReference, box_mean};
use fiber_image::{Plane, PlaneView};
use fiber_stats::MAD_TO_STD;

use crate::rings::{QUARTERS, Rings};
use crate::{FrameKind, Sample};

/// Half the side in pixels of the neighbourhood that the variation is pooled over.
const POOLING_RADIUS: usize = 2;

/// The typical face and how much good faces vary around it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FacePlanes {
    pub(crate) archetype: Plane<f32>,
    pub(crate) variation: Plane<f32>,
    /// 255 where at least half of the faces have the pixel, else 0.
    pub(crate) valid: Plane<u8>,
    pub(crate) rings: Rings,
    pub(crate) similarity: Similarity,
}

/// The archetype's part of the structural similarity, taken when it is first asked for. It follows from the archetype: two
/// are equal whatever was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Similarity(OnceLock<SsimReference>);

impl PartialEq for Similarity {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl FacePlanes {
    /// Median and MAD x 1.4826 of each pixel over the faces that have it, after what changes alike all
    /// around has been taken away from each face: its difference, ring by ring, from the medians of all
    /// faces as they are.
    ///
    /// The MAD of few faces is uncertain, so a pixel's variation is at least the mean over its 5 x 5
    /// neighbourhood, and at least `floor`. The samples must all be in the frame.
    pub(crate) fn fit(samples: &[&Sample], frame: FrameKind, floor: f32) -> Self {
        let rings = Rings::new(frame);
        let as_they_are = vec![vec![0; rings.count()]; samples.len()];
        let first = PixelStatistics::of(samples, frame, &rings, &as_they_are);
        let offsets: Vec<Vec<i32>> = samples
            .iter()
            .map(|sample| {
                let known = common_mask(&first.valid, sample.valid());
                rings.offsets(sample.luma(), known.view(), &first.median)
            })
            .collect();
        let levelled = PixelStatistics::of(samples, frame, &rings, &offsets);
        let mut variation = levelled.mad.map(|mad| (mad * MAD_TO_STD as f32).max(floor));
        let pooled = box_mean(variation.view(), POOLING_RADIUS, POOLING_RADIUS);
        for (variation, &pooled) in variation.pixels_mut().iter_mut().zip(pooled.pixels()) {
            *variation = variation.max(pooled);
        }
        let (archetype, valid) = (levelled.median, levelled.valid);
        Self { archetype, variation, valid, rings, similarity: Similarity::default() }
    }

    /// The face without what differs from the archetype alike all around.
    pub(crate) fn level(&self, face: PlaneView<'_, u8>, valid: PlaneView<'_, u8>) -> Plane<f32> {
        self.rings.level(face, &self.rings.offsets(face, valid, &self.archetype))
    }

    /// What faces are compared with by structure.
    pub(crate) fn similarity(&self) -> Result<&SsimReference, AnomalyError> {
        let Similarity(taken) = &self.similarity;
        if let Some(reference) = taken.get() {
            return Ok(reference);
        }
        let reference = SsimReference::new(self.archetype.view(), &SsimOptions::default())?;
        Ok(taken.get_or_init(|| reference))
    }

    pub(crate) fn normal(&self) -> Result<NormalPlanes<'_>, AnomalyError> {
        NormalPlanes::new(self.archetype.view(), self.variation.view())
    }

    /// 255 where both a face and the archetype are known.
    pub(crate) fn common_mask(&self, valid: PlaneView<'_, u8>) -> Plane<u8> {
        common_mask(&self.valid, valid)
    }
}

fn common_mask(known: &Plane<u8>, valid: PlaneView<'_, u8>) -> Plane<u8> {
    let mut common = known.clone();
    for (y, valid) in valid.rows().enumerate() {
        for (common, &valid) in common.row_mut(y).iter_mut().zip(valid) {
            *common = if valid == 0 { 0 } else { *common };
        }
    }
    common
}

/// Statistics of every pixel over the faces that have it, in grey levels.
struct PixelStatistics {
    median: Plane<f32>,
    /// Raw median absolute deviation.
    mad: Plane<f32>,
    /// 255 where at least half of the faces have the pixel, else 0; the others are 0 there.
    valid: Plane<u8>,
}

impl PixelStatistics {
    /// `offsets` has what is taken away from each ring of each face, in quarters.
    fn of(samples: &[&Sample], frame: FrameKind, rings: &Rings, offsets: &[Vec<i32>]) -> Self {
        let (width, height) = frame.dimensions();
        let mut medians = Vec::with_capacity(width * height);
        let mut mads = Vec::with_capacity(width * height);
        let mut valid = Vec::with_capacity(width * height);
        let mut values: Vec<i32> = Vec::with_capacity(samples.len());
        for y in 0..height {
            let faces: Vec<(&[u8], &[u8], &[i32])> = samples
                .iter()
                .zip(offsets)
                .map(|(face, offsets)| (face.luma().row(y), face.valid().row(y), &offsets[..]))
                .collect();
            for (x, &ring) in rings.row(y, width).iter().enumerate() {
                values.clear();
                for (luma, mask, offsets) in &faces {
                    if mask[x] != 0 {
                        values.push(QUARTERS * i32::from(luma[x]) - offsets[ring as usize]);
                    }
                }
                let known = !values.is_empty() && 2 * values.len() >= samples.len();
                let (median, mad) = if known { median_and_mad(&mut values) } else { (0.0, 0.0) };
                medians.push(median / QUARTERS as f32);
                mads.push(mad / QUARTERS as f32);
                valid.push(if known { 255 } else { 0 });
            }
        }
        let pushed = "one value was pushed for every pixel";
        Self {
            median: Plane::new(width, height, medians).expect(pushed),
            mad: Plane::new(width, height, mads).expect(pushed),
            valid: Plane::new(width, height, valid).expect(pushed),
        }
    }
}

/// Median and raw median absolute deviation of some values, at least one; they are scratch.
fn median_and_mad(values: &mut [i32]) -> (f32, f32) {
    let doubled = middle_sum(values);
    values.iter_mut().for_each(|value| *value = (2 * *value - doubled).abs());
    (0.5 * doubled as f32, 0.25 * middle_sum(values) as f32)
}

/// The sum of the two middle values, or twice the middle one.
fn middle_sum(values: &mut [i32]) -> i32 {
    let middle = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable(middle);
    let lower = if odd { upper } else { below.iter().copied().max().unwrap_or(upper) };
    lower + upper
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whole_numbers_have_the_median_and_mad_of_all_numbers(
            values in prop::collection::vec(-2000_i32..2000, 1..30),
        ) {
            let numbers: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
            let (median, mad) = median_and_mad(&mut values.clone());
            prop_assert_eq!(f64::from(median), fiber_stats::median(&numbers).expect("not empty"));
            prop_assert_eq!(f64::from(mad), fiber_stats::mad(&numbers).expect("not empty"));
        }
    }
}
