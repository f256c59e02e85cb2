//! From an image to the cladding ellipse.

use fiber_filters::{Threading, gaussian_blur};
use fiber_image::PlaneView;

use crate::centres::candidate_centres;
use crate::core_edge::{FoundCore, find_core};
use crate::error::positive;
use crate::patch::Patch;
use crate::refine::{RefinedEdge, refine};
use crate::rings::{Ring, rings_around};
use crate::shrink::{native, shrink};
use crate::spoke::Spoke;
use crate::{Ellipse, Geometry, GeometryError};

/// What is known beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct LocateOptions {
    /// Diameter of the cladding in micrometres; 125 by default.
    pub cladding_um: f64,
    /// Width over height of a round object in pixels, where the camera's is known; found from the rim
    /// where it is `None`.
    pub pixel_aspect: Option<f64>,
    /// Where the work is done.
    pub threading: Threading,
}

impl Default for LocateOptions {
    fn default() -> Self {
        Self { cladding_um: 125.0, pixel_aspect: None, threading: Threading::Single }
    }
}

/// Longest side in pixels of the image in which centres are voted for.
const VOTING_SIDE: usize = 300;
/// Longest side in pixels of the image in which rings are sought.
const RING_SIDE: usize = 600;
/// Widths of the annuli inside and outside a ring between which its brightness step is measured, as
/// multiples of its radius. They stay clear of the diffraction fringes of the edge.
const INNER_ANNULUS: (f64, f64) = (0.88, 0.95);
const OUTER_ANNULUS: (f64, f64) = (1.06, 1.13);
/// The rim must step by this share of the largest step among the rings: fainter circles further out are
/// vignettes and glue.
const LEAST_RELATIVE_STEP: f64 = 0.1;
/// And by this many grey levels at all.
const LEAST_STEP: f64 = 2.0;
/// This share of the ring must agree on which side is brighter.
const LEAST_AGREEMENT: f64 = 0.8;
/// Rings down to this share of the outermost radius belong to the same rim (fringes).
const RIM_SHARE: f64 = 0.94;
/// The found edge must lie on the ellipse along this share of what is visible of it ...
const LEAST_COVERAGE: f64 = 0.5;
/// ... to this share of its radius.
const LARGEST_RMS_SHARE: f64 = 0.02;

/// A smaller disc is a speck, or a fibre too small to be inspected.
const LEAST_DIAMETER_PX: f64 = 32.0;
/// The rim is refined from the ring found and from rings this much larger and smaller: fringes and the gap to the
/// ferrule make rings of their own, and the one with the steepest step all round is the rim.
const STARTS: [f64; 3] = [1.0, 1.025, 0.975];
/// Pixels are taken as square unless circles fit this much worse than ellipses: damage of the rim also makes
/// ellipses, but only of a part of it, and not of the core.
const SQUARE_UNLESS: f64 = 0.85;

/// Finds the fibre in an 8-bit luma image, or `None` where there is none.
///
/// Centres are voted for by edge gradients in a small version of the image; around each, closed elliptic
/// edges are sought and measured; the outermost one with a real brightness step is the rim of the
/// cladding, refined to sub-pixel positions along 720 rays with a robust ellipse fit.
///
/// # Errors
/// [`GeometryError::Parameter`] where an option is not finite and above 0.
pub fn locate(
    view: PlaneView<'_, u8>,
    options: &LocateOptions,
) -> Result<Option<Geometry>, GeometryError> {
    let cladding_um = positive("cladding_um", options.cladding_um)?;
    let pixel_aspect = options.pixel_aspect.map(|a| positive("pixel_aspect", a)).transpose()?;
    let Some((rim, start)) = find_rim(view, pixel_aspect, options.threading) else {
        return Ok(None);
    };
    let Some(patch) = Patch::around(view, &start, 1.2, 1.0) else { return Ok(None) };
    let circles = refine_circles(&patch, start, rim.contrast > 0.0, pixel_aspect, options);
    let Some(Circles { rim: edge, core }) = circles else { return Ok(None) };
    let cladding = edge.fit.ellipse;
    if cladding.width_px.min(cladding.height_px) < LEAST_DIAMETER_PX {
        return Ok(None);
    }
    let sharp = edge.fit.rms_px <= (LARGEST_RMS_SHARE * cladding.mean_radius_px()).max(0.5);
    if !sharp || edge.coverage < LEAST_COVERAGE * rim.ring.visible {
        return Ok(None);
    }
    Ok(Some(Geometry {
        cladding,
        core: core.map(|core| core.core),
        cladding_um,
        edge_rms_px: edge.fit.rms_px,
        rim_coverage: edge.coverage,
        rim_step: rim.contrast,
    }))
}

/// The rim, and the core seen through pixels of the same shape.
struct Circles {
    rim: RefinedEdge,
    core: Option<FoundCore>,
}

impl Circles {
    /// How much of both circles is found where pixels of this shape put it.
    fn agreement(&self) -> f64 {
        self.rim.coverage + self.core.map_or(0.0, |core| core.coverage)
    }
}

/// Refines the rim and finds the core for square and for free pixels, and takes what suits both circles: the
/// shape of the pixels is the camera's and the same for both.
fn refine_circles(
    patch: &Patch,
    start: Ellipse,
    outward_brighter: bool,
    pixel_aspect: Option<f64>,
    options: &LocateOptions,
) -> Option<Circles> {
    let LocateOptions { cladding_um, threading, .. } = *options;
    let refined = |shaped: Ellipse, free| {
        let rim = STARTS
            .iter()
            .filter_map(|&scale| refine(patch, shaped.scaled(scale), outward_brighter, free))
            .reduce(|best, next| if next.strength > best.strength { next } else { best })?;
        Some(Circles { core: find_core(patch, &rim.fit.ellipse, cladding_um), rim })
    };
    let with_aspect = |aspect: f64| {
        let (radius, root) = (start.mean_radius_px(), aspect.sqrt());
        let shaped =
            Ellipse { width_px: 2.0 * radius * root, height_px: 2.0 * radius / root, ..start };
        refined(shaped, false)
    };
    if let Some(aspect) = pixel_aspect {
        return with_aspect(aspect);
    }
    match threading.join(|| with_aspect(1.0), || refined(start, true)) {
        (Some(square), Some(free)) if square.agreement() < SQUARE_UNLESS * free.agreement() => {
            Some(free)
        }
        (square, free) => square.or(free),
    }
}

struct Rim {
    ring: Ring,
    contrast: f64,
}

/// The best rim over all candidate centres, with its ellipse in native pixels.
fn find_rim(
    view: PlaneView<'_, u8>,
    pixel_aspect: Option<f64>,
    threading: Threading,
) -> Option<(Rim, Ellipse)> {
    let longest = view.width().max(view.height());
    let voting_factor = longest.div_ceil(VOTING_SIDE);
    let ring_factor = longest.div_ceil(RING_SIDE);
    let small = shrink(view, voting_factor);
    let image = Patch::whole(gaussian_blur(shrink(view, ring_factor).view(), 0.7).ok()?);
    let to_ring_scale = |at: f64| {
        (native(at, voting_factor) - (ring_factor as f64 - 1.0) / 2.0) / ring_factor as f64
    };
    let voted = candidate_centres(small.view()).into_iter();
    let centres = voted.map(|(x, y)| (to_ring_scale(x), to_ring_scale(y))).collect();
    let rim = rings_around(&image, centres, pixel_aspect, threading)
        .into_iter()
        .filter_map(|rings| rim_among(&image, &rings))
        .reduce(|best, next| if next.score() > best.score() { next } else { best })?;
    let found = rim.ring.ellipse;
    let start = Ellipse {
        cx: native(found.cx, ring_factor),
        cy: native(found.cy, ring_factor),
        ..found.scaled(ring_factor as f64)
    };
    Some((rim, start))
}

impl Rim {
    fn score(&self) -> f64 {
        self.ring.coverage * self.ring.visible * self.contrast.abs().sqrt()
    }
}

/// The outermost ring with a real brightness step.
fn rim_among(image: &Patch, rings: &[Ring]) -> Option<Rim> {
    let stepped: Vec<Rim> = rings
        .iter()
        .filter_map(|ring| {
            let (contrast, agreement) = brightness_step(image, &ring.ellipse)?;
            let real = contrast.abs() >= LEAST_STEP && agreement >= LEAST_AGREEMENT;
            (real && (contrast > 0.0) == (ring.step > 0.0)).then_some(Rim { ring: *ring, contrast })
        })
        .collect();
    let largest = stepped.iter().map(|rim| rim.contrast.abs()).fold(0.0, f64::max);
    let outermost =
        stepped.iter().rev().find(|rim| rim.contrast.abs() >= LEAST_RELATIVE_STEP * largest)?;
    let (least_radius, outward) =
        (RIM_SHARE * outermost.ring.ellipse.mean_radius_px(), outermost.contrast > 0.0);
    stepped
        .iter()
        .filter(|rim| rim.ring.ellipse.mean_radius_px() >= least_radius)
        .filter(|rim| rim.ring.ellipse.mean_radius_px() <= outermost.ring.ellipse.mean_radius_px())
        .filter(|rim| (rim.contrast > 0.0) == outward)
        .map(|rim| Rim { ..*rim })
        .reduce(|best, next| {
            let weight = |rim: &Rim| rim.ring.coverage * rim.ring.step.abs();
            if weight(&next) > weight(&best) { next } else { best }
        })
}

/// Median over angles of the brightness outside minus inside, and the share of angles that have its sign.
fn brightness_step(image: &Patch, ellipse: &Ellipse) -> Option<(f64, f64)> {
    const ANGLES: usize = 128;
    let mean_over = |(from, to): (f64, f64), spoke: &Spoke| {
        let mut sum = 0.0;
        for i in 0..4 {
            sum += image.sample(spoke.at(from + (to - from) * f64::from(i) / 3.0))?;
        }
        Some(f64::from(sum) / 4.0)
    };
    let mut steps: Vec<f64> = ellipse
        .spokes(ANGLES)
        .filter_map(|spoke| {
            Some(mean_over(OUTER_ANNULUS, &spoke)? - mean_over(INNER_ANNULUS, &spoke)?)
        })
        .collect();
    if steps.is_empty() {
        return None;
    }
    let middle = steps.len() / 2;
    let (_, median, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
    let median = *median;
    let agreeing = steps.iter().filter(|s| s.signum() == median.signum()).count();
    Some((median, agreeing as f64 / steps.len() as f64))
}

#[cfg(test)]
mod tests {
    use fiber_image::Plane;

    use super::*;
    use crate::drawn_face::{DrawnFace, assert_close, gaussian_noise};

    fn found(face: &DrawnFace) -> Option<Geometry> {
        locate(face.draw().view(), &LocateOptions::default()).expect("legal options")
    }

    fn tall() -> Ellipse {
        Ellipse { cx: 131.2, cy: 118.4, width_px: 110.0, height_px: 120.0, angle_deg: 0.0 }
    }

    #[test]
    fn the_fibre_is_found_in_either_polarity_and_on_pixels_of_any_shape() {
        for levels in [[190.0, 80.0, 110.0], [60.0, 150.0, 190.0], [150.0, 144.0, 90.0]] {
            for cladding in [DrawnFace::plain().cladding, tall()] {
                let face = DrawnFace { levels, cladding, noise: 2.0, ..DrawnFace::plain() };
                let fibre = found(&face).unwrap_or_else(|| panic!("{levels:?} {cladding:?}"));
                assert_close(fibre.cladding, cladding, 0.5);
                assert_eq!(fibre.rim_step > 0.0, levels[0] > levels[1]);
            }
        }
    }

    #[test]
    fn frames_off_centre_and_cut_views_do_not_hide_it() {
        let plain = DrawnFace::plain();
        let framed = DrawnFace { border: 18, noise: 1.5, ..plain.clone() };
        assert_close(found(&framed).expect("a framed fibre").cladding, framed.cladding, 0.4);
        let corner = DrawnFace {
            cladding: Ellipse::circle(66.0, 170.0, 120.0),
            noise: 1.5,
            ..plain.clone()
        };
        assert_close(found(&corner).expect("in a corner").cladding, corner.cladding, 0.4);
        // A quarter of the diameter is out of view.
        let cut = DrawnFace { cladding: Ellipse::circle(30.0, 120.0, 120.0), noise: 1.0, ..plain };
        assert_close(found(&cut).expect("cut off").cladding, cut.cladding, 1.0);
    }

    #[test]
    fn damage_of_the_rim_does_not_bend_it() {
        let chips = vec![(20.0, 55.0, 0.06), (140.0, 160.0, 0.1), (250.0, 300.0, 0.04)];
        let face = DrawnFace { chips, noise: 1.5, ..DrawnFace::plain() };
        let fibre = found(&face).expect("a chipped fibre");
        assert_close(fibre.cladding, face.cladding, 0.6);
        assert!(fibre.rim_coverage < 0.85, "{}", fibre.rim_coverage);
    }

    #[test]
    fn known_pixels_are_kept() {
        let face = DrawnFace { cladding: tall(), noise: 1.5, ..DrawnFace::plain() };
        let aspect = tall().width_px / tall().height_px;
        let options = LocateOptions { pixel_aspect: Some(aspect), ..LocateOptions::default() };
        let fibre = locate(face.draw().view(), &options).expect("legal").expect("a fibre");
        assert!((fibre.pixel_aspect() - aspect).abs() < 1e-12);
        assert_close(fibre.cladding, tall(), 0.4);
    }

    #[test]
    fn the_stated_diameter_gives_the_scale() {
        let options = LocateOptions { cladding_um: 80.0, ..LocateOptions::default() };
        let face = DrawnFace::plain().draw();
        let fibre = locate(face.view(), &options).expect("legal").expect("a fibre");
        assert!((fibre.um_per_px().x - 80.0 / 120.0).abs() < 0.005);
    }

    #[test]
    fn there_is_no_fibre_in_noise_ramps_stripes_and_slivers() {
        let mut noise = gaussian_noise(5);
        let noisy = Plane::from_fn(200, 160, |_, _| (120.0 + 12.0 * noise()) as u8);
        let ramp = Plane::from_fn(200, 160, |x, y| (x / 2 + y / 2) as u8);
        let stripes = Plane::from_fn(200, 160, |x, y| if (x + y) % 40 < 20 { 60 } else { 180 });
        let corner = Plane::from_fn(200, 160, |x, y| if x > 90 && y > 70 { 200 } else { 60 });
        let flat = Plane::filled(200, 160, 90_u8);
        let sliver = Plane::filled(1, 300, 90_u8);
        let dot = Plane::filled(1, 1, 90_u8);
        for plane in [noisy, ramp, stripes, corner, flat, sliver, dot] {
            let plane = plane.expect("positive sides");
            let fibre = locate(plane.view(), &LocateOptions::default()).expect("legal options");
            assert_eq!(fibre, None);
        }
    }

    #[test]
    fn every_wrong_option_is_named() {
        let dot = Plane::filled(1, 1, 0_u8).expect("positive sides");
        for wrong in [f64::NAN, 0.0, -125.0, f64::INFINITY] {
            let cladding = LocateOptions { cladding_um: wrong, ..LocateOptions::default() };
            let error = locate(dot.view(), &cladding).expect_err("a wrong diameter");
            assert!(error.to_string().starts_with("cladding_um is "), "{error}");
            let aspect = LocateOptions { pixel_aspect: Some(wrong), ..LocateOptions::default() };
            let error = locate(dot.view(), &aspect).expect_err("a wrong aspect");
            assert!(error.to_string().starts_with("pixel_aspect is "), "{error}");
        }
    }
}
