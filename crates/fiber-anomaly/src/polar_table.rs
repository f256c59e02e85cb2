//! Values by radius and angle, and what lies between them.

/// Angles at which circles are sampled, half a degree apart.
pub(crate) const ANGLES: usize = 720;

/// Values on circles one pixel apart, at [`ANGLES`] angles each.
///
/// Kept by angle, then by radius, and repeated beyond both ends of the radii and of the turn, so that what an
/// interpolation needs lies together and is never looked for elsewhere.
#[derive(Debug)]
pub(crate) struct PolarTable {
    /// A spoke for each angle, and the first one again.
    spokes: Vec<f32>,
    /// How many circles there are.
    circles: usize,
}

/// Values of a spoke that an interpolation takes: one within its circle and two outside of the next.
const TAPS: usize = 4;

impl PolarTable {
    /// A table of circles from the centre outwards.
    pub(crate) fn new(circles: &[Vec<f32>]) -> Self {
        let mut spokes = Vec::with_capacity((ANGLES + 1) * Self::length(circles.len()));
        if let (Some(first), Some(last)) = (circles.first(), circles.last()) {
            for angle in (0..ANGLES).chain([0]) {
                spokes.push(first[angle]);
                spokes.extend(circles.iter().map(|circle| circle[angle]));
                spokes.extend([last[angle]; 2]);
            }
        }
        Self { spokes, circles: circles.len() }
    }

    /// Values of a spoke of so many circles.
    fn length(circles: usize) -> usize {
        circles + TAPS - 1
    }

    /// The value at a radius in pixels beyond the first circle and a share of a turn, cubic along the radius and linear over angle, and the
    /// steepest slope along the radius within two pixels, in units a pixel. `None` within the first circle and beyond the last.
    #[inline(always)]
    pub(crate) fn at(&self, radius: f32, turn: f32) -> Option<(f32, f32)> {
        let circle = radius as u32;
        // Also where there is no number.
        if !(radius >= 0.0 && (circle as usize) < self.circles) {
            return None;
        }
        let angle = turn * ANGLES as f32;
        // A whole turn is the end of the last angle.
        let spoke = (angle as u32).min(ANGLES as u32 - 1);
        let beyond = radius - circle as f32;
        let turned = angle - spoke as f32;
        let length = Self::length(self.circles);
        let first = spoke as usize * length + circle as usize;
        let here: &[f32; TAPS] = self.spokes.get(first..)?.first_chunk()?;
        let next: &[f32; TAPS] = self.spokes.get(first + length..)?.first_chunk()?;
        let mut taps = [0.0; TAPS];
        for ((tap, here), next) in taps.iter_mut().zip(here).zip(next) {
            *tap = here + turned * (next - here);
        }
        let [a, b, c, d] = taps;
        // Catmull-Rom, as the samples were taken.
        let curve = 2.0 * a - 5.0 * b + 4.0 * c - d + beyond * (3.0 * (b - c) + d - a);
        let level = b + 0.5 * beyond * (c - a + beyond * curve);
        let slope = (b - a).abs().max((c - b).abs()).max((d - c).abs());
        Some((level, slope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Circles whose values grow by 10 a pixel and by one over the turn, but for the step back at its end.
    fn table(circles: usize) -> PolarTable {
        let value =
            |circle: usize, angle: usize| 10.0 * circle as f32 + angle as f32 / ANGLES as f32;
        let circle = |circle| (0..ANGLES).map(|angle| value(circle, angle)).collect();
        PolarTable::new(&(0..circles).map(circle).collect::<Vec<_>>())
    }

    #[test]
    fn values_between_circles_and_angles_are_interpolated() {
        let table = table(9);
        let at = |radius, turn| table.at(radius, turn).expect("within the circles");
        let (level, slope) = at(4.25, 0.5 + 0.25 / ANGLES as f32);
        assert!((level - 43.0 - 0.25 / ANGLES as f32).abs() < 1e-5, "{level}");
        assert!((slope - 10.0).abs() < 1e-4);
        // Halfway from the last angle to the first.
        let (level, _) = at(4.0, 1.0 - 0.5 / ANGLES as f32);
        assert!((level - 40.5 + 0.5 / ANGLES as f32).abs() < 1e-4, "{level}");
        assert_eq!(at(3.0, 1.0), at(3.0, 0.0));
    }

    #[test]
    fn the_ends_are_repeated_and_beyond_them_is_nothing() {
        let table = table(3);
        let at = |radius| table.at(radius, 0.0).map(|(level, _)| level);
        assert_eq!(at(0.0), Some(0.0));
        assert_eq!(at(2.0), Some(20.0));
        assert!(at(2.9).is_some());
        assert_eq!(at(3.0), None);
        assert_eq!(PolarTable::new(&[]).at(0.0, 0.0), None);
    }

    #[test]
    fn a_single_circle_is_the_same_at_its_whole_pixel() {
        let table = table(1);
        assert_eq!(table.at(0.5, 0.25), Some((0.25, 0.0)));
    }
}
