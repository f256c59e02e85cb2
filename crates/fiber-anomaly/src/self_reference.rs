use std::ops::Range;

use fiber_filters::Histogram;
use fiber_geometry::{Geometry, noise_sigma};
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

use crate::AnomalyError;
use crate::polar::{PolarBackground, Subtracted};
use crate::rings::Rings;
use crate::surface::expected_surface;

/// Noise below this many grey levels is not believed: the image has whole levels.
const LEAST_NOISE: f32 = 0.3;

/// The rim of the cladding as shares of its radius.
const RIM: Range<f64> = 0.95..1.04;

/// Position error in pixels that the circles of a healthy face are allowed: the edge of core and cladding is
/// never exactly where its neighbours along the circle lead one to expect.
const EDGE_JITTER_PX: f32 = 0.15;

/// How an image differs from what its own symmetry leads one to expect.
///
/// The planes cover the bounding box of what was analysed.
#[derive(Clone, Debug)]
pub struct SelfReference {
    /// Column and row of the planes' top left pixel in the image.
    pub origin: (usize, usize),
    /// Image minus expectation in grey levels, positive where brighter; 0 where not analysed.
    pub difference: Plane<f32>,
    /// The difference in units of its uncertainty: the noise of its ring, and 0.15 pixels of step
    /// where brightness changes along the radius.
    pub residual: Plane<f32>,
    /// The rings that were analysed and within which noise is estimated.
    pub rings: Rings,
    /// Standard deviation of the noise of each ring in grey levels.
    pub ring_noise: Vec<f32>,
    /// Median brightness of the part of the image that the planes cover, in grey levels.
    pub brightness: f64,
    /// The rings of the cladding's rim, from 0.95 to 1.04 of its radius; empty where there is no fibre.
    pub rim: Range<usize>,
}

/// Compares an image with itself around the fibre, within `zone_um` micrometres in diameter, or, where
/// there is no geometry, all over with its own smooth surface.
///
/// The noise is estimated ring by ring as the normal-consistent median magnitude of the difference, so that
/// the uncertain fringes of the rim and of the core's edge count for less than the quiet areas.
///
/// A good face is nearly the same all around the fibre, so around it the expectation is a running median over
/// 40 degrees at every radius (20 at the rim; at least 29 pixels along the arc; within 5 pixels of the centre one
/// median of all).
/// It follows lighting, vignetting and slightly eccentric circles. It is blind to a mark that covers more than
/// half of that window: circles around the centre, films over a quadrant, anything about the very centre that is wider than
/// 10 pixels. Trusted of the noise: that it has one scale all along a ring; that most of a ring is healthy (the
/// median magnitude breaks down at half).
///
/// On a plain surface the expectation is smooth tile medians times a gain of each column and row, which is
/// blind to marks larger than 36 pixels and to scratches along one column or row over half of the image.
///
/// # Errors
/// [`AnomalyError::Parameter`] where `zone_um` is not finite and above 0.
pub fn self_reference(
    view: PlaneView<'_, u8>,
    geometry: Option<&Geometry>,
    zone_um: f64,
) -> Result<SelfReference, AnomalyError> {
    if !(zone_um.is_finite() && zone_um > 0.0) {
        return Err(AnomalyError::Parameter {
            parameter: "zone_um",
            value: zone_um,
            allowed: "finite and above 0",
        });
    }
    let (origin, part) = match geometry {
        Some(geometry) => bounding_part(view, geometry, zone_um),
        None => ((0, 0), view),
    };
    let image = part.map(|&v| f32::from(v));
    let Subtracted { difference, slope, rings } = match geometry {
        Some(geometry) => {
            let geometry = geometry.within_crop(origin.0, origin.1);
            PolarBackground::estimate(image.view(), &geometry, zone_um)?.subtract_from(image)
        }
        None => on_a_surface(image),
    };
    let floor = LEAST_NOISE.max(noise_sigma(view) as f32);
    let ring_noise: Vec<f32> =
        rings.deviations(&difference).into_iter().map(|d| d.max(floor)).collect();
    let residual = residual(&difference, slope, &rings, &ring_noise);
    let rim = geometry.map_or(0..0, |g| {
        let radius = g.cladding.mean_radius_px();
        (RIM.start * radius) as usize..(RIM.end * radius).ceil() as usize
    });
    let brightness = Histogram::of(part).percentile(0.5)?;
    Ok(SelfReference { origin, difference, residual, rings, ring_noise, brightness, rim })
}

fn on_a_surface(image: Plane<f32>) -> Subtracted {
    let expected = expected_surface(image.view());
    let slope = image.filled_like(0.0_f32);
    let mut difference = image;
    for (value, expected) in difference.pixels_mut().iter_mut().zip(expected.pixels()) {
        *value -= expected;
    }
    Subtracted { rings: Rings::single(difference.view()), difference, slope }
}

/// The difference in units of what noise and slope make uncertain; 0 outside all rings.
fn residual(
    difference: &Plane<f32>,
    slope: Plane<f32>,
    rings: &Rings,
    ring_noise: &[f32],
) -> Plane<f32> {
    pulp::Arch::new().dispatch(Standardise { difference, slope, rings, ring_noise })
}

struct Standardise<'a> {
    difference: &'a Plane<f32>,
    slope: Plane<f32>,
    rings: &'a Rings,
    ring_noise: &'a [f32],
}

impl NullaryFnOnce for Standardise<'_> {
    type Output = Plane<f32>;

    #[inline(always)]
    fn call(self) -> Plane<f32> {
        let Self { difference, slope: mut residual, rings, ring_noise } = self;
        let mut noise = vec![0.0_f32; difference.width()];
        let rows = residual.pixels_mut().chunks_mut(difference.width());
        for ((residual, difference), ring) in rows.zip(difference.rows()).zip(rings.rows()) {
            // Outside all rings the difference is 0, whatever it is divided by. Looked up in a loop of its own, so that the
            // roots and quotients are taken of many pixels at once.
            for (noise, ring) in noise.iter_mut().zip(ring) {
                *noise = ring_noise.get(usize::from(*ring)).copied().unwrap_or(1.0);
            }
            for ((residual, difference), noise) in residual.iter_mut().zip(difference).zip(&noise) {
                let blur = EDGE_JITTER_PX * *residual;
                *residual = difference / (noise * noise + blur * blur).sqrt();
            }
        }
        residual
    }
}

/// The part of the image that holds the zone, with its origin; the whole image where they do not meet.
fn bounding_part<'a>(
    view: PlaneView<'a, u8>,
    geometry: &Geometry,
    zone_um: f64,
) -> ((usize, usize), PlaneView<'a, u8>) {
    let zone = geometry.cladding.scaled(zone_um / geometry.cladding_um);
    let span = |centre: f64, extent: f64, count: usize| {
        let first = (centre - extent / 2.0).floor().clamp(0.0, count as f64) as usize;
        let end = (centre + extent / 2.0 + 1.0).ceil().clamp(0.0, count as f64) as usize;
        (first, end.saturating_sub(first))
    };
    let extent = zone.extent_px();
    let (x, width) = span(zone.cx, extent.0, view.width());
    let (y, height) = span(zone.cy, extent.1, view.height());
    view.crop(x, y, width, height).map_or(((0, 0), view), |part| ((x, y), part))
}
