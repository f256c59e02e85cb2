//! Pixels grouped by their distance from the fibre's centre.

use std::ops::Range;

use fiber_geometry::Geometry;
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::radial_frame::RadialFrame;
use crate::ring_medians::RingMedians;

/// Not part of any ring.
pub(crate) const OUTSIDE: u16 = u16::MAX;
/// A ring's scale is taken from at least this many pixels of the image, if need be those of its neighbours.
const LEAST_POOL: usize = 400;
/// Normal-consistent factor of a median magnitude.
const TO_DEVIATION: f32 = 1.482_602_2;

/// Which ring every pixel of an image belongs to: one ring a pixel of mean radius around the fibre (the core's own
/// centre where that is known), or a
/// single one for an image without a fibre.
///
/// Noise, fringes and lighting of an end face depend on the radius more than on anything else, so that
/// the scale of a residual is estimated ring by ring.
#[derive(Clone, Debug)]
pub struct Rings {
    ring: Plane<u16>,
    /// How many pixels lie in the rings before each one, and in all of them.
    before: Vec<usize>,
    least_pool: usize,
}

/// How radii fall into rings of one pixel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RingScale {
    /// The largest radius within.
    pub(crate) reach: f32,
    /// Pixels of a radius of 1.
    pub(crate) radius_px: f32,
}

impl RingScale {
    /// The ring of a radius, [`OUTSIDE`] beyond the reach.
    #[inline(always)]
    pub(crate) fn ring(self, radius: f32) -> u16 {
        let ring = (radius * self.radius_px).min(f32::from(OUTSIDE - 1)) as u16;
        if radius <= self.reach { ring } else { OUTSIDE }
    }
}

impl Rings {
    /// Rings out to `zone_um` micrometres in diameter.
    #[must_use]
    pub fn around<T>(view: PlaneView<'_, T>, geometry: &Geometry, zone_um: f64) -> Self {
        let scale = RingScale {
            reach: (zone_um / geometry.cladding_um) as f32,
            radius_px: geometry.cladding.mean_radius_px() as f32,
        };
        let map = RadialFrame::new(geometry).inverse();
        let ring = |x, y| scale.ring(map.polar(x as f32, y as f32).0);
        let ring = Plane::from_fn(view.width(), view.height(), ring);
        Self::of(ring.expect("the sides of a view are legal"))
    }

    /// One ring that holds every pixel.
    #[must_use]
    pub fn single<T>(view: PlaneView<'_, T>) -> Self {
        Self::of(view.filled_like(0))
    }

    /// The same rings in every second pixel of every second row ([`PlaneView::every_second`]): for the deviations of what
    /// is so smooth that a quarter of its pixels tells as much as all.
    #[must_use]
    pub fn halved(&self) -> Self {
        Self::with_count(self.ring.view().every_second(), self.count(), self.least_pool / 4)
    }

    /// The rings of which each pixel's is given, [`OUTSIDE`] where none.
    pub(crate) fn of(ring: Plane<u16>) -> Self {
        let last = ring.pixels().iter().filter(|&&r| r != OUTSIDE).max();
        let count = last.map_or(0, |&last| usize::from(last) + 1);
        Self::with_count(ring, count, LEAST_POOL)
    }

    fn with_count(ring: Plane<u16>, count: usize, least_pool: usize) -> Self {
        let mut sizes = vec![0; count];
        for &r in ring.pixels() {
            if let Some(size) = sizes.get_mut(usize::from(r)) {
                *size += 1;
            }
        }
        let mut all = 0;
        let before = std::iter::once(0).chain(sizes.into_iter().map(|size| {
            all += size;
            all
        }));
        Self { ring, before: before.collect(), least_pool }
    }

    fn count(&self) -> usize {
        self.before.len() - 1
    }

    /// 255 on all rings, 0 elsewhere.
    #[must_use]
    pub fn mask(&self) -> Plane<u8> {
        self.ring.map(|&r| if r == OUTSIDE { 0 } else { 255 })
    }

    /// The ring of each pixel row by row, [`OUTSIDE`] where none.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[u16]> {
        self.ring.rows()
    }

    /// The ring of a pixel, `None` outside all.
    #[must_use]
    pub fn ring_of(&self, x: usize, y: usize) -> Option<usize> {
        let ring = *self.ring.get(x, y)?;
        (ring != OUTSIDE).then_some(usize::from(ring))
    }

    /// Robust standard deviation about 0 of `values` in each ring: the normal-consistent median magnitude
    /// over the ring and as many of its neighbours as make the pool large enough.
    ///
    /// `values` must have the size of the image that the rings were made for.
    #[must_use]
    pub fn deviations<T: Copy + Into<f32>>(&self, values: &Plane<T>) -> Vec<f32> {
        let medians = RingMedians::new(values.pixels(), self.ring.pixels(), self.count());
        let medians = medians.of_pools((0..self.count()).map(|ring| self.pool(ring)));
        medians.into_iter().map(|median| median.map_or(0.0, |m| TO_DEVIATION * m)).collect()
    }

    /// A ring and its neighbours, out to where they hold enough pixels.
    fn pool(&self, ring: usize) -> Range<usize> {
        let count = self.count();
        let (first, last) = (ring.saturating_sub(1), (ring + 2).min(count));
        let widened = |by: usize| first.saturating_sub(by)..(last + by).min(count);
        let enough = |by: usize| {
            let Range { start, end } = widened(by);
            self.before[end] - self.before[start] >= self.least_pool
        };
        // By as little as is enough, by all where nothing is: where the fibre is far outside the image most rings are empty.
        let (mut least, mut most) = (0, first.max(count - last));
        while least < most {
            let middle = least.midpoint(most);
            (least, most) = if enough(middle) { (least, middle) } else { (middle + 1, most) };
        }
        widened(least)
    }

    /// Divides every pixel by its ring's deviation, but by no less than `floor`; 0 outside all rings.
    ///
    /// `deviations` must come from [`Rings::deviations`].
    #[must_use]
    pub fn standardise(&self, values: &Plane<f32>, deviations: &[f32], floor: f32) -> Plane<f32> {
        let divisors: Vec<f32> = deviations.iter().map(|d| d.max(floor)).collect();
        let mut standardised = values.clone();
        for (value, &ring) in standardised.pixels_mut().iter_mut().zip(self.ring.pixels()) {
            *value = quotient(*value, &divisors, ring);
        }
        standardised
    }

    /// [`Rings::standardise`] of which only that is kept whose magnitude is above `low` deviations, all else is 0; `None`
    /// where no magnitude is above `high`. In less time, as there is little of either.
    #[must_use]
    pub fn standing_out<T: Copy + Into<f32>>(
        &self,
        values: &Plane<T>,
        deviations: &[f32],
        floor: f32,
        (low, high): (f32, f32),
    ) -> Option<Plane<f32>> {
        let divisors: Vec<f32> = deviations.iter().map(|d| d.max(floor)).collect();
        let smallest = divisors.iter().copied().filter(|&d| d > 0.0).fold(f32::INFINITY, f32::min);
        let (pixels, rings) = (values.pixels(), self.ring.pixels());
        // Quotients, and where they are, among which are all those above a threshold.
        let candidates = |threshold: f32| {
            // No quotient of a smaller value is above it, whatever its ring; the share is for rounding.
            let bound = threshold * smallest * (1.0 - 4.0 * f32::EPSILON);
            let blocks = pulp::Arch::new().dispatch(BlocksAbove { values: pixels, bound });
            let places = blocks.into_iter().flat_map(|start| start..start + BESIDE);
            places
                .take_while(|&at| at < pixels.len())
                .map(|at| (at, quotient(pixels[at].into(), &divisors, rings[at])))
        };
        if !candidates(high).any(|(_, quotient)| quotient.abs() > high) {
            return None;
        }
        let mut above = values.filled_like(0.0_f32);
        for (at, quotient) in candidates(low).filter(|(_, quotient)| quotient.abs() > low) {
            above.pixels_mut()[at] = quotient;
        }
        Some(above)
    }
}

/// Where the blocks of values begin in which there is a magnitude above the bound.
struct BlocksAbove<'a, T> {
    values: &'a [T],
    bound: f32,
}

impl<T: Copy + Into<f32>> NullaryFnOnce for BlocksAbove<'_, T> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn call(self) -> Vec<usize> {
        let Self { values, bound } = self;
        let mut found = Vec::new();
        for (start, block) in (0..).step_by(BESIDE).zip(values.chunks(BESIDE)) {
            let mut any = false;
            for &value in block {
                let value: f32 = value.into();
                any |= value.abs() > bound;
            }
            if any {
                found.push(start);
            }
        }
        found
    }
}

/// A value over its ring's divisor; 0 where it has none above 0.
#[inline]
fn quotient(value: f32, divisors: &[f32], ring: u16) -> f32 {
    match divisors.get(usize::from(ring)) {
        Some(&divisor) if divisor > 0.0 => value / divisor,
        _ => 0.0,
    }
}

/// Pixels beside each other that are passed over at once.
const BESIDE: usize = 16;

#[cfg(test)]
mod tests {
    use fiber_filters::gaussian_blur;
    use fiber_geometry::Ellipse;
    use proptest::prelude::*;

    use super::*;

    fn fibre(cladding: Ellipse) -> Geometry {
        Geometry {
            cladding,
            core: None,
            cladding_um: 125.0,
            edge_rms_px: 0.0,
            rim_coverage: 1.0,
            rim_step: 0.0,
        }
    }

    fn values(width: usize, height: usize) -> impl Strategy<Value = Plane<f32>> {
        prop::collection::vec(-9.0_f32..9.0, width * height)
            .prop_map(move |v| Plane::new(width, height, v).expect("as many as pixels"))
    }

    /// The same by definition: pool the ring and its neighbours, widen until there are enough, sort.
    fn naive_deviations(rings: &Rings, values: &Plane<f32>) -> Vec<f32> {
        let (width, height) = values.dimensions();
        let mut members: Vec<Vec<f32>> = Vec::new();
        for y in 0..height {
            for x in 0..width {
                if let Some(ring) = rings.ring_of(x, y) {
                    members.resize(members.len().max(ring + 1), Vec::new());
                    members[ring].push(values[(x, y)].abs());
                }
            }
        }
        let within = |ring: usize, reach: usize| -> Vec<f32> {
            let near = ring.saturating_sub(reach)..(ring + reach + 1).min(members.len());
            members[near].concat()
        };
        (0..members.len())
            .map(|ring| {
                let enough =
                    (1..=members.len()).find(|&reach| within(ring, reach).len() >= LEAST_POOL);
                let mut pool = within(ring, enough.unwrap_or(members.len()));
                pool.sort_by(f32::total_cmp);
                TO_DEVIATION * pool[pool.len() / 2]
            })
            .collect()
    }

    /// Radii are worked out in single precision.
    const NEAR_PX: f64 = 2e-5;

    #[test]
    fn far_rings_without_pixels_take_their_scale_from_the_nearest_that_have_some() {
        let view = Plane::filled(32, 32, 2.0_f32).expect("positive sides");
        let rings = Rings::around(view.view(), &fibre(Ellipse::circle(-1e4, 16.0, 2e4)), 250.0);
        let deviations = rings.deviations(&view);
        assert!(deviations.len() > 10_000);
        assert!(deviations.iter().all(|d| (d / TO_DEVIATION - 2.0).abs() < 1e-6));
    }

    proptest! {
        #[test]
        fn deviations_are_the_median_magnitudes_of_the_rings(
            plane in values(61, 47),
            centre in (-10.0_f64..70.0, -10.0_f64..60.0),
            axes in (8.0_f64..60.0, 8.0_f64..60.0),
        ) {
            let cladding = Ellipse {
                cx: centre.0, cy: centre.1, width_px: axes.0, height_px: axes.1, angle_deg: 0.0,
            };
            let rings = Rings::around(plane.view(), &fibre(cladding), 250.0);
            prop_assert_eq!(rings.deviations(&plane), naive_deviations(&rings, &plane));
        }

        #[test]
        fn only_what_is_above_a_deviation_is_kept(
            plane in values(61, 47),
            low in 0.0_f32..3.0,
            beyond in 0.0_f32..2.0,
            floor in prop_oneof![Just(0.0_f32), 0.0_f32..9.0],
        ) {
            let rings = Rings::around(plane.view(), &fibre(Ellipse::circle(30.0, 20.0, 25.0)), 190.0);
            let mut deviations = rings.deviations(&plane);
            deviations[3] = 0.0;
            let all = rings.standardise(&plane, &deviations, floor);
            let found = rings.standing_out(&plane, &deviations, floor, (low, low + beyond));
            let stands_out = all.pixels().iter().any(|v| v.abs() > low + beyond);
            let expected = all.map(|&v| if v.abs() > low { v } else { 0.0 });
            prop_assert_eq!(found, stands_out.then_some(expected));
        }

        #[test]
        fn rings_hold_exactly_the_zone_and_grow_outwards(
            centre in (0.0_f64..40.0, 0.0_f64..30.0),
            diameter in 4.0_f64..60.0,
            zone_um in 20.0_f64..400.0,
        ) {
            let view = Plane::filled(40, 30, 0_u8).expect("positive sides");
            let geometry = fibre(Ellipse::circle(centre.0, centre.1, diameter));
            let rings = Rings::around(view.view(), &geometry, zone_um);
            let mask = rings.mask();
            for y in 0..30 {
                for x in 0..40 {
                    let distance = (x as f64 - centre.0).hypot(y as f64 - centre.1);
                    let reach = zone_um / 125.0 * diameter / 2.0;
                    let ring = rings.ring_of(x, y);
                    prop_assert_eq!(mask[(x, y)] == 255, ring.is_some());
                    if (distance - reach).abs() > NEAR_PX {
                        prop_assert_eq!(ring.is_some(), distance < reach);
                    }
                    if let Some(ring) = ring {
                        prop_assert!((ring as f64 + 0.5 - distance).abs() <= 0.5 + NEAR_PX);
                    }
                }
            }
        }
    }

    #[test]
    fn halved_rings_keep_their_numbers_and_tell_the_same_of_smooth_planes() {
        let geometry = fibre(Ellipse::circle(150.0, 140.0, 130.0));
        let noise = Plane::from_fn(301, 280, |x, y| {
            let mixed = (x as u64 * 0x9E37_79B9 + y as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((mixed ^ (mixed >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 40) as f32 - 8_388_608.0
        })
        .expect("positive sides");
        let smooth = gaussian_blur(noise.view(), 2.0).expect("a legal width");
        let rings = Rings::around(smooth.view(), &geometry, 250.0);
        let halved = rings.halved();
        assert_eq!(halved.ring_of(100, 70), rings.ring_of(200, 140));
        let (all, quarter) =
            (rings.deviations(&smooth), { halved.deviations(&smooth.view().every_second()) });
        assert_eq!(all.len(), quarter.len());
        let off = all.iter().zip(&quarter).map(|(all, quarter)| (quarter / all - 1.0).abs());
        let (sum, most) = off.fold((0.0, 0.0_f32), |(sum, most), off| (sum + off, most.max(off)));
        let mean = sum / all.len() as f32;
        // The inner rings hold few blurs' widths: their medians are uncertain by more, of all pixels as well.
        assert!(mean < 0.04 && most < 0.2, "{mean}, at most {most}");
    }

    #[test]
    fn small_rings_borrow_from_their_neighbours() {
        // The inner 400 pixels are quiet, the others loud; the centre has far fewer of its own.
        let geometry = fibre(Ellipse::circle(50.0, 50.0, 50.0));
        let quiet_to = 16.0;
        let loud = Plane::from_fn(101, 101, |x, y| {
            if (x as f64 - 50.0).hypot(y as f64 - 50.0) < quiet_to { 1.0_f32 } else { 5.0 }
        })
        .expect("positive sides");
        let rings = Rings::around(loud.view(), &geometry, 250.0);
        let deviations = rings.deviations(&loud);
        assert_eq!(deviations[0], TO_DEVIATION);
        assert_eq!(deviations[40], 5.0 * TO_DEVIATION);
        let standard = rings.standardise(&loud, &deviations, 0.0);
        assert!((standard[(50, 50)] - 1.0 / TO_DEVIATION).abs() < 1e-6);
        assert_eq!(standard[(0, 0)], 0.0, "outside all rings");
        assert_eq!(rings.standardise(&loud, &deviations, 100.0)[(50, 50)], 0.01);
    }

    #[test]
    fn a_single_ring_holds_everything() {
        let plane = Plane::new(3, 1, vec![-2.0_f32, 0.0, 4.0]).expect("three");
        let rings = Rings::single(plane.view());
        assert_eq!((0..3).filter_map(|x| rings.ring_of(x, 0)).collect::<Vec<_>>(), [0, 0, 0]);
        assert_eq!(rings.ring_of(3, 0), None);
        assert_eq!(rings.deviations(&plane), [2.0 * TO_DEVIATION]);
    }

    #[test]
    fn a_zone_outside_the_image_has_no_rings() {
        let view = Plane::filled(20, 20, 0.0_f32).expect("positive sides");
        let rings = Rings::around(view.view(), &fibre(Ellipse::circle(-500.0, 9.0, 40.0)), 250.0);
        assert!(rings.deviations(&view).is_empty());
        assert!(rings.mask().pixels().iter().all(|&m| m == 0));
        assert_eq!(rings.standardise(&view, &[], 1.0), view);
    }
}
