//! Faces to plant defects into, and the quiet places on them.

use fiber_anomaly::self_reference;
use fiber_geometry::Geometry;
use fiber_image::Plane;
use fiber_inspect::{FaceImage, Inspector};

use crate::EvaluationError;
use crate::edges::Edges;

/// The contact zone over the cladding's diameter.
const CONTACT_ZONE: f64 = 2.0;
/// A place is quiet where no mean of 3 x 3 residuals exceeds so many deviations ...
const QUIET: f32 = 3.0;
/// ... and nothing was reported or marked within so many pixels.
const CLEARANCE_PX: f64 = 8.0;
/// Share of a place that may be unquiet: one pixel in a hundred is, on noise alone.
const UNQUIET_SHARE: f64 = 0.01;

/// A face with a fibre, and where nothing is on it.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) luma: Plane<u8>,
    pub(crate) geometry: Geometry,
    /// 255 where something may be already.
    busy: Plane<u8>,
}

/// The area within `radius` of the segment between two positions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) from: [f64; 2],
    pub(crate) to: [f64; 2],
    pub(crate) radius: f64,
}

impl Place {
    fn distance(&self, x: f64, y: f64) -> f64 {
        let [dx, dy] = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let [px, py] = [x - self.from[0], y - self.from[1]];
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        (px - t * dx).hypot(py - t * dy)
    }

    /// Its pixels in an image and a margin around; `None` where they are not all in the image.
    fn pixels(&self, margin: f64, width: usize, height: usize) -> Option<Vec<(usize, usize)>> {
        let reach = self.radius + margin;
        let span = |a: f64, b: f64, side: usize| {
            let (first, last) = (a.min(b) - reach, a.max(b) + reach);
            (first >= 0.0 && last < side as f64).then_some(first as usize..last as usize + 1)
        };
        let columns = span(self.from[0], self.to[0], width)?;
        let rows = span(self.from[1], self.to[1], height)?;
        Some(
            rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
                .filter(|&(x, y)| self.distance(x as f64, y as f64) <= reach)
                .collect(),
        )
    }
}

impl Base {
    /// Prepares a face; `None` where no fibre is found in it. `marks` are boxes of what is known to be there.
    pub(crate) fn new(
        image: &FaceImage,
        marks: impl IntoIterator<Item = Edges>,
        inspector: &Inspector,
    ) -> Result<Option<Self>, EvaluationError> {
        let inspection = inspector.inspect(image)?;
        let Some(geometry) = inspection.geometry else { return Ok(None) };
        let luma = image.luma().to_plane();
        let mut busy = luma.filled_like(255_u8);
        let zone_um = CONTACT_ZONE * geometry.cladding_um;
        let reference = self_reference(luma.view(), Some(&geometry), zone_um)?;
        let (left, top) = reference.origin;
        let (width, height) = reference.residual.dimensions();
        for y in 1..height.saturating_sub(1) {
            for x in 1..width.saturating_sub(1) {
                let rows = (y - 1..=y + 1).map(|y| &reference.residual.row(y)[x - 1..=x + 1]);
                let mean = rows.flatten().sum::<f32>() / 9.0;
                if mean.abs() <= QUIET && reference.rings.ring_of(x, y).is_some() {
                    busy[(left + x, top + y)] = 0;
                }
            }
        }
        let reports = inspection.detection.defects.iter().map(|defect| Edges::from(defect.bounds));
        let taken: Vec<Edges> = reports.chain(marks).collect();
        let mut base = Self { luma, geometry, busy };
        taken.into_iter().for_each(|edges| base.occupy(edges));
        Ok(Some(base))
    }

    fn occupy(&mut self, edges: Edges) {
        let Edges { left, top, right, bottom } = edges.grown(CLEARANCE_PX);
        let (width, height) = self.busy.dimensions();
        for y in top.max(0.0) as usize..(bottom.max(0.0) as usize).min(height) {
            let row = self.busy.row_mut(y);
            row[(left.max(0.0) as usize).min(width)..(right.max(0.0) as usize).min(width)]
                .fill(255);
        }
    }

    /// Takes a place if it is quiet and nothing else has been put near.
    pub(crate) fn take(&mut self, place: Place) -> bool {
        let (width, height) = self.busy.dimensions();
        let Some(pixels) = place.pixels(0.5 * CLEARANCE_PX, width, height) else { return false };
        let busy = pixels.iter().filter(|&&at| self.busy[at] != 0).count();
        if busy as f64 > UNQUIET_SHARE * pixels.len() as f64 {
            return false;
        }
        for at in place.pixels(1.5 * CLEARANCE_PX, width, height).unwrap_or(pixels) {
            self.busy[at] = 255;
        }
        true
    }
}
