use fiber_image::Plane;

use crate::defect::PlantedDefect;
use crate::frame::FaceFrame;
use crate::shape::Shape;

/// The pixels that a defect covers: a part of the image and the covered share of each of its
/// pixels.
pub(crate) struct Footprint {
    /// Column and row of the part's top left pixel in the image.
    pub(crate) origin: [usize; 2],
    /// Covered share, 0 to 1.
    pub(crate) cover: Plane<f64>,
    /// Factor of the contrast from the defect's fill.
    pub(crate) weight: Plane<f64>,
}

/// Points per side of a pixel on the outline at which the shape is tested.
const SUBPIXELS: usize = 16;

impl Footprint {
    /// Covers the part of a `width` x `height` image that the defect touches, grown by `margin`
    /// pixels; `None` where it lies outside.
    pub(crate) fn new(
        defect: &PlantedDefect,
        frame: &FaceFrame,
        (width, height): (usize, usize),
        margin: usize,
    ) -> Option<Self> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in defect.shapes.iter().flat_map(Shape::outline) {
            let position = frame.to_px(point);
            for axis in 0..2 {
                low[axis] = low[axis].min(position[axis]);
                high[axis] = high[axis].max(position[axis]);
            }
        }
        let pad = margin as f64 + 1.0;
        let span = |axis: usize, side: usize| {
            let first = (low[axis] - pad).floor().clamp(0.0, side as f64) as usize;
            let end = ((high[axis] + pad).ceil() + 1.0).clamp(0.0, side as f64) as usize;
            (first < end).then(|| (first, end - first))
        };
        let ((x0, columns), (y0, rows)) = (span(0, width)?, span(1, height)?);
        let reach = frame.half_diagonal_um();
        // The map is linear: three points tell it without a sine for each of many points.
        let [origin, right, down] = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]].map(|p| frame.to_um(p));
        let locate = |x: f64, y: f64| {
            [0, 1].map(|i| origin[i] + x * (right[i] - origin[i]) + y * (down[i] - origin[i]))
        };
        let mut weights = Vec::with_capacity(columns * rows);
        let cover = Plane::from_fn(columns, rows, |x, y| {
            let (x, y) = ((x0 + x) as f64, (y0 + y) as f64);
            let point = locate(x, y);
            let depth = defect.depth(point);
            weights.push(if depth > -reach { defect.fill.weight(point, depth) } else { 0.0 });
            if depth.abs() >= reach {
                f64::from(u8::from(depth > 0.0))
            } else {
                covered_share(defect, |dx, dy| locate(x + dx, y + dy))
            }
        })
        .ok()?;
        let weight = Plane::new(columns, rows, weights).ok()?;
        Some(Self { origin: [x0, y0], cover, weight })
    }

    /// Image position of each of the part's pixels that is covered by at least half.
    pub(crate) fn mask_pixels(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let [x0, y0] = self.origin;
        self.cover.rows().enumerate().flat_map(move |(y, row)| {
            let covered = row.iter().enumerate().filter(|(_, cover)| **cover >= 0.5);
            covered.map(move |(x, _)| (x0 + x, y0 + y))
        })
    }

    /// Covered share at a position of the part between pixel centres, bilinear, 0 outside.
    pub(crate) fn cover_at(&self, x: f64, y: f64) -> f64 {
        let (left, top) = (x.floor(), y.floor());
        let (u, v) = (x - left, y - top);
        let at = |dx: f64, dy: f64| {
            let (column, row) = (left + dx, top + dy);
            if column < 0.0 || row < 0.0 {
                return 0.0;
            }
            self.cover.get(column as usize, row as usize).copied().unwrap_or(0.0)
        };
        (1.0 - v) * ((1.0 - u) * at(0.0, 0.0) + u * at(1.0, 0.0))
            + v * ((1.0 - u) * at(0.0, 1.0) + u * at(1.0, 1.0))
    }
}

/// Share of a pixel's points that lie in the defect; `locate` maps offsets from the pixel's centre.
fn covered_share(defect: &PlantedDefect, locate: impl Fn(f64, f64) -> [f64; 2]) -> f64 {
    let offset = |i: usize| (i as f64 + 0.5) / SUBPIXELS as f64 - 0.5;
    let inside = (0..SUBPIXELS * SUBPIXELS)
        .filter(|i| defect.depth(locate(offset(i % SUBPIXELS), offset(i / SUBPIXELS))) > 0.0)
        .count();
    inside as f64 / (SUBPIXELS * SUBPIXELS) as f64
}
