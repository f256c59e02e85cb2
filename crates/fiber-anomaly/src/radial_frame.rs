//! The circles of a fibre: those of the core around its own centre, those of the rim around the cladding's.

use fiber_geometry::{DiscMap, Geometry};

/// Circles up to so much beyond the core's edge, in radii of the cladding, share its centre: cameras draw halos.
const CORE_MARGIN: f64 = 0.06;
/// From here on circles share the centre of the cladding.
const RIM_BEGINS: f64 = 0.93;
/// The centre moves by at most this much of the radius over which it does, so that circles never cross.
const STEEPEST: f64 = 0.4;

/// Radius and direction of image positions about the fibre, in which its core's edge and its rim are both circles.
///
/// Cores lie up to two micrometres off the centre. About the cladding's centre the edge of such a core is no circle,
/// and a few hundredths of a pixel of it add up along an arc. Between core and rim the centre moves in
/// proportion to the radius.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RadialFrame {
    disc: DiscMap,
    /// Centre of the core in the unit disc of the cladding; 0 where they are the same or no core is known.
    shift: (f64, f64),
    /// Where the centre begins to move.
    core_ends: f64,
}

impl RadialFrame {
    pub(crate) fn new(geometry: &Geometry) -> Self {
        let disc = geometry.cladding.disc_map();
        let concentric = Self { disc, shift: (0.0, 0.0), core_ends: 0.0 };
        let Some(core) = geometry.core else { return concentric };
        let shift = disc.to_disc(core.cx, core.cy);
        let core_ends = core.diameter_um / geometry.cladding_um + CORE_MARGIN;
        let room = RIM_BEGINS - core_ends;
        if room > 0.0 && shift.0.hypot(shift.1) <= STEEPEST * room {
            Self { shift, core_ends, ..concentric }
        } else {
            concentric
        }
    }

    /// Centre of the circle of a radius, in the unit disc.
    #[inline(always)]
    fn centre(&self, radius: f64) -> (f64, f64) {
        let share = (RIM_BEGINS - radius) / (RIM_BEGINS - self.core_ends);
        let share = share.clamp(0.0, 1.0);
        (share * self.shift.0, share * self.shift.1)
    }

    /// Image position at a radius, 1 on the rim, in the direction of a cosine and sine.
    #[inline(always)]
    pub(crate) fn position(&self, radius: f64, (cos, sin): (f64, f64)) -> (f64, f64) {
        let (u, v) = self.centre(radius);
        self.disc.from_disc(u + radius * cos, v + radius * sin)
    }

    /// The way back from image positions, in single precision.
    pub(crate) fn inverse(&self) -> PolarMap {
        let (sx, sy) = self.shift;
        let origin = self.disc.from_disc(0.0, 0.0);
        let (x_u, x_v) = self.disc.to_disc(origin.0 + 1.0, origin.1);
        let (y_u, y_v) = self.disc.to_disc(origin.0, origin.1 + 1.0);
        let room = RIM_BEGINS - self.core_ends;
        PolarMap {
            origin: (origin.0 as f32, origin.1 as f32),
            by_x: (x_u as f32, x_v as f32),
            by_y: (y_u as f32, y_v as f32),
            shift: (sx as f32, sy as f32),
            room: room as f32,
            square: (room * room - (sx * sx + sy * sy)) as f32,
        }
    }
}

/// From image positions to radii and directions about the fibre; made by [`RadialFrame::inverse`].
///
/// In single precision and without branches: loops over pixels compile to wide vector instructions. Radii and offsets are within
/// a millionth of the cladding's radius.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolarMap {
    /// Image position of the centre of the cladding.
    origin: (f32, f32),
    /// Steps in the unit disc that a pixel to the right makes, and one down.
    by_x: (f32, f32),
    by_y: (f32, f32),
    /// Of the core's centre, in the unit disc.
    shift: (f32, f32),
    /// Radius over which the centre moves, and its square less that of the shift.
    room: f32,
    square: f32,
}

impl PolarMap {
    /// Radius of an image position and its offsets from the centre of its circle, in the unit disc.
    ///
    /// Where the centre moves, its share `k` of the way to the core's is the lower root of what the circle asks for,
    /// `|p - k s| = RIM_BEGINS - k room`, a quadratic equation.
    #[inline(always)]
    pub(crate) fn polar(&self, x: f32, y: f32) -> (f32, (f32, f32)) {
        const RIM: f32 = RIM_BEGINS as f32;
        let (dx, dy) = (x - self.origin.0, y - self.origin.1);
        let (u, v) = (dx * self.by_x.0 + dy * self.by_y.0, dx * self.by_x.1 + dy * self.by_y.1);
        let (shift_u, shift_v) = self.shift;
        let inside = RIM * RIM - (u * u + v * v);
        let half = RIM * self.room - (u * shift_u + v * shift_v);
        // Neither can be negative but by rounding: the shift is much shorter than the room.
        let root = (half * half - self.square * inside).max(0.0).sqrt();
        // 0 from the rim on.
        let share = (inside.max(0.0) / (half + root).max(f32::MIN_POSITIVE)).min(1.0);
        let offset = (u - share * shift_u, v - share * shift_v);
        // In the unit disc there is nothing that `hypot` would have to be careful of.
        ((offset.0 * offset.0 + offset.1 * offset.1).sqrt(), offset)
    }
}

#[cfg(test)]
mod tests {
    use fiber_geometry::{Core, Ellipse};
    use proptest::prelude::*;

    use super::*;

    fn fibre(shift: (f64, f64), diameter_um: f64) -> Geometry {
        let cladding =
            Ellipse { cx: 140.0, cy: 120.0, width_px: 180.0, height_px: 200.0, angle_deg: 0.0 };
        let core = Core { cx: 140.0 + shift.0, cy: 120.0 + shift.1, diameter_um };
        Geometry {
            cladding,
            core: Some(core),
            cladding_um: 125.0,
            edge_rms_px: 0.0,
            rim_coverage: 1.0,
            rim_step: 0.0,
        }
    }

    #[test]
    fn core_and_rim_are_both_circles() {
        let map = RadialFrame::new(&fibre((3.0, -2.0), 62.5)).inverse();
        let radius = |(x, y): (f64, f64)| map.polar(x as f32, y as f32).0;
        for i in 0..12 {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(i) / 12.0).sin_cos();
            let core = (143.0 + 45.0 * cos, 118.0 + 50.0 * sin);
            assert!((radius(core) - 0.5).abs() < 1e-6);
            let rim = (140.0 + 90.0 * cos, 120.0 + 100.0 * sin);
            assert!((radius(rim) - 1.0).abs() < 1e-6);
        }
    }

    proptest! {
        #[test]
        fn positions_go_there_and_back(
            shift in (-5.0_f64..5.0, -5.0_f64..5.0),
            diameter_um in 5.0_f64..120.0,
            (x, y) in (40.0_f32..240.0, 20.0_f32..220.0),
        ) {
            let frame = RadialFrame::new(&fibre(shift, diameter_um));
            let (radius, (u, v)) = frame.inverse().polar(x, y);
            prop_assume!(radius > 1e-3);
            let [radius, u, v] = [radius, u, v].map(f64::from);
            let back = frame.position(radius, (u / radius, v / radius));
            let off = (back.0 - f64::from(x)).hypot(back.1 - f64::from(y));
            prop_assert!(off < 2e-4, "{:?}", back);
        }
    }
}
