//! What of a face's difference from the archetype is the same all around the fibre.

use fiber_image::{Plane, PlaneView};

use crate::FrameKind;

/// Radius in pixels of the innermost ring, a disc: wide enough for a median that no speck moves.
const INNER_RADIUS: f64 = 6.0;

/// The pixels of a frame in rings of one pixel around the fibre; all in one where there is no fibre.
///
/// Light in the core, exposure and vignetting change a good face alike all around. Taken away ring by ring, they
/// neither hide local damage nor pass for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rings {
    /// Ring of each pixel, row by row.
    of_pixel: Vec<u32>,
    /// Where each ring begins in a list of all pixels ring by ring; one entry more than rings.
    starts: Vec<usize>,
}

/// Grey levels are counted in quarters: medians of an archetype have halves.
pub(crate) const QUARTERS: i32 = 4;

/// A level in quarters, rounded: halves away from 0.
fn quarters(level: f32) -> i32 {
    let quarters = QUARTERS as f32 * level;
    // Not by `round`, which is a call for each pixel.
    (quarters + 0.5_f32.copysign(quarters)) as i32
}

impl Rings {
    pub(crate) fn new(frame: FrameKind) -> Self {
        let (width, height) = frame.dimensions();
        if let FrameKind::Whole { .. } = frame {
            return Self::of(vec![0; width * height]);
        }
        let (cx, cy) = (0.5 * (width as f64 - 1.0), 0.5 * (height as f64 - 1.0));
        let mut of_pixel = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f64 - cx, y as f64 - cy);
                let radius = (dx * dx + dy * dy).sqrt();
                of_pixel.push((radius - INNER_RADIUS).ceil().max(0.0) as u32);
            }
        }
        Self::of(of_pixel)
    }

    fn of(of_pixel: Vec<u32>) -> Self {
        let count = of_pixel.iter().max().map_or(0, |&last| last as usize + 1);
        let mut starts = vec![0; count + 1];
        for &ring in &of_pixel {
            starts[ring as usize + 1] += 1;
        }
        for ring in 0..count {
            starts[ring + 1] += starts[ring];
        }
        Self { of_pixel, starts }
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Rings of the pixels of row `y`.
    pub(crate) fn row(&self, y: usize, width: usize) -> &[u32] {
        &self.of_pixel[y * width..][..width]
    }

    /// Median of face minus archetype over the valid pixels of each ring, in quarters of a grey level; 0
    /// where there is none. The planes must be those of the frame.
    pub(crate) fn offsets(
        &self,
        face: PlaneView<'_, u8>,
        valid: PlaneView<'_, u8>,
        archetype: &Plane<f32>,
    ) -> Vec<i32> {
        let mut differences = vec![0; self.of_pixel.len()];
        let mut ends = self.starts.clone();
        for y in 0..face.height() {
            let pixels = face.row(y).iter().zip(archetype.row(y)).zip(valid.row(y));
            for (((&face, &archetype), &valid), &ring) in pixels.zip(self.row(y, face.width())) {
                if valid != 0 {
                    let end = &mut ends[ring as usize];
                    differences[*end] = QUARTERS * i32::from(face) - quarters(archetype);
                    *end += 1;
                }
            }
        }
        let median = |(&start, &end): (&usize, &usize)| {
            let ring = &mut differences[start..end];
            let middle = ring.len() / 2;
            if ring.is_empty() { 0 } else { *ring.select_nth_unstable(middle).1 }
        };
        self.starts.iter().zip(&ends).take(self.count()).map(median).collect()
    }

    /// The face minus the offset of each ring.
    pub(crate) fn level(&self, face: PlaneView<'_, u8>, offsets: &[i32]) -> Plane<f32> {
        let mut levelled = face.map(|&value| f32::from(value));
        for (value, &ring) in levelled.pixels_mut().iter_mut().zip(&self.of_pixel) {
            *value -= offsets[ring as usize] as f32 / QUARTERS as f32;
        }
        levelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: FrameKind = FrameKind::Fibre { um_per_px: 1.0, field_um: 41.0, cladding_um: 20.0 };

    fn radius(x: usize, y: usize) -> f64 {
        (x as f64 - 20.0).hypot(y as f64 - 20.0)
    }

    fn face(core: u8) -> Plane<u8> {
        let shade = |x, y| if radius(x, y) <= 12.0 { core } else { 90 };
        Plane::from_fn(41, 41, |x, y| shade(x, y) + (x / 9) as u8).expect("positive sides")
    }

    fn levelled(face: &Plane<u8>, archetype: &Plane<u8>) -> Plane<f32> {
        let rings = Rings::new(FRAME);
        let archetype = archetype.map(|&value| f32::from(value));
        let all = face.filled_like(255);
        let offsets = rings.offsets(face.view(), all.view(), &archetype);
        rings.level(face.view(), &offsets)
    }

    #[test]
    fn light_in_the_core_is_levelled_a_scratch_stays() {
        let (dark, mut lit) = (face(40), face(180));
        assert_eq!(levelled(&lit, &dark), dark.map(|&value| f32::from(value)));
        for x in 13..28 {
            lit[(x, 22)] = 250;
        }
        let after = levelled(&lit, &dark);
        for at in [(13, 22), (20, 22), (27, 22)] {
            let expected = f32::from(lit[at]) - 140.0;
            assert_eq!(after[at], expected, "{at:?}");
        }
        assert_eq!(after[(20, 16)], f32::from(dark[(20, 16)]));
    }

    #[test]
    fn quarters_are_rounded_away_from_zero() {
        for sixteenths in -5000_i16..=5000 {
            let level = f32::from(sixteenths) / 16.0;
            assert_eq!(quarters(level), (4.0 * level).round() as i32, "{level}");
        }
    }

    #[test]
    fn the_centre_is_no_ring_of_its_own() {
        let archetype = face(40);
        let mut dug = face(40);
        dug[(20, 20)] = 0;
        assert_eq!(levelled(&dug, &archetype)[(20, 20)], 0.0);
    }

    #[test]
    fn invalid_pixels_do_not_count_and_a_whole_image_is_one_ring() {
        let rings = Rings::new(FrameKind::Whole { width: 3, height: 1 });
        assert_eq!(rings.count(), 1);
        let face = Plane::new(3, 1, vec![13, 15, 200]).expect("three");
        let archetype = Plane::new(3, 1, vec![10.0, 10.5, 0.0]).expect("three");
        let valid = Plane::new(3, 1, vec![0, 1, 0]).expect("three");
        assert_eq!(rings.offsets(face.view(), valid.view(), &archetype), [18]);
        assert_eq!(rings.offsets(face.view(), face.filled_like(0).view(), &archetype), [0]);
        assert_eq!(rings.level(face.view(), &[18]).pixels(), [8.5, 10.5, 195.5]);
    }
}
