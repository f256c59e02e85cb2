use serde::{Deserialize, Serialize};

use crate::error::{SynthError, check};

/// A plane figure in micrometres around the fibre's centre (see [`FaceFrame`](crate::FaceFrame)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// A line of constant width with round ends.
    Stroke {
        /// Points joined by straight pieces; one point makes a disc.
        path: Vec<[f64; 2]>,
        /// Full width.
        width_um: f64,
    },
    /// An ellipse.
    Ellipse {
        /// Its centre.
        centre: [f64; 2],
        /// Semi-axes along and across the direction `angle_deg`.
        semi_axes_um: [f64; 2],
        /// Direction of the first axis, from x towards y.
        angle_deg: f64,
    },
    /// A closed polygon; points inside an odd number of loops belong to it.
    Polygon {
        /// Its corners.
        vertices: Vec<[f64; 2]>,
    },
}

/// Points on a full turn where a curve is replaced by a polygon: 0.03 % too small at worst.
const ARC_POINTS: usize = 128;
const REACH_UM: f64 = 1e5;

impl Shape {
    /// A disc.
    #[must_use]
    pub fn disc(centre: [f64; 2], diameter_um: f64) -> Self {
        Self::Ellipse { centre, semi_axes_um: [diameter_um / 2.0; 2], angle_deg: 0.0 }
    }

    /// A straight stroke.
    #[must_use]
    pub fn line(from: [f64; 2], to: [f64; 2], width_um: f64) -> Self {
        Self::Stroke { path: vec![from, to], width_um }
    }

    /// Depth of a point below the outline in micrometres, negative outside. For an ellipse its
    /// magnitude is a lower bound; it never grows faster than the distance moved.
    pub(crate) fn depth(&self, point: [f64; 2]) -> f64 {
        match self {
            Self::Stroke { path, width_um } => width_um / 2.0 - distance_to_path(path, point),
            Self::Ellipse { centre, semi_axes_um: [a, b], angle_deg } => {
                let (sin, cos) = angle_deg.to_radians().sin_cos();
                let (dx, dy) = (point[0] - centre[0], point[1] - centre[1]);
                let radius = ((dx * cos + dy * sin) / a).hypot((dy * cos - dx * sin) / b);
                (1.0 - radius) * a.min(*b)
            }
            Self::Polygon { vertices } => {
                let mut inside = false;
                let mut nearest = f64::INFINITY;
                for (from, to) in edges(vertices) {
                    nearest = nearest.min(distance_to_segment(from, to, point));
                    if (from[1] > point[1]) != (to[1] > point[1]) {
                        let t = (point[1] - from[1]) / (to[1] - from[1]);
                        inside ^= point[0] < from[0] + t * (to[0] - from[0]);
                    }
                }
                if inside { nearest } else { -nearest }
            }
        }
    }

    /// Points on the outline whose convex hull is that of the shape (of curves: a fine polygon's).
    pub(crate) fn outline(&self) -> Vec<[f64; 2]> {
        let turn = (0..ARC_POINTS)
            .map(|i| (std::f64::consts::TAU * i as f64 / ARC_POINTS as f64).sin_cos());
        match self {
            Self::Stroke { path, width_um } => {
                let r = width_um / 2.0;
                let cap = |p: &[f64; 2]| {
                    let p = *p;
                    turn.clone().map(move |(sin, cos)| [p[0] + r * cos, p[1] + r * sin])
                };
                path.iter().flat_map(cap).collect()
            }
            Self::Ellipse { centre, semi_axes_um: [a, b], angle_deg } => {
                let (s, c) = angle_deg.to_radians().sin_cos();
                turn.map(|(sin, cos)| (a * cos, b * sin))
                    .map(|(u, v)| [centre[0] + u * c - v * s, centre[1] + u * s + v * c])
                    .collect()
            }
            Self::Polygon { vertices } => vertices.clone(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        let size = |name, value| check(name, value, 1e-3..=REACH_UM, "0.001 to 100000 um");
        let points = |name, points: &[[f64; 2]], least: usize| {
            if points.len() < least {
                let allowed = if least == 1 { "at least 1 point" } else { "at least 3 corners" };
                return Err(SynthError::Parameter { name, value: points.len() as f64, allowed });
            }
            points.iter().flatten().try_for_each(|value| {
                check("shape position", *value, -REACH_UM..=REACH_UM, "-100000 to 100000 um")
            })
        };
        match self {
            Self::Stroke { path, width_um } => {
                points("path", path, 1)?;
                size("width_um", *width_um)
            }
            Self::Ellipse { centre, semi_axes_um, angle_deg } => {
                points("centre", &[*centre], 1)?;
                size("semi_axes_um", semi_axes_um[0])?;
                size("semi_axes_um", semi_axes_um[1])?;
                check("angle_deg", *angle_deg, -360.0..=360.0, "-360 to 360 degrees")
            }
            Self::Polygon { vertices } => points("vertices", vertices, 3),
        }
    }
}

/// Edges of a closed polygon.
fn edges(vertices: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    let next = vertices.iter().cycle().skip(1);
    vertices.iter().copied().zip(next.copied())
}

fn distance_to_path(path: &[[f64; 2]], point: [f64; 2]) -> f64 {
    match path {
        [only] => distance_to_segment(*only, *only, point),
        _ => path
            .windows(2)
            .map(|pair| distance_to_segment(pair[0], pair[1], point))
            .fold(f64::INFINITY, f64::min),
    }
}

fn distance_to_segment(from: [f64; 2], to: [f64; 2], point: [f64; 2]) -> f64 {
    let (ex, ey) = (to[0] - from[0], to[1] - from[1]);
    let (px, py) = (point[0] - from[0], point[1] - from[1]);
    let squared = ex * ex + ey * ey;
    let t = if squared > 0.0 { ((px * ex + py * ey) / squared).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * ex).hypot(py - t * ey)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shapes() -> impl Strategy<Value = Shape> {
        let point = || [-20.0..20.0_f64, -20.0..20.0_f64];
        let axes = [1.0..12.0_f64, 1.0..12.0_f64];
        prop_oneof![
            (prop::collection::vec(point(), 1..5), 0.5..8.0_f64)
                .prop_map(|(path, width_um)| Shape::Stroke { path, width_um }),
            (point(), axes, -90.0..90.0_f64).prop_map(|(centre, semi_axes_um, angle_deg)| {
                Shape::Ellipse { centre, semi_axes_um, angle_deg }
            }),
            prop::collection::vec(point(), 3..8).prop_map(|vertices| Shape::Polygon { vertices }),
        ]
    }

    proptest! {
        #[test]
        fn depth_changes_no_faster_than_the_point_moves(
            shape in shapes(),
            from in [-30.0..30.0_f64, -30.0..30.0_f64],
            to in [-30.0..30.0_f64, -30.0..30.0_f64],
        ) {
            let moved = (to[0] - from[0]).hypot(to[1] - from[1]);
            prop_assert!((shape.depth(to) - shape.depth(from)).abs() <= moved + 1e-9);
        }

        #[test]
        fn nothing_lies_beyond_the_outline_in_any_direction(
            shape in shapes(),
            point in [-40.0..40.0_f64, -40.0..40.0_f64],
            angle in 0.0..6.3_f64,
        ) {
            let along = |p: &[f64; 2]| p[0] * angle.cos() + p[1] * angle.sin();
            let reach = shape.outline().iter().map(along).fold(f64::NEG_INFINITY, f64::max);
            // The outlines of curves are polygons, short by up to 0.03 % of the radius.
            prop_assert!(shape.depth(point) <= 0.0 || along(&point) <= reach + 0.005);
        }
    }

    #[test]
    fn depths_of_simple_figures() {
        let square =
            Shape::Polygon { vertices: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]] };
        assert_eq!(square.depth([2.0, 1.0]), 1.0);
        assert_eq!(square.depth([7.0, 8.0]), -5.0);
        let line = Shape::line([0.0, 0.0], [10.0, 0.0], 3.0);
        assert_eq!(line.depth([5.0, 1.0]), 0.5);
        assert_eq!(line.depth([13.0, 4.0]), -3.5);
        assert_eq!(Shape::disc([1.0, 1.0], 6.0).depth([1.0, 2.0]), 2.0);
    }
}
