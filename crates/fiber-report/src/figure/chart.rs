//! Bars of the features that stray farthest.

use super::canvas::{Align, Canvas, TextStyle};
use super::colour::{Colour, FAINT_INK, INK, LINE, PAPER};
use super::rect::Rect;
use crate::DeviantFeature;
use crate::wording::figure;

/// Limits that are marked, in standard deviations.
const LIMITS: [f64; 2] = [2.0, 3.0];
/// Colours of bars below the first limit, between them and beyond.
const SHADES: [Colour; 3] = [[128, 160, 190], [236, 160, 40], [205, 52, 52]];
/// Beyond this, lengths are logarithmic: one wild feature would flatten all others.
const LARGEST_LINEAR: f64 = 15.0;
const MOST_BARS: usize = 14;

/// Lengths of bars.
struct Axis {
    largest: f64,
    logarithmic: bool,
}

impl Axis {
    fn of(features: &[DeviantFeature]) -> Self {
        let sizes = features.iter().map(|feature| feature.z.abs()).filter(|z| z.is_finite());
        let largest = sizes.fold(LIMITS[1] * 1.3, f64::max);
        Self { largest, logarithmic: largest > LARGEST_LINEAR }
    }

    /// Position of a standard score, 0 to 1.
    fn share(&self, z: f64) -> f64 {
        let z = z.abs().min(self.largest);
        if self.logarithmic { z.ln_1p() / self.largest.ln_1p() } else { z / self.largest }
    }
}

/// Draws the bars and gives the caption.
pub(crate) fn draw(canvas: &mut Canvas, space: Rect, features: &[DeviantFeature]) -> &'static str {
    let features = &features[..features.len().min(MOST_BARS)];
    let axis = Axis::of(features);
    let name_style = TextStyle::new(16.0, INK).aligned(Align::Right);
    let widest =
        features.iter().map(|f| canvas.text_width(&f.name, name_style)).fold(0.0, f32::max);
    let names = (widest.ceil() as i32 + 10).min(space.width * 11 / 20);
    let plot = space.inset(names, 26, 74, 0);
    let at = |z: f64| plot.x + (axis.share(z) * f64::from(plot.width)).round() as i32;

    let step = plot.height / features.len().max(8) as i32;
    let thickness = (step * 2 / 3).max(2);
    canvas.fill(Rect::new(plot.x - 1, plot.y, 1, plot.height), LINE);
    for limit in LIMITS {
        let x = at(limit);
        for y in (plot.y..plot.bottom()).step_by(9) {
            canvas.fill(Rect::new(x, y, 1, 5), FAINT_INK);
        }
    }
    name_limits(canvas, LIMITS.map(at), plot.y - 8);
    for (row, feature) in (0..).zip(features) {
        let top = plot.y + row * step + (step - thickness) / 2;
        let baseline = f64::from(top + thickness / 2 + 6);
        let name = canvas.fitted(&feature.name, names as f32 - 10.0, name_style);
        canvas.text(f64::from(plot.x - 8), baseline, &name, name_style);
        let beyond = LIMITS.iter().filter(|limit| feature.z.abs() >= **limit).count();
        let end = at(if feature.z.is_nan() { 0.0 } else { feature.z });
        canvas.fill(Rect::new(plot.x, top, (end - plot.x).max(1), thickness), SHADES[beyond]);
        let z = format!("{}{}", if feature.z > 0.0 { "+" } else { "" }, figure(feature.z, 1));
        let z = z.replace('-', "−");
        let style = TextStyle::new(15.0, INK);
        let width = canvas.text_width(&z, style) as i32;
        canvas.fill(Rect::new(end + 4, top, width + 4, thickness), PAPER);
        canvas.text(f64::from(end + 6), baseline, &z, style);
    }
    if axis.logarithmic {
        "robust z, length logarithmic"
    } else {
        "robust z against the learned faces"
    }
}

/// Names the limits above their lines: centred, but where those lie close together at their outer sides.
fn name_limits(canvas: &mut Canvas, at: [i32; 2], baseline: i32) {
    const APART: i32 = 32;
    let close = at[1] - at[0] < APART;
    let sides = if close { [Align::Right, Align::Left] } else { [Align::Centre; 2] };
    for ((limit, x), side) in LIMITS.iter().zip(at).zip(sides) {
        let style = TextStyle::new(16.0, INK).aligned(side);
        let x = match side {
            Align::Right => x - 1,
            Align::Centre => x,
            Align::Left => x + 2,
        };
        canvas.text(f64::from(x), f64::from(baseline), &format!("{limit}σ"), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of the canvas that hold ink.
    fn inked(at: [i32; 2]) -> Vec<usize> {
        let mut canvas = Canvas::new(200, 30, PAPER);
        name_limits(&mut canvas, at, 20);
        let pixels = canvas.into_pixels();
        (0..200).filter(|&x| pixels.rows().any(|row| row[x] != PAPER)).collect()
    }

    #[test]
    fn names_of_close_limits_do_not_touch() {
        for distance in 4..120 {
            let columns = inked([60, 60 + distance]);
            let widest_gap = columns.windows(2).map(|pair| pair[1] - pair[0]).max();
            assert!(widest_gap >= Some(5), "{distance}: {columns:?}");
        }
    }
}
