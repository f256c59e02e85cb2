use fiber_image::Plane;

use crate::defect::{Contrast, PlantedDefect, hashed};
use crate::error::{SynthError, check};
use crate::footprint::Footprint;
use crate::frame::FaceFrame;
use crate::instrument::Relief;
use crate::measure::{extent, radii_um};
use crate::noise::{NOISE_FLOOR, noise_level};
use crate::optics::blur;
use crate::truth::DefectTruth;

/// Draws one defect into an image, real or rendered, and tells exactly what was drawn.
///
/// The shape is covered pixel by pixel, blurred with a Gaussian of `blur_px` (0: no blur) and added
/// to the image; fractions of a grey level are kept on average by dithering that depends on the
/// position alone. With [`FaceFrame::PIXELS`] the shape's micrometres are the image's pixels. A
/// contrast given as a ratio counts against [`noise_level`] of the image as it is passed in.
///
/// # Errors
/// [`SynthError::Parameter`] for a frame, shape, contrast or blur out of range,
/// [`SynthError::Unseen`] where the defect covers no pixel by half.
///
/// ```
/// use fiber_image::Plane;
/// use fiber_synth::{Contrast, DefectKind, FaceFrame, Fill, PlantedDefect, Polarity, Shape, plant};
///
/// let mut image = Plane::filled(64, 48, 120_u8)?;
/// let scratch = PlantedDefect {
///     kind: DefectKind::Scratch,
///     shapes: vec![Shape::line([10.0, 20.0], [50.0, 20.0], 3.0)],
///     polarity: Polarity::Dark,
///     contrast: Contrast::Grey(20.0),
///     fill: Fill::Solid,
///     opaque: false,
/// };
/// let truth = plant(&mut image, &FaceFrame::PIXELS, &scratch, 0.0)?;
/// assert_eq!((image[(30, 20)], image[(30, 23)]), (100, 120));
/// assert_eq!((truth.length_px, truth.width_px), (43.0, 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plant(
    image: &mut Plane<u8>,
    frame: &FaceFrame,
    defect: &PlantedDefect,
    blur_px: f64,
) -> Result<DefectTruth, SynthError> {
    check("blur_px", blur_px, 0.0..=50.0, "0 to 50 px")?;
    frame.check()?;
    defect.check()?;
    let noise = noise_level(image.view()).max(NOISE_FLOOR);
    let margin = (4.0 * blur_px).ceil() as usize;
    let footprint = Footprint::new(defect, frame, image.dimensions(), margin)
        .ok_or(SynthError::Unseen { index: 0 })?;
    let contrast = grey_contrast(defect, noise);
    let truth = describe(defect, frame, &footprint, contrast, noise)
        .ok_or(SynthError::Unseen { index: 0 })?;
    let [x0, y0] = footprint.origin;
    let backdrop = |x: usize, y: usize| f64::from(image[(x0 + x, y0 + y)]);
    let signed = defect.polarity.sign() * contrast;
    let change = blur(footprint.change(defect, signed, frame, None, backdrop), blur_px);
    for (y, row) in change.rows().enumerate() {
        for (x, (value, change)) in image.row_mut(y0 + y)[x0..].iter_mut().zip(row).enumerate() {
            // Far tails of the blur stay out, so that untouched pixels keep their value.
            if change.abs() > 1e-3 {
                let dither = hashed((x0 + x) as i64, (y0 + y) as i64, 0);
                *value = (f64::from(*value) + change + dither).floor().clamp(0.0, 255.0) as u8;
            }
        }
    }
    Ok(truth)
}

/// The defect's contrast in grey levels of the image.
pub(crate) fn grey_contrast(defect: &PlantedDefect, noise: f64) -> f64 {
    match defect.contrast {
        Contrast::Grey(grey) => grey,
        Contrast::Cnr(ratio) => ratio * noise,
    }
}

impl Footprint {
    /// Grey levels that a defect of the given signed contrast adds to each pixel of the footprint,
    /// whose levels `backdrop` tells. Oblique light adds a flank of the opposite sign on the side
    /// that the light travels to.
    pub(crate) fn change(
        &self,
        defect: &PlantedDefect,
        contrast: f64,
        frame: &FaceFrame,
        relief: Option<Relief>,
        backdrop: impl Fn(usize, usize) -> f64,
    ) -> Plane<f64> {
        let mut change = self.cover.clone();
        for (value, weight) in change.pixels_mut().iter_mut().zip(self.weight.pixels()) {
            *value *= contrast * weight;
        }
        if defect.opaque {
            let covers = || {
                let rows = self.cover.rows().enumerate();
                rows.flat_map(|(y, row)| row.iter().enumerate().map(move |(x, c)| (x, y, *c)))
            };
            let area: f64 = covers().map(|(_, _, cover)| cover).sum();
            let light: f64 = covers().map(|(x, y, cover)| cover * backdrop(x, y)).sum();
            for (x, y, cover) in covers() {
                change[(x, y)] += cover * (light / area - backdrop(x, y));
            }
        }
        if let Some(relief) = relief {
            let (sin, cos) = relief.direction_deg.to_radians().sin_cos();
            let dx = relief.flank_um * cos / frame.um_per_px[0];
            let dy = relief.flank_um * sin / frame.um_per_px[1];
            for y in 0..change.height() {
                for x in 0..change.width() {
                    let shifted = self.cover_at(x as f64 - dx, y as f64 - dy);
                    let flank = (shifted - self.cover[(x, y)]).max(0.0);
                    change[(x, y)] -= contrast * relief.strength * flank;
                }
            }
        }
        change
    }
}

/// What is known about a planted defect but for its zone; `None` where its mask is empty.
pub(crate) fn describe(
    defect: &PlantedDefect,
    frame: &FaceFrame,
    footprint: &Footprint,
    contrast: f64,
    noise: f64,
) -> Option<DefectTruth> {
    let mut bbox: Option<[usize; 4]> = None;
    for (x, y) in footprint.mask_pixels() {
        let [x0, y0, x1, y1] = bbox.unwrap_or([x, y, x, y]);
        bbox = Some([x0.min(x), y0.min(y), x1.max(x + 1), y1.max(y + 1)]);
    }
    let bbox = bbox?;
    let (mut area_px, mut moment) = (0.0, [0.0; 2]);
    for (y, row) in footprint.cover.rows().enumerate() {
        for (x, cover) in row.iter().enumerate() {
            area_px += cover;
            moment[0] += cover * (footprint.origin[0] + x) as f64;
            moment[1] += cover * (footprint.origin[1] + y) as f64;
        }
    }
    let square = FaceFrame { um_per_px: [1.0, 1.0], ..*frame };
    let (pixels, um) = (extent(defect, frame), extent(defect, &square));
    let (inner_radius_um, outer_radius_um) = radii_um(defect);
    Some(DefectTruth {
        kind: defect.kind,
        zone: None,
        polarity: defect.polarity,
        bbox,
        centroid: moment.map(|sum| sum / area_px),
        area_px,
        area_um2: area_px * frame.um_per_px[0] * frame.um_per_px[1],
        length_px: pixels.length,
        length_um: um.length,
        width_px: pixels.width,
        width_um: um.width,
        diameter_px: pixels.diameter,
        diameter_um: um.diameter,
        orientation_px_deg: pixels.orientation_deg,
        orientation_um_deg: um.orientation_deg,
        inner_radius_um,
        outer_radius_um,
        contrast,
        cnr: contrast / noise,
    })
}
