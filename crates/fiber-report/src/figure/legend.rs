//! What the colours of defects mean.

use super::canvas::{Canvas, TextStyle};
use super::colour::{INK, of_type};
use super::rect::Rect;
use crate::Inspection;
use crate::wording::{TYPES, type_name};

/// Between two entries.
const GAP: i32 = 13;

/// One line from `x` on: a patch, a word and a count per type that occurs.
pub(crate) fn types(canvas: &mut Canvas, inspection: &Inspection, x: i32, y: i32, size: f32) {
    let style = TextStyle::new(size, INK);
    let patch = size as i32;
    let mut x = x;
    for defect_type in TYPES {
        let of_this = |d: &&fiber_defects::Defect| d.defect_type == defect_type;
        let count = inspection.detection.defects.iter().filter(of_this).count();
        if count == 0 {
            continue;
        }
        canvas.fill(Rect::new(x, y - patch + 2, patch, patch), of_type(defect_type));
        let text = format!("{} {count}", type_name(defect_type));
        canvas.text(f64::from(x + patch + 6), f64::from(y), &text, style);
        x += patch + 6 + canvas.text_width(&text, style) as i32 + GAP;
    }
}
