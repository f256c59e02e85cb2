//! Candidate centres of round objects by gradient voting.
//!
//! Every edge pixel votes for all points on the line through it along its gradient, both ways, so that
//! concentric circles of any radius and polarity (core, cladding, fringes) support one centre, while
//! straight scratches and frame borders spread theirs (after Kimme, Ballard and Sklansky 1975).

use fiber_filters::gaussian_blur;
use fiber_image::{Plane, PlaneView};

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
    let longest = width.max(height) / 2;
    for edge in &edges {
        for direction in [-1.0, 1.0] {
            cast(&mut votes, edge, direction, longest);
        }
    }
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

fn strongest_edges(image: &Plane<f32>) -> Vec<Edge> {
    let (width, height) = image.dimensions();
    let mut edges = Vec::with_capacity(width * height);
    for y in 1..height - 1 {
        let (above, row, below) = (image.row(y - 1), image.row(y), image.row(y + 1));
        for x in 1..width - 1 {
            let (gx, gy) = (row[x + 1] - row[x - 1], below[x] - above[x]);
            let magnitude = (gx * gx + gy * gy).sqrt();
            if magnitude > 0.0 {
                let (dx, dy) = (gx / magnitude, gy / magnitude);
                edges.push(Edge { x: x as f32, y: y as f32, dx, dy, weight: magnitude });
            }
        }
    }
    let keep = ((width * height) as f64 * EDGE_SHARE) as usize;
    if edges.len() > keep {
        edges.select_nth_unstable_by(keep, |a, b| {
            b.weight.total_cmp(&a.weight).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x))
        });
        edges.truncate(keep);
        edges.sort_unstable_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    }
    // A root keeps one hard edge of debris from outvoting a soft, complete circle.
    for edge in &mut edges {
        edge.weight = edge.weight.sqrt();
    }
    edges
}

fn cast(votes: &mut Plane<f32>, edge: &Edge, direction: f32, longest: usize) {
    let (width, height) = votes.dimensions();
    for r in SHORTEST_RADIUS..=longest {
        let x = edge.x + direction * edge.dx * r as f32;
        let y = edge.y + direction * edge.dy * r as f32;
        let inside = x >= 0.0 && y >= 0.0 && x < (width - 1) as f32 && y < (height - 1) as f32;
        if !inside {
            break;
        }
        votes[((x + 0.5) as usize, (y + 0.5) as usize)] += edge.weight;
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
