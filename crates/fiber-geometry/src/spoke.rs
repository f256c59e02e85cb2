/// A ray from the centre of an ellipse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoke {
    cx: f64,
    cy: f64,
    /// From the centre to the curve.
    dx: f64,
    dy: f64,
}

impl Spoke {
    /// From a centre to a point of the curve.
    pub(crate) fn new((cx, cy): (f64, f64), (x, y): (f64, f64)) -> Self {
        Self { cx, cy, dx: x - cx, dy: y - cy }
    }

    /// The position on it so many times as far from the centre as the curve.
    #[inline(always)]
    pub(crate) fn at(&self, scale: f64) -> (f64, f64) {
        (self.cx + scale * self.dx, self.cy + scale * self.dy)
    }
}
