//! Tinted and outlined defects.

use super::canvas::Canvas;
use super::colour::{Colour, mix};
use super::viewport::Viewport;
use crate::Inspection;

use super::colour::of_type;

/// The defect under every canvas pixel, 0 for none; no defect is lost by reduction.
fn shown_labels(inspection: &Inspection, viewport: &Viewport) -> Vec<u32> {
    let labels = inspection.detection.labels.view();
    viewport.gather(labels, 0, |shown, &label| *shown = (*shown).max(label))
}

/// Draws the outline of every defect in the colour of its type, and tints the inside by `tint`, 0 to 1.
pub(crate) fn draw(canvas: &mut Canvas, inspection: &Inspection, viewport: &Viewport, tint: f32) {
    let defects = &inspection.detection.defects;
    if defects.is_empty() {
        return;
    }
    let labels = shown_labels(inspection, viewport);
    let width = viewport.rect.width as usize;
    let colour_of = |label: u32| -> Option<Colour> {
        let defect = defects.get((label as usize).checked_sub(1)?)?;
        Some(of_type(defect.defect_type))
    };
    let at = |x: usize, y: usize| labels.get(y * width + x).copied().unwrap_or(0);
    canvas.paint(viewport.rect, |x, y, below| {
        if let Some(colour) = colour_of(at(x, y)) {
            return mix(below, colour, tint);
        }
        let neighbours = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        let touched = neighbours
            .into_iter()
            .filter(|&(x, y)| x < width && y < viewport.rect.height as usize)
            .find_map(|(x, y)| colour_of(at(x, y)));
        touched.unwrap_or(below)
    });
}
