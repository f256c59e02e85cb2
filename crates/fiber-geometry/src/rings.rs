//! Closed elliptic edges around a candidate centre.

use fiber_filters::Threading;
use fiber_stats::median;

use crate::Ellipse;
use crate::ellipse_fit::{Shape, change, fit_ellipse};
use crate::patch::Patch;
use crate::rays::{RadialEdge, Star, star, unit_frame};

/// Rays cast from a centre.
pub(crate) const RAYS: usize = 256;
/// Radii below this many pixels are no ring.
const SMALLEST_RADIUS: f64 = 4.0;
/// Pixel aspects that are tried: 0.8 to 1.25 in steps of 1.5 %.
const ASPECTS: i32 = 15;
const ASPECT_STEP: f64 = 0.015;
/// Width of a histogram bin of radii, as a ratio.
const BIN: f64 = 0.015;
/// A ring needs edges on this share of the rays that reach it ...
const LEAST_COVERAGE: f64 = 0.5;
/// ... and this share of all rays must reach it.
const LEAST_VISIBLE: f64 = 0.3;

/// An ellipse on which the brightness steps, most of the way round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    pub(crate) ellipse: Ellipse,
    /// Median brightness step outwards over the rays that show it.
    pub(crate) step: f64,
    /// Share of the visible rays that show it.
    pub(crate) coverage: f64,
    /// Share of all rays that reach it.
    pub(crate) visible: f64,
}

/// Bands of radii, as ratios, within which the edges that make an ellipse are taken: wide while the centre is rough.
const SPREADS: [f64; 3] = [0.08, 0.05, 0.03];
/// A sum of the changes of centre and axes below this many pixels ends the search for a centre.
const SETTLED_PX: f64 = 0.1;
/// Frames are the same where centres and axes of ellipses of the radius found differ by less than this in sum.
const SAME_PX: f64 = 1.0;

/// All rings around the centres that the ellipses near `centres` have, inner ones first; as many lists as there are
/// such centres.
pub(crate) fn rings_around(
    image: &Patch,
    centres: Vec<(f64, f64)>,
    pixel_aspect: Option<f64>,
    threading: Threading,
) -> Vec<Vec<Ring>> {
    let mut searches: Vec<Search> = centres.into_iter().map(|(x, y)| Search::near(x, y)).collect();
    for spread in SPREADS {
        let next = threading.map(searches, |search| search.narrowed(image, pixel_aspect, spread));
        searches = Vec::new();
        for search in next.into_iter().flatten() {
            // Votes for one fibre scatter; the best voted come first.
            if searches.iter().all(|known| !search.meets(known)) {
                searches.push(search);
            }
        }
    }
    threading.map(searches, |search| search.rings(image))
}

/// The way from a voted centre to the frame in which the circles around it are circles.
struct Search {
    /// Of mean radius 1.
    frame: Ellipse,
    /// Mean radius of the ellipse that gave the frame.
    radius: f64,
    /// The edges seen from there, where the frame no longer moves.
    star: Option<Star>,
}

impl Search {
    fn near(x: f64, y: f64) -> Self {
        Self { frame: Ellipse::circle(x, y, 2.0), radius: 1.0, star: None }
    }

    /// The centre and shape of the ellipse that most edges agree on; `None` where there is no ellipse.
    fn narrowed(self, image: &Patch, pixel_aspect: Option<f64>, spread: f64) -> Option<Self> {
        if self.star.is_some() {
            return Some(self);
        }
        let Self { frame, .. } = self;
        let star = star(image, &frame, RAYS);
        let shape = if pixel_aspect.is_some() { Shape::Fixed } else { Shape::AxisAligned };
        let next = strongest_ellipse(&star, &frame, pixel_aspect, spread, shape)?;
        let radius = next.mean_radius_px();
        if change(&frame.scaled(radius), &next) < SETTLED_PX {
            return Some(Self { frame, radius, star: Some(star) });
        }
        Some(Self { frame: unit_frame(&next), radius, star: None })
    }

    fn meets(&self, other: &Self) -> bool {
        let [here, there] = [self, other].map(|search| search.frame.scaled(self.radius));
        change(&here, &there) < SAME_PX
    }

    fn rings(self, image: &Patch) -> Vec<Ring> {
        let Self { frame, star: seen, .. } = self;
        let seen = seen.unwrap_or_else(|| star(image, &frame, RAYS));
        concentric_rings(&seen, &frame)
    }
}

/// The ellipse around the frame's centre that most edges agree on, over pixel aspects.
fn strongest_ellipse(
    star: &Star,
    frame: &Ellipse,
    pixel_aspect: Option<f64>,
    spread: f64,
    shape: Shape,
) -> Option<Ellipse> {
    let aspects: Vec<f64> = match pixel_aspect {
        Some(aspect) => vec![aspect],
        None => (-ASPECTS..=ASPECTS).map(|i| (f64::from(i) * ASPECT_STEP).exp()).collect(),
    };
    let mut histogram = RadiusHistogram::new(star);
    let mut best: Option<(f64, Ellipse, f64)> = None;
    for aspect in aspects {
        let root = aspect.sqrt();
        let shaped =
            Ellipse { width_px: 2.0 * root, height_px: 2.0 / root, angle_deg: 0.0, ..*frame };
        histogram.fill(frame, &shaped);
        let (score, radius) = histogram.highest()?;
        if best.is_none_or(|b| score > b.0) {
            best = Some((score, shaped, radius));
        }
    }
    let (_, shaped, radius) = best?;
    let near: Vec<&RadialEdge> = star
        .edges
        .iter()
        .filter(|e| (shaped.normalised_radius(e.x, e.y) / radius).ln().abs() < spread)
        .collect();
    let outward = near.iter().map(|e| f64::from(e.step.signum())).sum::<f64>() >= 0.0;
    let points: Vec<(f64, f64)> =
        near.iter().filter(|e| (e.step > 0.0) == outward).map(|e| (e.x, e.y)).collect();
    fit_ellipse(&points, shaped.scaled(radius), shape).map(|fit| fit.ellipse)
}

/// Strength of edges by logarithm of the radius, for outward-brighter and -darker edges apart.
struct RadiusHistogram {
    edges: Vec<LogEdge>,
    bins: [Vec<f64>; 2],
}

/// What the histogram needs of an edge. Seen from another shape, all edges of a ray move by the same factor: their
/// logarithms are taken once, and of the factors only.
struct LogEdge {
    /// Of the first quadrant, which stands for all four as the shapes lie along the axes.
    ray: usize,
    /// Logarithm of the radius in bins above the smallest one.
    place: f64,
    /// A root, so that many edges win over few strong ones.
    weight: f64,
    outward: bool,
}

/// Rays of the first quadrant, those on both axes included.
const QUADRANT: usize = RAYS / 4 + 1;

impl RadiusHistogram {
    fn new(star: &Star) -> Self {
        let edges = star.edges.iter().map(|edge| LogEdge {
            ray: (edge.ray % (RAYS / 2)).min(RAYS / 2 - edge.ray % (RAYS / 2)),
            place: Self::place(edge.radius),
            weight: f64::from(edge.step.abs()).sqrt(),
            outward: edge.step > 0.0,
        });
        let longest = star.reach.iter().copied().fold(SMALLEST_RADIUS, f64::max);
        let bins = vec![0.0; Self::place(1.5 * longest) as usize + 2];
        Self { edges: edges.collect(), bins: [bins.clone(), bins] }
    }

    fn place(radius: f64) -> f64 {
        (radius / SMALLEST_RADIUS).ln() / BIN
    }

    /// Counts the edges found on rays of `frame` by their radii as multiples of those of `shaped`.
    fn fill(&mut self, frame: &Ellipse, shaped: &Ellipse) {
        self.bins.iter_mut().for_each(|bins| bins.fill(0.0));
        let mut shifts = [0.0; QUADRANT];
        for (shift, spoke) in shifts.iter_mut().zip(frame.spokes(RAYS)) {
            let (x, y) = spoke.at(1.0);
            *shift = shaped.normalised_radius(x, y).ln() / BIN;
        }
        for edge in &self.edges {
            let place = edge.place + shifts[edge.ray];
            if place >= 0.0
                && let Some(bin) = self.bins[usize::from(edge.outward)].get_mut(place as usize)
            {
                *bin += edge.weight;
            }
        }
    }

    /// Score and radius of the highest pair of neighbouring bins.
    fn highest(&self) -> Option<(f64, f64)> {
        let mut best = (0.0, 0.0);
        for bins in &self.bins {
            for (i, pair) in bins.windows(2).enumerate() {
                let score = pair[0] + pair[1];
                if score > best.0 {
                    best = (score, SMALLEST_RADIUS * ((i as f64 + 1.0) * BIN).exp());
                }
            }
        }
        (best.0 > 0.0).then_some(best)
    }
}

/// Peaks of the share of rays with an edge, each fitted.
fn concentric_rings(star: &Star, frame: &Ellipse) -> Vec<Ring> {
    let longest = star.reach.iter().copied().fold(0.0, f64::max);
    let mut rings: Vec<Ring> = Vec::new();
    for outward in [false, true] {
        let edges: Vec<&RadialEdge> =
            star.edges.iter().filter(|e| (e.step > 0.0) == outward).collect();
        let mut radius = SMALLEST_RADIUS;
        while radius < longest {
            let width = (BIN * radius).max(1.5);
            if let Some(ring) = ring_at(&edges, star, frame, radius, width) {
                rings.push(ring);
            }
            radius += width;
        }
    }
    rings.sort_by(|a, b| {
        a.ellipse
            .mean_radius_px()
            .total_cmp(&b.ellipse.mean_radius_px())
            .then(b.coverage.total_cmp(&a.coverage))
    });
    // Neighbouring windows find the same ring.
    rings.dedup_by(|b, a| {
        (b.ellipse.mean_radius_px() - a.ellipse.mean_radius_px()).abs() < 1.0
            && (a.step > 0.0) == (b.step > 0.0)
    });
    rings
}

fn ring_at(
    edges: &[&RadialEdge],
    star: &Star,
    frame: &Ellipse,
    radius: f64,
    width: f64,
) -> Option<Ring> {
    let reached = star.reach.iter().filter(|&&r| r >= radius).count();
    let visible = reached as f64 / star.reach.len() as f64;
    let near: Vec<&RadialEdge> =
        edges.iter().filter(|e| (e.radius - radius).abs() <= width).copied().collect();
    if visible < LEAST_VISIBLE || (near.len() as f64) < LEAST_COVERAGE * reached as f64 {
        return None;
    }
    let points: Vec<(f64, f64)> = near.iter().map(|e| (e.x, e.y)).collect();
    let shape = if visible > 0.6 { Shape::AxisAligned } else { Shape::Fixed };
    let fit = fit_ellipse(&points, frame.scaled(radius), shape)?;
    // On the fitted ellipse itself, one edge a ray at most.
    let mean_radius = fit.ellipse.mean_radius_px();
    let mut on_ring = vec![None; star.reach.len()];
    for edge in edges {
        let distance = (fit.ellipse.normalised_radius(edge.x, edge.y) - 1.0).abs() * mean_radius;
        if distance < 1.0_f64.max(3.0 * fit.rms_px) {
            on_ring[edge.ray] = Some(edge.step);
        }
    }
    let steps: Vec<f32> = on_ring.into_iter().flatten().collect();
    let coverage = steps.len() as f64 / reached as f64;
    if coverage < LEAST_COVERAGE || (mean_radius - radius).abs() > 2.0 * width {
        return None;
    }
    let step = median(&steps).ok()?;
    Some(Ring { ellipse: fit.ellipse, step, coverage, visible })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn_face::DrawnFace;

    #[test]
    fn centres_that_lead_to_one_fibre_are_gone_on_with_once() {
        let face = DrawnFace { noise: 1.5, ..DrawnFace::plain() };
        let image = Patch::whole(face.draw().map(|&v| f32::from(v)));
        let (cx, cy) = (face.cladding.cx, face.cladding.cy);
        let centres = vec![(cx + 5.0, cy), (cx - 2.0, cy + 6.0), (cx, cy)];
        let alone = rings_around(&image, vec![(cx + 5.0, cy)], None, Threading::Single);
        for threading in [Threading::Single, Threading::CurrentPool] {
            let found = rings_around(&image, centres.clone(), None, threading);
            assert_eq!(found.len(), 1);
            let radii = |rings: &[Ring]| -> Vec<f64> {
                rings.iter().map(|ring| ring.ellipse.mean_radius_px()).collect()
            };
            assert_eq!(radii(&found[0]), radii(&alone[0]), "the best voted goes on");
            let rim = radii(&found[0]).into_iter().fold(0.0, f64::max);
            assert!((rim - face.cladding.mean_radius_px()).abs() < 1.0, "{rim}");
        }
        assert!(rings_around(&image, Vec::new(), None, Threading::Single).is_empty());
    }
}
