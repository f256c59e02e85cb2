//! The verdict and the defects over the image.

use fiber_image::Plane;

use super::analysis::header;
use super::canvas::{Align, Canvas, TextStyle};
use super::colour::{FAINT_INK, INK, LINE, PAPER, of_type};
use super::rect::Rect;
use super::viewport::Viewport;
use super::{brightness, labels, legend, overlay};
use crate::wording::{decisive_size, severity_name};
use crate::{DefectReport, Inspection};

const WIDTH: u16 = 1680;
const HEIGHT: u16 = 1100;
const HEADER: i32 = 64;
const FOOTER: i32 = 52;
/// Width of the columns with the labels on both sides.
const SIDE: i32 = 224;
const LABEL_HEIGHT: i32 = 40;
const ID: TextStyle = TextStyle::new(15.0, INK);
const DETAIL: TextStyle = TextStyle::new(13.5, FAINT_INK);

impl Inspection {
    /// The verdict and the defects over the image, 1680 x 1100 pixels: outlines in the colour of the type,
    /// ids and sizes at the sides, circles of the zones, scale bar. Where more defects were found than
    /// there is room for, the most severe ones are named.
    #[must_use]
    pub fn simple_figure(&self) -> Plane<[u8; 3]> {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, PAPER);
        let (width, height) = (i32::from(WIDTH), i32::from(HEIGHT));
        header(&mut canvas, self, width, HEADER);
        let body = Rect::new(0, HEADER, width, height - HEADER - FOOTER);
        let space = body.inset(SIDE, 10, SIDE, 0);
        let viewport = Viewport::fit(self.image.luma().dimensions(), space);
        overlay::image(&mut canvas, self, &viewport);
        canvas.within(viewport.rect, |canvas| {
            if let Some(geometry) = &self.geometry {
                overlay::zones(canvas, geometry, &self.zones, &viewport);
                overlay::scale_bar(canvas, geometry, &viewport);
            }
            labels::draw(canvas, self, &viewport, 0.0);
        });
        canvas.frame(viewport.rect, LINE);
        let named = labels_at_sides(&mut canvas, self, &viewport, body);
        footer(&mut canvas, self, named, height);
        canvas.into_pixels()
    }
}

fn footer(canvas: &mut Canvas, inspection: &Inspection, named: usize, height: i32) {
    let baseline = height - 19;
    let text = match inspection.detection.defects.len() {
        0 => "no defects".to_owned(),
        1 => "1 defect".to_owned(),
        all if named < all => format!("{all} defects, the {named} most severe named"),
        all => format!("{all} defects"),
    };
    let text = text + &brightness::remark(brightness::gain(inspection.image.luma()));
    let style = TextStyle::new(19.0, INK);
    canvas.text(24.0, f64::from(baseline), &text, style);
    let x = 24 + canvas.text_width(&text, style) as i32 + 40;
    legend::types(canvas, inspection, x, baseline, 18.0);
}

/// A label and where its defect is on the canvas.
struct Label {
    defect: DefectReport,
    at: (f64, f64),
}

/// Writes the labels and gives their number.
fn labels_at_sides(
    canvas: &mut Canvas,
    inspection: &Inspection,
    viewport: &Viewport,
    body: Rect,
) -> usize {
    let room = (body.height / LABEL_HEIGHT) as usize;
    let mut labels: Vec<Label> = inspection
        .defects()
        .zip(&inspection.detection.defects)
        .map(|(report, defect)| Label { defect: report, at: viewport.place(defect.centroid) })
        .collect();
    let score = |label: &Label| label.defect.detection_metadata.severity_score;
    labels.sort_by(|a, b| score(b).total_cmp(&score(a)));
    labels.truncate(2 * room);
    let named = labels.len();
    // Each label goes to the nearer side, unless that is full.
    labels.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
    let middle = f64::from(viewport.rect.x) + f64::from(viewport.rect.width) / 2.0;
    let nearer = labels.partition_point(|label| label.at.0 < middle);
    let right = labels.split_off(nearer.clamp(named.saturating_sub(room), room.min(named)));
    column(canvas, labels, body, Align::Left, viewport);
    column(canvas, right, body, Align::Right, viewport);
    named
}

/// Writes labels at one side, each as near to the height of its defect as the others allow.
fn column(
    canvas: &mut Canvas,
    mut labels: Vec<Label>,
    body: Rect,
    side: Align,
    viewport: &Viewport,
) {
    labels.sort_by(|a, b| a.at.1.total_cmp(&b.at.1));
    let wanted: Vec<_> = labels
        .iter()
        .map(|label| (label.at.1 as i32).clamp(body.y, body.bottom()) - LABEL_HEIGHT / 2)
        .collect();
    let tops = spread(&wanted, LABEL_HEIGHT, body.y + 4, body.bottom());
    for (label, top) in labels.iter().zip(tops) {
        let colour = of_type(label.defect.defect_type);
        let (x, line_from) = match side {
            Align::Left => (12, SIDE - 12),
            _ => (body.right() - SIDE + 24, body.right() - SIDE + 12),
        };
        let height = f64::from(top + LABEL_HEIGHT / 2);
        let from = (f64::from(line_from), height);
        let end = touching(label, viewport, from);
        canvas.line(from, end, 1.4, colour);
        let tab = Rect::new(
            if side == Align::Left { line_from } else { line_from - 4 },
            top + 4,
            4,
            LABEL_HEIGHT - 8,
        );
        canvas.fill(tab, colour);
        let severity = severity_name(label.defect.severity);
        canvas.text(f64::from(x), f64::from(top + 17), &label.defect.defect_id, ID.bold());
        let id_width = canvas.text_width(&label.defect.defect_id, ID.bold());
        canvas.text(
            f64::from(x) + f64::from(id_width) + 8.0,
            f64::from(top + 17),
            severity,
            DETAIL,
        );
        let zone = label.defect.zone.as_ref().map_or_else(String::new, |zone| format!("{zone}  "));
        let detail = format!("{zone}{}", decisive_size(&label.defect).replace(" um", " µm"));
        let detail = canvas.fitted(&detail, (SIDE - 40) as f32, DETAIL);
        canvas.text(f64::from(x), f64::from(top + 34), &detail, DETAIL);
    }
}

/// Where a leader line ends: short of the defect, so that it stays visible.
fn touching(label: &Label, viewport: &Viewport, from: (f64, f64)) -> (f64, f64) {
    let metadata = &label.defect.detection_metadata;
    let radius = metadata.width_px.min(metadata.diameter_px) / 2.0 * viewport.scale() + 5.0;
    let (dx, dy) = (label.at.0 - from.0, label.at.1 - from.1);
    let distance = (dx * dx + dy * dy).sqrt();
    let kept = (1.0 - radius / distance).max(0.0);
    (from.0 + dx * kept, from.1 + dy * kept)
}

/// Positions in rising order, at least `step` apart and within `first..last - step`, close to wanted ones
/// that are in rising order.
fn spread(wanted: &[i32], step: i32, first: i32, last: i32) -> Vec<i32> {
    let mut next = first;
    let mut places: Vec<i32> = Vec::with_capacity(wanted.len());
    for &place in wanted {
        places.push(place.max(next));
        next = places[places.len() - 1] + step;
    }
    let mut end = last;
    for place in places.iter_mut().rev() {
        *place = (*place).min(end - step);
        end = *place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order_and_distance() {
        assert_eq!(spread(&[5, 6, 50], 10, 0, 100), [5, 15, 50]);
        assert_eq!(spread(&[95, 96, 97], 10, 0, 100), [70, 80, 90]);
        assert_eq!(spread(&[-9, -9], 10, 0, 100), [0, 10]);
        assert_eq!(spread(&[0; 10], 10, 0, 100), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
        assert_eq!(spread(&[], 10, 0, 100), [0; 0]);
    }
}
