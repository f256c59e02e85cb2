/// A circle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// Column of the centre.
    pub x: f64,
    /// Row of the centre.
    pub y: f64,
    /// Radius, at least 0.
    pub radius: f64,
}

/// The smallest circle around a set of points `(x, y)`; `None` where there are none or one is not finite.
///
/// At most three points determine it; they are found by taking in the farthest point until none lies
/// outside, which takes a few passes over the points. Accurate to about 1e-9 of the radius. Points are
/// points: to cover pixels wholly, pass their corners.
///
/// ```
/// use fiber_filters::smallest_circle;
///
/// let circle = smallest_circle(&[(0.0, 0.0), (4.0, 0.0), (2.0, 1.0)]).expect("there are points");
/// assert_eq!((circle.x, circle.y, circle.radius), (2.0, 0.0, 2.0));
/// ```
#[must_use]
pub fn smallest_circle(points: &[(f64, f64)]) -> Option<Circle> {
    if points.iter().any(|&(x, y)| !(x.is_finite() && y.is_finite())) {
        return None;
    }
    let mut support = vec![*points.first()?];
    let mut circle = Circle { x: support[0].0, y: support[0].1, radius: 0.0 };
    loop {
        let (farthest, distance) = circle.farthest(points)?;
        let around = Circle { radius: distance, ..circle };
        if distance <= circle.radius * (1.0 + 1e-10) {
            return Some(around);
        }
        support.push(farthest);
        let (larger, kept) = smallest_of_few(&support)?;
        // It must grow; where it does not, rounding is all that is left.
        if larger.radius <= circle.radius {
            return Some(around);
        }
        (circle, support) = (larger, kept);
    }
}

impl Circle {
    fn distance(&self, (x, y): (f64, f64)) -> f64 {
        (x - self.x).hypot(y - self.y)
    }

    /// The point farthest from the centre and its distance.
    fn farthest(&self, points: &[(f64, f64)]) -> Option<((f64, f64), f64)> {
        let distances = points.iter().map(|&point| (point, self.distance(point)));
        distances.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn on_diameter(a: (f64, f64), b: (f64, f64)) -> Self {
        let (x, y) = (0.5 * (a.0 + b.0), 0.5 * (a.1 + b.1));
        Self { x, y, radius: 0.5 * (b.0 - a.0).hypot(b.1 - a.1) }
    }

    /// `None` for points on one line.
    fn through(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> Option<Self> {
        let (bx, by, cx, cy) = (b.0 - a.0, b.1 - a.1, c.0 - a.0, c.1 - a.1);
        let twice_area = bx * cy - by * cx;
        let (b_squared, c_squared) = (bx * bx + by * by, cx * cx + cy * cy);
        let x = (cy * b_squared - by * c_squared) / (2.0 * twice_area);
        let y = (bx * c_squared - cx * b_squared) / (2.0 * twice_area);
        let radius = x.hypot(y);
        radius.is_finite().then_some(Self { x: a.0 + x, y: a.1 + y, radius })
    }
}

/// The smallest circle of up to four points, by trial of every pair and triple, and those it rests on.
fn smallest_of_few(points: &[(f64, f64)]) -> Option<(Circle, Vec<(f64, f64)>)> {
    let mut candidates = Vec::new();
    for (i, &a) in points.iter().enumerate() {
        for (j, &b) in points.iter().enumerate().skip(i + 1) {
            candidates.push((Circle::on_diameter(a, b), vec![a, b]));
            for &c in &points[j + 1..] {
                candidates.extend(Circle::through(a, b, c).map(|circle| (circle, vec![a, b, c])));
            }
        }
    }
    let reach = |circle: &Circle| circle.farthest(points).map_or(0.0, |(_, distance)| distance);
    candidates
        .into_iter()
        .map(|(circle, on)| (Circle { radius: reach(&circle), ..circle }, on))
        .min_by(|(a, _), (b, _)| a.radius.total_cmp(&b.radius))
}
