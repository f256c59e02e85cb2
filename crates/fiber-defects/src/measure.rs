use fiber_filters::smallest_circle;

/// What the circle around pixel centres lacks of a mark's diameter, in pixel sides.
const CORNER: f64 = 0.4;

/// Form of a set of pixels, in the unit of their coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) centroid: (f64, f64),
    /// Extent along the main axis.
    pub(crate) length: f64,
    /// Area over length.
    pub(crate) width: f64,
    /// Extent across the main axis.
    pub(crate) breadth: f64,
    /// Of the smallest circle around the pixels.
    pub(crate) diameter: f64,
    pub(crate) area: f64,
    /// Of the main axis, in 0..180 from x towards y.
    pub(crate) orientation_deg: f64,
}

impl Shape {
    /// Measures pixels given by their centres, each covering `pixel_area`; none at all has no size.
    ///
    /// A pixel reaches half its side beyond its centre, which is added to extents. The circle through the outermost
    /// centres of a round mark is about 0.4 sides smaller than the mark (found on drawn discs), which is added to the
    /// diameter; that of a few pixels is at least the one of a disc of their area.
    pub(crate) fn of(points: &[(f64, f64)], pixel_area: f64) -> Self {
        let count = points.len().max(1) as f64;
        let side = pixel_area.sqrt();
        let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
        let centroid = (sum_x / count, sum_y / count);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for p in points {
            let (dx, dy) = (p.0 - centroid.0, p.1 - centroid.1);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        let (sin, cos) = angle.sin_cos();
        let length = extent(points.iter().map(|p| p.0 * cos + p.1 * sin)) + side;
        let breadth = extent(points.iter().map(|p| p.1 * cos - p.0 * sin)) + side;
        let area = pixel_area * points.len() as f64;
        Self {
            centroid,
            length,
            width: area / length,
            breadth,
            diameter: smallest_circle(points).map_or(0.0, |circle| {
                let of_area = 2.0 * (area / std::f64::consts::PI).sqrt();
                (2.0 * circle.radius + CORNER * side).max(of_area)
            }),
            area,
            orientation_deg: angle.to_degrees().rem_euclid(180.0),
        }
    }
}

/// Largest less smallest value; 0 of none.
fn extent(values: impl Iterator<Item = f64>) -> f64 {
    let (least, most) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)));
    (most - least).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_its_length_width_and_direction() {
        let bar: Vec<(f64, f64)> =
            (0..30).flat_map(|x| (0..3).map(move |y| (f64::from(x), f64::from(y)))).collect();
        let shape = Shape::of(&bar, 1.0);
        assert!((shape.length - 30.0).abs() < 1e-9 && (shape.width - 3.0).abs() < 1e-9);
        assert!(shape.orientation_deg.abs() < 1e-9 && shape.centroid == (14.5, 1.0));
        let steep: Vec<(f64, f64)> = bar.iter().map(|p| (p.1, p.0)).collect();
        assert!((Shape::of(&steep, 1.0).orientation_deg - 90.0).abs() < 1e-9);
    }

    #[test]
    fn one_pixel_is_as_large_as_a_pixel() {
        let dot = Shape::of(&[(5.0, 6.0)], 4.0);
        assert_eq!((dot.length, dot.width, dot.area), (2.0, 2.0, 4.0));
        // The disc of the same area.
        assert!((dot.diameter - 4.0 / std::f64::consts::PI.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn drawn_discs_have_their_diameter() {
        for diameter in [4.0, 7.0, 11.0, 22.0] {
            for (cx, cy) in [(20.0, 20.0), (20.5, 20.5), (20.3, 20.1)] {
                let disc: Vec<(f64, f64)> = (0..41)
                    .flat_map(|y| (0..41).map(move |x| (f64::from(x), f64::from(y))))
                    .filter(|p| (p.0 - cx).hypot(p.1 - cy) <= diameter / 2.0)
                    .collect();
                let found = Shape::of(&disc, 1.0).diameter;
                // Whole pixels: half a pixel to each side at worst.
                assert!((found - diameter).abs() <= 0.7, "{found} of {diameter}");
            }
        }
    }
}
