//! Specks that stay at one place of the sensor while the fibre moves: dirt on the camera, dead pixels.

use std::f64::consts::TAU;

use fiber_filters::{
    Component, Connectivity, StructuringElement, black_top_hat, components, dilate, white_top_hat,
};
use fiber_geometry::ImageQuality;
use fiber_image::{Plane, PlaneView};

use crate::{FrameKind, Sample};

/// Fewer faces do not tell a speck from a coincidence.
const FEWEST_FACES: usize = 8;

/// A speck is on at least so many faces, whatever their number, and on this share of them.
const FEWEST_SIGHTINGS: usize = 6;
const SIGHTINGS: f64 = 0.6;

/// Standard deviation in pixels of the fibre's place in x and in y below which marks on the fibre would be
/// taken for marks on the sensor.
const LEAST_MOTION_PX: f64 = 3.0;

/// A mark differs from its surroundings by this many standard deviations of the noise, and by so many grey
/// levels.
const MARK_SIGMAS: f64 = 6.0;
const MARK_LEVELS: f64 = 8.0;

/// Largest share of an image's pixels that are marks; of more, the strongest count.
const MOST_MARKS: f64 = 0.02;

/// A circle around the fibre of which a larger share is marked is part of the fibre; on shorter ones a single speck is
/// that much.
const MOST_OF_A_CIRCLE: f64 = 0.1;
const LEAST_CIRCLE_PX: f64 = 100.0;

/// Diameter in pixels of what a mark can be as large as.
const MARK_DIAMETER: usize = 9;

/// Coinciding pixels of fewer, and places with a longer side, are no specks.
const LEAST_AREA: usize = 5;
const LONGEST_SIDE: usize = 25;

/// Where an image's pixels lie in the common frame, and which of them stand out from their surroundings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SensorView {
    /// Columns and rows of the image.
    pub(crate) size: (usize, usize),
    /// `frame = [a, b; c, d] pixel + [e, f]` as `[a, b, c, d, e, f]`.
    pub(crate) to_frame: [f64; 6],
    /// Column and row of the marks, in raster order; empty where nobody looked.
    pub(crate) marks: Vec<[u16; 2]>,
}

impl SensorView {
    pub(crate) fn new(size: (usize, usize), to_frame: impl Fn(f64, f64) -> (f64, f64)) -> Self {
        let (e, f) = to_frame(0.0, 0.0);
        let ((ae, cf), (be, df)) = (to_frame(1.0, 0.0), to_frame(0.0, 1.0));
        Self { size, to_frame: [ae - e, be - e, cf - f, df - f, e, f], marks: Vec::new() }
    }

    fn in_frame(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.to_frame;
        (a * x + b * y + e, c * x + d * y + f)
    }

    /// The marks that are no part of a circle around the fibre, such as its rim or a core's edge: these are wide
    /// enough to meet the same pixel on many faces.
    fn marks_off_circles(&self, frame: FrameKind) -> Vec<[u16; 2]> {
        let FrameKind::Fibre { .. } = frame else { return self.marks.clone() };
        let [a, b, c, d, ..] = self.to_frame;
        let pixel = (a * d - b * c).abs().sqrt();
        let (width, height) = frame.dimensions();
        let centre = [0.5 * (width as f64 - 1.0), 0.5 * (height as f64 - 1.0)];
        // Circles a sensor pixel apart, counted from 1.
        let circle = |&[x, y]: &[u16; 2]| {
            let (x, y) = self.in_frame(f64::from(x), f64::from(y));
            ((x - centre[0]).hypot(y - centre[1]) / pixel).round().max(1.0) as usize
        };
        let circles: Vec<usize> = self.marks.iter().map(circle).collect();
        let mut counts = vec![0_usize; circles.iter().max().map_or(0, |most| most + 1)];
        circles.iter().for_each(|&circle| counts[circle] += 1);
        let crowded = |circle: usize| {
            let around = TAU * circle as f64;
            counts[circle] as f64 > MOST_OF_A_CIRCLE * around && around > LEAST_CIRCLE_PX
        };
        let marks = self.marks.iter().zip(&circles);
        marks.filter(|(_, circle)| !crowded(**circle)).map(|(mark, _)| *mark).collect()
    }

    /// Sensor position of the frame's origin; `None` where the frame has no extent.
    fn origin(&self) -> Option<[f64; 2]> {
        let [a, b, c, d, e, f] = self.to_frame;
        let determinant = a * d - b * c;
        let origin = [(b * f - d * e) / determinant, (c * e - a * f) / determinant];
        origin.iter().all(|value| value.is_finite()).then_some(origin)
    }
}

/// The marks of an image: small places darker or brighter than what surrounds them.
pub(crate) fn marks(image: PlaneView<'_, u8>) -> Vec<[u16; 2]> {
    let (width, height) = image.dimensions();
    let Ok(element) = StructuringElement::ellipse(MARK_DIAMETER) else { return Vec::new() };
    if width.max(height) > usize::from(u16::MAX) {
        return Vec::new();
    }
    let mut strength = white_top_hat(image, &element);
    let dark = black_top_hat(image, &element);
    for (strength, &dark) in strength.pixels_mut().iter_mut().zip(dark.pixels()) {
        *strength = dark.max(*strength);
    }
    let noise = ImageQuality::measure(image, None).noise;
    let least = (MARK_SIGMAS * noise).clamp(MARK_LEVELS, 255.0) as u8;
    let least = least.max(strongest_share(&strength, MOST_MARKS));
    let mut marks = Vec::new();
    for (y, row) in strength.rows().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|&(_, &value)| value >= least) {
            marks.push([x as u16, y as u16]);
        }
    }
    marks
}

/// The smallest level that at most this share of the pixels reaches.
fn strongest_share(plane: &Plane<u8>, share: f64) -> u8 {
    let mut counts = [0_usize; 256];
    plane.pixels().iter().for_each(|&value| counts[usize::from(value)] += 1);
    let most = (share * plane.pixels().len() as f64) as usize;
    let mut reached = 0;
    for level in (0..=u8::MAX).rev() {
        reached += counts[usize::from(level)];
        if reached > most {
            return level.saturating_add(1);
        }
    }
    0
}

/// The places of a sensor where specks lie on most faces although the fibre moves.
///
/// What lies there is not held against a face: a model leaves these pixels out of its archetype, its local
/// maps and its structural score, and a caller can ask [`SpeckMap::contains`] of any pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeckMap {
    mask: Plane<u8>,
    count: usize,
}

impl SpeckMap {
    /// The map of faces in one frame; `None` where they show no specks, are fewer than 8, come from images
    /// of different sizes, or moved too little to tell the sensor from the fibre.
    pub(crate) fn of(samples: &[&Sample], frame: FrameKind) -> Option<Self> {
        let views: Vec<&SensorView> = samples.iter().filter_map(|s| s.sensor()).collect();
        let size = views.first()?.size;
        let told = samples.len() >= FEWEST_FACES
            && views.len() == samples.len()
            && views.iter().all(|view| view.size == size)
            && (matches!(frame, FrameKind::Whole { .. }) || moved(&views));
        if !told {
            return None;
        }
        let mut sightings = Plane::filled(size.0, size.1, 0_u32).ok()?;
        for view in &views {
            // A speck's edge is drawn by the noise: its neighbours count for it.
            let seen = dilate(mask_of(size, &view.marks_off_circles(frame))?.view(), &square(1)?);
            for (sum, &seen) in sightings.pixels_mut().iter_mut().zip(seen.pixels()) {
                *sum += u32::from(seen != 0);
            }
        }
        let least = FEWEST_SIGHTINGS.max((SIGHTINGS * views.len() as f64).ceil() as usize) as u32;
        let steady = sightings.map(|&sum| if sum >= least { 255_u8 } else { 0 });
        let found = components(steady.view(), Connectivity::Eight);
        let is_speck = |speck: &Component| {
            speck.area >= LEAST_AREA && speck.width.max(speck.height) <= LONGEST_SIDE
        };
        let count = found.iter().filter(|(_, speck)| is_speck(speck)).count();
        let specks = found.mask(|_, speck| is_speck(speck));
        (count > 0).then_some(Self { mask: dilate(specks.view(), &square(1)?), count })
    }

    /// Puts a map together from the positions of its pixels; `None` where one lies outside.
    pub(crate) fn from_pixels(
        size: (usize, usize),
        pixels: &[[u16; 2]],
        count: usize,
    ) -> Option<Self> {
        Some(Self { mask: mask_of(size, pixels)?, count })
    }

    /// Column and row of its pixels, in raster order.
    pub(crate) fn pixels(&self) -> Vec<[u16; 2]> {
        let rows = self.mask.rows().enumerate();
        rows.flat_map(|(y, row)| {
            let inside = row.iter().enumerate().filter(|&(_, &value)| value != 0);
            inside.map(move |(x, _)| [x as u16, y as u16])
        })
        .collect()
    }

    /// How many specks there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Columns and rows of the images that it is of; it says nothing of others.
    #[must_use]
    pub fn dimensions(&self) -> (usize, usize) {
        self.mask.dimensions()
    }

    /// Whether a pixel of such an image belongs to a speck.
    #[must_use]
    pub fn contains(&self, x: usize, y: usize) -> bool {
        self.mask.get(x, y).is_some_and(|&value| value != 0)
    }

    /// A sample without the pixels of its frame that show a speck.
    pub(crate) fn without_specks(&self, sample: &Sample) -> Sample {
        let mut valid = sample.valid().to_plane();
        if let Some(view) = sample.sensor().filter(|view| view.size == self.dimensions()) {
            let [a, b, c, d, ..] = view.to_frame;
            // Half a sensor pixel as the frame sees it, and the reach of resampling.
            let reach = 0.5 * (a.hypot(b)).max(c.hypot(d)) + 1.0;
            for [x, y] in self.pixels() {
                clear(&mut valid, view.in_frame(f64::from(x), f64::from(y)), reach);
            }
        }
        sample.with_valid(valid)
    }
}

/// Whether the fibre's place on the sensor differs from face to face, in x and in y.
fn moved(views: &[&SensorView]) -> bool {
    let Some(origins) = views.iter().map(|view| view.origin()).collect::<Option<Vec<_>>>() else {
        return false;
    };
    (0..2).all(|axis| {
        let places: Vec<f64> = origins.iter().map(|origin| origin[axis]).collect();
        fiber_stats::std_dev(&places, fiber_stats::Divisor::Population)
            .is_ok_and(|spread| spread >= LEAST_MOTION_PX)
    })
}

fn square(reach: usize) -> Option<StructuringElement> {
    StructuringElement::rectangle(2 * reach + 1, 2 * reach + 1).ok()
}

fn mask_of((width, height): (usize, usize), pixels: &[[u16; 2]]) -> Option<Plane<u8>> {
    let mut mask = Plane::filled(width, height, 0_u8).ok()?;
    for &[x, y] in pixels {
        let (x, y) = (usize::from(x), usize::from(y));
        if x >= width || y >= height {
            return None;
        }
        mask[(x, y)] = 255;
    }
    Some(mask)
}

fn clear(valid: &mut Plane<u8>, (x, y): (f64, f64), reach: f64) {
    let (width, height) = valid.dimensions();
    let span = |middle: f64, side: usize| {
        let low = (middle - reach).ceil().clamp(0.0, side as f64) as usize;
        let high = (middle + reach).floor().clamp(-1.0, side as f64 - 1.0) + 1.0;
        low..high as usize
    };
    for row in span(y, height) {
        let columns = span(x, width);
        if columns.start < columns.end {
            valid.row_mut(row)[columns].fill(0);
        }
    }
}
