//! The figure of eight panels.

use fiber_image::Plane;

use super::canvas::{Align, Canvas, TextStyle};
use super::colour::{COOL, Colour, HEAT, LINE, PAPER, of_tone, of_type};
use super::rect::Rect;
use super::viewport::Viewport;
use super::{brightness, chart, labels, legend, overlay, panel, summary};
use crate::wording::{count, figure, one_line};
use crate::{AnomalyMap, Comparison, Inspection};

const WIDTH: u16 = 2400;
const HEIGHT: u16 = 1300;
const HEADER: i32 = 72;
const MARGIN: i32 = 12;
const COLUMNS: i32 = 4;
const ROWS: i32 = 2;

const NO_MODEL: &str = "no reference model";

impl Inspection {
    /// The figure of eight panels, 2400 x 1300 pixels: test image, archetype, similarity map, anomaly map,
    /// regions, defects, most deviant features, summary.
    #[must_use]
    pub fn analysis_figure(&self) -> Plane<[u8; 3]> {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, PAPER);
        header(&mut canvas, self, i32::from(WIDTH), HEADER);
        let panels: [fn(&mut Canvas, &Inspection, Rect); 8] =
            [test_image, archetype, similarity, anomaly, regions, defects, features, words];
        for (place, draw) in (0..).zip(panels) {
            draw(&mut canvas, self, place_of(place));
        }
        canvas.into_pixels()
    }
}

fn place_of(index: i32) -> Rect {
    let width = (i32::from(WIDTH) - 2 * MARGIN) / COLUMNS;
    let height = (i32::from(HEIGHT) - HEADER - MARGIN) / ROWS;
    let (column, row) = (index % COLUMNS, index / COLUMNS);
    Rect::new(MARGIN + column * width, HEADER + row * height, width, height)
}

/// A band with the verdict, what was found and the name of the face.
pub(crate) fn header(canvas: &mut Canvas, inspection: &Inspection, width: i32, height: i32) {
    let headline = inspection.headline();
    let verdict = TextStyle::new(30.0, PAPER).bold();
    let name = TextStyle::new(21.0, PAPER).aligned(Align::Right);
    canvas.fill(Rect::new(0, 0, width, height), of_tone(headline.tone));
    let baseline = f64::from(height / 2 + 11);
    canvas.text(28.0, baseline, headline.words, verdict);
    let found = count(inspection);
    let found_at = 28.0 + canvas.text_width(headline.words, verdict) + 36.0;
    canvas.text(f64::from(found_at), baseline, &found, name.aligned(Align::Left));
    let room = width as f32 - found_at - canvas.text_width(&found, name) - 80.0;
    let text = canvas.fitted(&one_line(&inspection.image.metadata().file_name), room, name);
    canvas.text(f64::from(width - 28), baseline, &text, name);
}

fn test_image(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Test image");
    let viewport = picture(canvas, inspection, space);
    if let Some(geometry) = &inspection.geometry {
        canvas.within(viewport.rect, |canvas| overlay::fibre(canvas, geometry, &viewport));
    }
    let (width, height) = inspection.image.luma().dimensions();
    let fibre = match &inspection.geometry {
        None => "no fibre found",
        Some(geometry) if geometry.core.is_none() => "cladding cyan",
        Some(_) => "cladding cyan, core yellow",
    };
    let brighter = brightness::remark(brightness::gain(inspection.image.luma()));
    panel::caption(canvas, space, &format!("{width} × {height} px; {fibre}{brighter}"));
}

/// The test image as the ground of a panel.
fn picture(canvas: &mut Canvas, inspection: &Inspection, space: Rect) -> Viewport {
    let viewport = Viewport::fit(inspection.image.luma().dimensions(), space);
    overlay::image(canvas, inspection, &viewport);
    canvas.frame(viewport.rect, LINE);
    viewport
}

/// The space of a panel that only a model can fill.
fn with_model(
    canvas: &mut Canvas,
    inspection: &Inspection,
    space: Rect,
    draw: impl FnOnce(&mut Canvas, &Comparison),
) {
    match &inspection.comparison {
        Some(comparison) => draw(canvas, comparison),
        None => panel::nothing(canvas, space, NO_MODEL),
    }
}

fn archetype(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Archetype");
    with_model(canvas, inspection, space, |canvas, comparison| {
        let view = comparison.archetype.view();
        let viewport = Viewport::fit(view.dimensions(), space);
        let values = viewport.values(view);
        let width = viewport.rect.width as usize;
        canvas.paint(viewport.rect, |x, y, _| [(values[y * width + x] + 0.5) as u8; 3]);
        canvas.frame(viewport.rect, LINE);
        let faces = inspection.provenance.reference_samples;
        panel::caption(canvas, space, &format!("median of {faces} good faces"));
    });
}

fn similarity(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Structural similarity");
    with_model(canvas, inspection, space, |canvas, comparison| {
        let marks = [(0.0, ""), (0.5, ""), (1.0, "identical")];
        panel::map(canvas, space, comparison.ssim_map.view(), COOL, [0.0, 1.0], &marks);
        let mean = figure(comparison.ssim_score, 4);
        panel::caption(canvas, space, &format!("SSIM to the archetype, mean {mean}"));
    });
}

fn anomaly(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Anomaly map");
    let Some(map) = &inspection.anomaly_map else {
        return panel::nothing(canvas, space, no_map(inspection));
    };
    let highest = highest(map);
    let top = highest.max(1.5 * map.threshold).max(f64::MIN_POSITIVE);
    let mut marks = vec![(0.0, ""), (map.threshold, "threshold")];
    // Names that would print over each other say less than one.
    if highest > 1.15 * map.threshold {
        marks.push((highest, "highest"));
    }
    panel::map(canvas, space, map.values.view(), HEAT, [0.0, top], &marks);
    let text = format!("highest {}, threshold {}", figure(highest, 2), figure(map.threshold, 2));
    panel::caption(canvas, space, &text);
}

/// Why there is no anomaly map.
fn no_map(inspection: &Inspection) -> &'static str {
    if inspection.comparison.is_none() { NO_MODEL } else { "no local analysis" }
}

fn highest(map: &AnomalyMap) -> f64 {
    let values = map.values.pixels().iter().filter(|value| value.is_finite());
    f64::from(values.fold(0.0, |highest: f32, value| highest.max(*value)))
}

fn regions(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Abnormal regions");
    let viewport = picture(canvas, inspection, space);
    if let Some(map) = &inspection.anomaly_map {
        canvas.within(viewport.rect, |canvas| overlay::regions(canvas, map, &viewport));
    }
    let text = match inspection.anomaly_map.as_ref().map(|map| map.regions.len()) {
        None => no_map(inspection).to_owned(),
        Some(0) => "no regions".to_owned(),
        Some(1) => "1 region".to_owned(),
        Some(count) => format!("{count} regions"),
    };
    panel::caption(canvas, space, &text);
}

fn defects(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Defects");
    let viewport = picture(canvas, inspection, space);
    canvas.within(viewport.rect, |canvas| {
        labels::draw(canvas, inspection, &viewport, 0.5);
        for defect in &inspection.detection.defects {
            ring_around(
                canvas,
                &viewport,
                defect.centroid,
                defect.diameter_px,
                of_type(defect.defect_type),
            );
        }
    });
    if inspection.detection.defects.is_empty() {
        panel::caption(canvas, space, "no defects");
    } else {
        legend::types(canvas, inspection, space.x, space.bottom() + 26, 15.0);
    }
}

/// Small defects would be overlooked without.
fn ring_around(
    canvas: &mut Canvas,
    viewport: &Viewport,
    centre: (f64, f64),
    diameter_px: f64,
    colour: Colour,
) {
    const OVERLOOKED: f64 = 14.0;
    let diameter = diameter_px * viewport.scale();
    if diameter < OVERLOOKED {
        canvas.ring(viewport.place(centre), diameter.max(0.0) / 2.0 + 6.0, 1.6, colour);
    }
}

fn features(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Most deviant features");
    with_model(canvas, inspection, space, |canvas, comparison| {
        if comparison.deviant_features.is_empty() {
            return panel::nothing(canvas, space, "none");
        }
        let caption = chart::draw(canvas, space, &comparison.deviant_features);
        panel::caption(canvas, space, caption);
    });
}

fn words(canvas: &mut Canvas, inspection: &Inspection, place: Rect) {
    let space = panel::open(canvas, place, "Summary");
    summary::draw(canvas, space.inset(0, 0, 0, -30), inspection);
}
