//! Candidate centres of round objects by gradient voting.
//!
//! Every edge pixel votes for all points on the line through it along its gradient, both ways, so that
//! concentric circles of any radius and polarity (core, cladding, fringes) support one centre, while
//! straight scratches and frame borders spread theirs (after Kimme, Ballard and Sklansky 1975).

use fiber_filters::gaussian_blur;
use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

/// Most candidates that are worth a closer look.
const CANDIDATES: usize = 6;
/// Edge pixels kept, strongest first, as a share of all: enough for a fibre's circles on a clean face.
const EDGE_SHARE: f64 = 0.04;
/// Non-square pixels turn circles into ellipses, whose votes miss the centre by a few per cent of the
/// radius: the accumulator is smoothed by about that much.
const SMEAR: f32 = 2.0;
const SHORTEST_RADIUS: usize = 4;

/// Positions in pixels of `image`, best first.
pub(crate) fn candidate_centres(image: PlaneView<'_, f32>) -> Vec<(f64, f64)> {
    let (width, height) = image.dimensions();
    if width < 16 || height < 16 {
        return Vec::new();
    }
    let smooth = gaussian_blur(image, 1.0).expect("1 is a legal sigma");
    let edges = strongest_edges(&smooth);
    let mut votes = image.filled_like(0.0_f32);
    pulp::Arch::new().dispatch(Cast { edges: &edges, votes: &mut votes });
    let votes = gaussian_blur(votes.view(), SMEAR).expect("the constant is a legal sigma");
    peaks(&votes)
}

struct Edge {
    x: f32,
    y: f32,
    dx: f32,
    dy: f32,
    weight: f32,
}

/// In the order of rows, then columns.
fn strongest_edges(image: &Plane<f32>) -> Vec<Edge> {
    let (width, height) = image.dimensions();
    let inner = |y: usize| (&image.row(y - 1)[1..], image.row(y), &image.row(y + 1)[1..]);
    let gradient =
        |above: f32, before: f32, after: f32, below: f32| (after - before, below - above);
    let magnitude = |(gx, gy): (f32, f32)| (gx * gx + gy * gy).sqrt();
    let mut magnitudes = vec![0.0_f32; (width - 2) * (height - 2)];
    for (y, magnitudes) in magnitudes.chunks_exact_mut(width - 2).enumerate() {
        let (above, row, below) = inner(y + 1);
        for (x, m) in magnitudes.iter_mut().enumerate() {
            *m = magnitude(gradient(above[x], row[x], row[x + 2], below[x]));
        }
    }
    let keep = ((width * height) as f64 * EDGE_SHARE) as usize;
    let (least, mut ties) = least_kept(&magnitudes, keep);
    let mut edges = Vec::with_capacity(keep);
    for (y, magnitudes) in magnitudes.chunks_exact(width - 2).enumerate() {
        let (above, row, below) = inner(y + 1);
        for (x, &m) in magnitudes.iter().enumerate() {
            let tied = m == least;
            if m == 0.0 || m < least || (tied && ties == 0) {
                continue;
            }
            ties -= usize::from(tied);
            let (gx, gy) = gradient(above[x], row[x], row[x + 2], below[x]);
            // A root keeps one hard edge of debris from outvoting a soft, complete circle.
            let (dx, dy, weight) = (gx / m, gy / m, m.sqrt());
            edges.push(Edge { x: (x + 1) as f32, y: (y + 1) as f32, dx, dy, weight });
        }
    }
    edges
}

/// The smallest of the `keep` largest magnitudes, and how many of those are as small.
fn least_kept(magnitudes: &[f32], keep: usize) -> (f32, usize) {
    if keep >= magnitudes.len() {
        return (0.0, 0);
    }
    // In the order of their bits, which are compared faster.
    let mut bits: Vec<u32> = magnitudes.iter().map(|m| m.to_bits()).collect();
    let at = bits.len() - keep;
    let (_, &mut least, larger) = bits.select_nth_unstable(at);
    let ties = 1 + larger.iter().filter(|&&bits| bits == least).count();
    (f32::from_bits(least), ties)
}

/// Places on a line that are found at once.
const STEPS: usize = 16;

/// The votes of all edges.
struct Cast<'a> {
    edges: &'a [Edge],
    votes: &'a mut Plane<f32>,
}

impl NullaryFnOnce for Cast<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { edges, votes } = self;
        let (width, height) = votes.dimensions();
        let longest = width.max(height) / 2;
        let (right, bottom) = ((width - 1) as f32, (height - 1) as f32);
        let votes = votes.pixels_mut();
        for edge in edges {
            for direction in [-1.0, 1.0] {
                let (dx, dy) = (direction * edge.dx, direction * edge.dy);
                for first in (SHORTEST_RADIUS..=longest).step_by(STEPS) {
                    let (mut places, mut inside) = ([0_u32; STEPS], [false; STEPS]);
                    for (step, (place, inside)) in (0..).zip(places.iter_mut().zip(&mut inside)) {
                        let r = (first as i32 + step) as f32;
                        let (x, y) = (edge.x + dx * r, edge.y + dy * r);
                        *inside = x >= 0.0 && y >= 0.0 && x < right && y < bottom;
                        let (column, row) = ((x + 0.5) as i32, (y + 0.5) as i32);
                        *place = row.wrapping_mul(width as i32).wrapping_add(column) as u32;
                    }
                    // A line that has left the plane does not come back.
                    let within = inside.iter().take_while(|&&inside| inside).count();
                    let within = within.min(longest + 1 - first);
                    for &place in &places[..within] {
                        votes[place as usize] += edge.weight;
                    }
                    if within < STEPS {
                        break;
                    }
                }
            }
        }
    }
}

/// Local maxima, best first, at least two smear widths apart.
fn peaks(votes: &Plane<f32>) -> Vec<(f64, f64)> {
    let (width, height) = votes.dimensions();
    let mut maxima = Vec::new();
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let v = votes[(x, y)];
            let above = &votes.row(y - 1)[x - 1..=x + 1];
            let below = &votes.row(y + 1)[x - 1..=x + 1];
            let sides = votes[(x - 1, y)].max(votes[(x + 1, y)]);
            if v > 0.0 && v >= sides && above.iter().chain(below).all(|&n| v >= n) {
                maxima.push((v, x, y));
            }
        }
    }
    maxima.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.2, a.1).cmp(&(b.2, b.1))));
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (_, x, y) in maxima {
        let (x, y) = (x as f64, y as f64);
        if kept.iter().all(|k| (k.0 - x).hypot(k.1 - y) > 4.0 * f64::from(SMEAR)) {
            kept.push((x, y));
            if kept.len() == CANDIDATES {
                break;
            }
        }
    }
    kept
}
