use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::spoke::Spoke;

/// An ellipse in image pixels.
///
/// `width_px` is the full axis that lies nearer to the x direction, `height_px` the other one, and
/// `angle_deg` in (-45, 45] turns the first from x towards y (clockwise on a screen, as y points down).
/// Pixel centres lie at whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ellipse {
    /// Centre column in pixels.
    pub cx: f64,
    /// Centre row in pixels.
    pub cy: f64,
    /// Full axis nearer to x, in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub width_px: f64,
    /// Full axis nearer to y, in pixels.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub height_px: f64,
    /// Rotation of the first axis from x towards y, in degrees.
    pub angle_deg: f64,
}

impl Ellipse {
    /// A circle of the given diameter.
    #[must_use]
    pub fn circle(cx: f64, cy: f64, diameter_px: f64) -> Self {
        Self { cx, cy, width_px: diameter_px, height_px: diameter_px, angle_deg: 0.0 }
    }

    /// The same centre and shape, `factor` times as large.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { width_px: self.width_px * factor, height_px: self.height_px * factor, ..self }
    }

    /// Distance of a point from the centre as a multiple of the ellipse's own radius in that direction:
    /// 0 at the centre, 1 on the curve.
    #[must_use]
    pub fn normalised_radius(&self, x: f64, y: f64) -> f64 {
        let (u, v) = self.to_unit_disc(x, y);
        // No overflow to be careful of, as `hypot` is.
        (u * u + v * v).sqrt()
    }

    /// Maps image pixels to the frame in which the ellipse is the unit circle, keeping directions: the
    /// stretch is undone along the ellipse's own axes only.
    #[must_use]
    pub fn to_unit_disc(&self, x: f64, y: f64) -> (f64, f64) {
        self.disc_map().to_disc(x, y)
    }

    /// The inverse of [`Ellipse::to_unit_disc`].
    #[must_use]
    pub fn from_unit_disc(&self, u: f64, v: f64) -> (f64, f64) {
        self.disc_map().from_disc(u, v)
    }

    /// [`Ellipse::to_unit_disc`] and its inverse for many positions.
    #[must_use]
    pub fn disc_map(&self) -> DiscMap {
        // Mostly there is no rotation, and those who map one position only call this for each.
        let (sin, cos) =
            if self.angle_deg == 0.0 { (0.0, 1.0) } else { self.angle_deg.to_radians().sin_cos() };
        let Self { cx, cy, width_px, height_px, .. } = *self;
        DiscMap { cx, cy, semi_width: width_px / 2.0, semi_height: height_px / 2.0, sin, cos }
    }

    /// So many rays from the centre, evenly spread over the unit disc.
    pub(crate) fn spokes(&self, count: usize) -> impl ExactSizeIterator<Item = Spoke> + Clone {
        let Self { cx, cy, .. } = *self;
        (0..count).map(move |ray| {
            let (sin, cos) = (TAU * ray as f64 / count as f64).sin_cos();
            let (x, y) = self.from_unit_disc(cos, sin);
            Spoke::new((cx, cy), (x, y))
        })
    }

    /// Width and height of the bounding box, in pixels.
    #[must_use]
    pub fn extent_px(&self) -> (f64, f64) {
        let (sin, cos) = self.angle_deg.to_radians().sin_cos();
        let of = |a: f64, b: f64| (self.width_px * a).hypot(self.height_px * b);
        (of(cos, sin), of(sin, cos))
    }

    /// Geometric mean of the semi-axes, in pixels.
    #[must_use]
    pub fn mean_radius_px(&self) -> f64 {
        (self.width_px * self.height_px).sqrt() / 2.0
    }
}

/// The map between image pixels and the frame in which an ellipse is the unit circle; made by [`Ellipse::disc_map`].
///
/// What it takes from the ellipse is worked out once, and there are no branches in it, so that loops over pixels compile
/// to vector instructions.
#[derive(Clone, Copy, Debug)]
pub struct DiscMap {
    cx: f64,
    cy: f64,
    semi_width: f64,
    semi_height: f64,
    /// Of the rotation.
    sin: f64,
    cos: f64,
}

impl DiscMap {
    /// As [`Ellipse::to_unit_disc`].
    #[inline]
    #[must_use]
    pub fn to_disc(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.cx, y - self.cy);
        let along = (dx * self.cos + dy * self.sin) / self.semi_width;
        let across = (dy * self.cos - dx * self.sin) / self.semi_height;
        (along * self.cos - across * self.sin, along * self.sin + across * self.cos)
    }

    /// As [`Ellipse::from_unit_disc`].
    #[inline]
    #[must_use]
    pub fn from_disc(&self, u: f64, v: f64) -> (f64, f64) {
        let along = (u * self.cos + v * self.sin) * self.semi_width;
        let across = (v * self.cos - u * self.sin) * self.semi_height;
        let x = self.cx + along * self.cos - across * self.sin;
        let y = self.cy + along * self.sin + across * self.cos;
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_disc_map_and_its_inverse_agree() {
        let ellipse =
            Ellipse { cx: 10.0, cy: 20.0, width_px: 30.0, height_px: 50.0, angle_deg: 25.0 };
        let (x, y) = ellipse.from_unit_disc(0.6, -0.8);
        assert!((ellipse.normalised_radius(x, y) - 1.0).abs() < 1e-12);
        let (u, v) = ellipse.to_unit_disc(x, y);
        assert!((u - 0.6).abs() < 1e-12 && (v + 0.8).abs() < 1e-12);
    }
}
