use std::f64::consts::TAU;

use fiber_filters::sample_bilinear;
use fiber_report::{DefectReport, Inspection};
use serde::Serialize;

use crate::face_match::{Marks, match_marks};

/// Two images of one face, such as before and after cleaning, put beside each other.
///
/// The fibres give shift and scale; the turn between the images is where the differences of the faces from their
/// own rings correlate best over the angle, if more marks lie at the same places at that turn than without one.
#[derive(Clone, Debug, Serialize)]
pub struct BeforeAfter {
    /// Whether both images show a fibre, without which nothing can be compared.
    pub registered: bool,
    /// Turn of the second image against the first in degrees, from x towards y.
    pub turn_deg: f64,
    /// Correlation of the two at that turn, -1 to 1.
    pub correlation: f64,
    /// Defects of the first image that the second does not have.
    pub went: Vec<DefectReport>,
    /// Defects of both, as the first and the second image show them.
    pub stayed: Vec<[DefectReport; 2]>,
    /// Defects that only the second image has.
    pub came: Vec<DefectReport>,
}

impl BeforeAfter {
    /// Compares two inspections of one face.
    #[must_use]
    pub fn of(before: &Inspection, after: &Inspection) -> Self {
        let registered = before.geometry.is_some() && after.geometry.is_some();
        let (old, new): (Vec<_>, Vec<_>) = (before.defects().collect(), after.defects().collect());
        let (a, b) = (Marks::of(before), Marks::of(after));
        let unturned = Turn { degrees: 0.0, correlation: 0.0 };
        let [unturned, turned] = match (Profile::of(before), Profile::of(after)) {
            (Some(before), Some(after)) => before.turns_to(&after),
            _ => [unturned; 2],
        };
        // Fringes and the pixel grid are alike at quarter turns too: the marks have the last word.
        let [still, moved] = [unturned, turned].map(|turn| match_marks(&a, &b, turn.degrees).pairs);
        let (Turn { degrees: turn_deg, correlation }, pairs) =
            if moved.len() > still.len() { (turned, moved) } else { (unturned, still) };
        let pairs: Vec<(usize, usize)> =
            pairs.into_iter().map(|(i, j)| (a.defect(i), b.defect(j))).collect();
        let left = |defects: &[DefectReport], matched: &dyn Fn(usize) -> bool| {
            let rest = defects.iter().enumerate().filter(|&(i, _)| !matched(i));
            rest.map(|(_, defect)| defect.clone()).collect()
        };
        Self {
            registered,
            turn_deg,
            correlation,
            went: left(&old, &|i| pairs.iter().any(|pair| pair.0 == i)),
            came: left(&new, &|j| pairs.iter().any(|pair| pair.1 == j)),
            stayed: pairs.iter().map(|&(i, j)| [old[i].clone(), new[j].clone()]).collect(),
        }
    }
}

/// Angles and rings at which faces are compared.
const ANGLES: usize = 720;
const RINGS: usize = 40;

/// How the second face is turned against the first, and how alike they are then.
#[derive(Clone, Copy)]
struct Turn {
    degrees: f64,
    correlation: f64,
}

/// A turned face has to correlate so much better than the same one unturned: without marks there is nothing
/// to tell a turn by.
const BETTER_BY: f64 = 0.1;

/// Differences of a face from the means of its rings, ring by ring over the angle.
struct Profile(Vec<[f64; ANGLES]>);

impl Profile {
    /// From the core's edge to just inside and outside of the cladding's rim, which itself says nothing.
    fn of(inspection: &Inspection) -> Option<Self> {
        let geometry = inspection.geometry.as_ref()?;
        let luma = inspection.image.luma();
        let reach = 0.95 * geometry.cladding_um;
        let rings = (0..RINGS).map(|ring| {
            let radius = reach * (ring as f64 + 1.0) / RINGS as f64;
            let mut values = [0.0; ANGLES];
            for (angle, value) in values.iter_mut().enumerate() {
                let (sin, cos) = (TAU * angle as f64 / ANGLES as f64).sin_cos();
                let (x, y) = geometry.to_px(radius * cos, radius * sin);
                // Between pixels, whose grid would look the same after every quarter of a turn.
                *value = sample_bilinear(luma, x as f32, y as f32).map_or(f64::NAN, f64::from);
            }
            centred(values)
        });
        Some(Self(rings.collect()))
    }

    /// No turn, and that at which this face looks most like another one; twice the former where no turn is clearly better.
    fn turns_to(&self, other: &Self) -> [Turn; 2] {
        let energy = |profile: &Self| -> f64 {
            profile.0.iter().flatten().map(|value| value * value).sum::<f64>().sqrt()
        };
        let scale = energy(self) * energy(other);
        if scale <= 0.0 {
            return [Turn { degrees: 0.0, correlation: 0.0 }; 2];
        }
        let correlation = |turn: usize| -> f64 {
            let rings = self.0.iter().zip(&other.0);
            let sum: f64 = rings
                .map(|(a, b)| {
                    (0..ANGLES).map(|angle| a[angle] * b[(angle + turn) % ANGLES]).sum::<f64>()
                })
                .sum();
            sum / scale
        };
        let unturned = correlation(0);
        let (best, highest) = (1..ANGLES)
            .map(|turn| (turn, correlation(turn)))
            .fold((0, unturned), |best, turn| if turn.1 > best.1 { turn } else { best });
        let (best, highest) =
            if highest > unturned + BETTER_BY { (best, highest) } else { (0, unturned) };
        [(0, unturned), (best, highest)].map(|(turn, correlation)| {
            let degrees = 360.0 * turn as f64 / ANGLES as f64;
            Turn { degrees: if degrees > 180.0 { degrees - 360.0 } else { degrees }, correlation }
        })
    }
}

/// The values less their slow course over the angle (light from one side), 0 where they are unknown.
fn centred(values: [f64; ANGLES]) -> [f64; ANGLES] {
    /// Half of the stretch that the slow course is the mean of: 30 degrees.
    const REACH: usize = ANGLES / 12;
    let known = |value: f64| if value.is_finite() { (value, 1.0) } else { (0.0, 0.0) };
    let mut result = [0.0; ANGLES];
    for (angle, result) in result.iter_mut().enumerate() {
        let window = (0..=2 * REACH).map(|step| values[(angle + ANGLES + step - REACH) % ANGLES]);
        let (sum, count) = window
            .map(known)
            .fold((0.0, 0.0), |(sum, count), (value, one)| (sum + value, count + one));
        if values[angle].is_finite() && count > 0.0 {
            *result = values[angle] - sum / count;
        }
    }
    result
}
