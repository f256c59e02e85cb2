//! Circles of the fibre, regions and the scale bar over an image.

use std::f64::consts::TAU;

use fiber_geometry::Geometry;

use super::brightness;
use super::canvas::{Align, Canvas, TextStyle};
use super::colour::{CLADDING, CORE, Colour, PAPER, REGION, mix};
use super::rect::Rect;
use super::viewport::Viewport;
use crate::{AnomalyMap, Inspection, ZoneRing};

/// The image in grey, brighter where it is dark.
pub(crate) fn image(canvas: &mut Canvas, inspection: &Inspection, viewport: &Viewport) {
    let gain = brightness::gain(inspection.image.luma());
    let values = viewport.values(inspection.image.luma());
    let width = viewport.rect.width as usize;
    canvas.paint(viewport.rect, |x, y, _| [(gain * values[y * width + x] + 0.5) as u8; 3]);
}

/// A circle around a position relative to the fibre centre, as it lies on the canvas: corners a few
/// pixels apart.
fn circle_um(
    geometry: &Geometry,
    viewport: &Viewport,
    centre: (f64, f64),
    radius_um: f64,
) -> Vec<(f64, f64)> {
    const APART: f64 = 5.0;
    let around = TAU * radius_um * viewport.scale() / geometry.um_per_px().x;
    let corners = (around / APART).clamp(24.0, 1200.0) as u32;
    let corner = |i: u32| {
        let (sin, cos) = (TAU * f64::from(i) / f64::from(corners)).sin_cos();
        viewport.place(geometry.to_px(centre.0 + radius_um * cos, centre.1 + radius_um * sin))
    };
    (0..=corners).map(corner).collect()
}

/// Cladding and core.
pub(crate) fn fibre(canvas: &mut Canvas, geometry: &Geometry, viewport: &Viewport) {
    let rim = circle_um(geometry, viewport, (0.0, 0.0), geometry.cladding_um / 2.0);
    canvas.path(&rim, 1.6, CLADDING);
    if let Some(core) = geometry.core {
        let centre = geometry.to_um(core.cx, core.cy);
        let edge = circle_um(geometry, viewport, centre, core.diameter_um / 2.0);
        canvas.path(&edge, 1.6, CORE);
    }
}

/// Dashed outer circles of the zones, each with its name.
pub(crate) fn zones(
    canvas: &mut Canvas,
    geometry: &Geometry,
    zones: &[ZoneRing],
    viewport: &Viewport,
) {
    const COLOUR: Colour = [120, 220, 255];
    // To the lower right, where the eye does not take the letter for a part of a label.
    const NAME_AT: f64 = 0.6;
    for zone in zones {
        let circle = circle_um(geometry, viewport, (0.0, 0.0), zone.outer_um / 2.0);
        for dash in circle.chunks(4).filter(|dash| dash.len() > 2) {
            canvas.path(&dash[..3], 1.2, COLOUR);
        }
        let middle = (zone.inner_um + zone.outer_um) / 4.0;
        let (sin, cos) = NAME_AT.sin_cos();
        let (x, y) = viewport.place(geometry.to_px(middle * cos, middle * sin));
        let style = TextStyle::new(17.0, COLOUR).bold().aligned(Align::Centre);
        halo_text(canvas, x, y + 6.0, &zone.name, style);
    }
}

/// Light letters that stay readable on any picture.
pub(crate) fn halo_text(canvas: &mut Canvas, x: f64, y: f64, text: &str, style: TextStyle) {
    const DARK: Colour = [10, 12, 16];
    for (dx, dy) in [
        (-1.0, -1.0),
        (0.0, -1.0),
        (1.0, -1.0),
        (-1.0, 0.0),
        (1.0, 0.0),
        (-1.0, 1.0),
        (0.0, 1.0),
        (1.0, 1.0),
    ] {
        canvas.text(x + dx, y + dy, text, style.coloured(DARK));
    }
    canvas.text(x, y, text, style);
}

/// The abnormal regions: their pixels tinted, their boxes framed, in blue.
pub(crate) fn regions(canvas: &mut Canvas, map: &AnomalyMap, viewport: &Viewport) {
    const TINT: f32 = 0.55;
    for region in &map.regions {
        let corners = corners(region.bbox).map(|corner| viewport.place(map.to_image(corner)));
        let rect = around(&corners);
        canvas.paint(rect, |x, y, below| {
            let (x, y) = viewport.image_position(rect.x + x as i32, rect.y + y as i32);
            if map.is_abnormal(x, y) { mix(below, REGION, TINT) } else { below }
        });
        canvas.path(&corners, 2.0, REGION);
    }
}

/// The outline of a box of pixels, closed.
fn corners([x, y, width, height]: [usize; 4]) -> [(f64, f64); 5] {
    let (left, top) = (x as f64 - 0.5, y as f64 - 0.5);
    let (right, bottom) = (left + width as f64, top + height as f64);
    [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
}

/// The canvas pixels between some positions.
fn around(corners: &[(f64, f64)]) -> Rect {
    let least = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::MIN, f64::max);
    let end = |v: f64| (v as i32).clamp(-LARGEST, LARGEST);
    let (x, y) = (end(least(|p| p.0)), end(least(|p| p.1)));
    Rect::new(x, y, end(most(|p| p.0)) - x + 1, end(most(|p| p.1)) - y + 1)
}

/// Beyond every canvas, and safe to add up.
const LARGEST: i32 = 1 << 20;

/// A bar of a round number of micrometres in the lower left corner.
pub(crate) fn scale_bar(canvas: &mut Canvas, geometry: &Geometry, viewport: &Viewport) {
    const LENGTHS_UM: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    let px_per_um = viewport.scale() / geometry.um_per_px().x;
    let longest = f64::from(viewport.rect.width) / 4.0;
    let fitting = LENGTHS_UM.into_iter().rev().find(|um| um * px_per_um <= longest);
    let Some(um) = fitting else { return };
    let length = (um * px_per_um).round() as i32;
    if length < 30 {
        return;
    }
    let (x, y) = (viewport.rect.x + 18, viewport.rect.bottom() - 24);
    let back = Rect::new(x - 8, y - 26, length + 16, 40);
    canvas.paint(back, |_, _, below| mix(below, [0; 3], 0.6));
    canvas.fill(Rect::new(x, y, length, 5), PAPER);
    let style = TextStyle::new(16.0, PAPER).aligned(Align::Centre);
    canvas.text(
        f64::from(x) + f64::from(length) / 2.0,
        f64::from(y) - 7.0,
        &format!("{um} µm"),
        style,
    );
}
