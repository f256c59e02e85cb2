//! Random defects of plausible place, size, form and contrast.

use std::f64::consts::{PI, TAU};

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::defect::{Contrast, DefectKind, Fill, PlantedDefect, Polarity};
use crate::population::signed;
use crate::render::FaceSpec;
use crate::shape::Shape;

/// Draws a defect of the given kind that lies in the picture, inside the contact zone.
pub(crate) fn random_defect(
    rng: &mut ChaCha8Rng,
    kind: DefectKind,
    face: &FaceSpec,
) -> PlantedDefect {
    match kind {
        DefectKind::Scratch => scratch(rng, face),
        DefectKind::Dig => dig(rng, face),
        DefectKind::Contamination => match rng.random_range(0..3) {
            0 => particle(rng, face),
            1 => droplets(rng, face),
            _ => film(rng, face),
        },
        DefectKind::Chip => chip(rng, face),
    }
}

fn scratch(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let middle = place(rng, face);
    let (half, direction) = (uniform(rng, 10.0, 55.0), uniform(rng, 0.0, PI));
    let bend = if rng.random_bool(0.5) { 0.25 * half * signed(rng) } else { 0.0 };
    let (sin, cos) = direction.sin_cos();
    // A parabola over the chord.
    let point = |t: f64| {
        let (along, across) = (half * t, bend * (1.0 - t * t));
        [middle[0] + along * cos - across * sin, middle[1] + along * sin + across * cos]
    };
    let piece = |from: f64, to: f64| -> Vec<[f64; 2]> {
        let steps = if bend == 0.0 { 1 } else { (12.0 * (to - from)).ceil().max(2.0) as usize };
        (0..=steps).map(|i| point(from + (to - from) * i as f64 / steps as f64)).collect()
    };
    let width_um = uniform(rng, 0.7, 1.8).max(1.3 * pixel(face));
    let mut cuts = vec![-1.0];
    if rng.random_bool(0.4) {
        let dashes = rng.random_range(2..5);
        for i in 1..dashes {
            let cut = -1.0 + 2.0 * (f64::from(i) + 0.25 * signed(rng)) / f64::from(dashes);
            let gap = uniform(rng, 0.02, 0.12);
            cuts.extend([cut - gap, cut + gap]);
        }
    }
    cuts.push(1.0);
    let shapes = cuts
        .chunks_exact(2)
        .map(|ends| Shape::Stroke { path: piece(ends[0], ends[1]), width_um })
        .collect();
    let bright = face.instrument.relief.is_none() && rng.random_bool(0.5);
    let contrast = match (bright, face.instrument.relief) {
        (true, _) => uniform(rng, 8.0, 30.0),
        (false, None) => uniform(rng, 12.0, 55.0),
        (false, Some(_)) => uniform(rng, 35.0, 95.0),
    };
    PlantedDefect {
        kind: DefectKind::Scratch,
        shapes,
        polarity: if bright { Polarity::Bright } else { Polarity::Dark },
        contrast: contrast_at(face, middle, bright, contrast),
        fill: Fill::Mottled { size_um: 4.0, depth: uniform(rng, 0.0, 0.5), seed: rng.random() },
        opaque: false,
    }
}

fn dig(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let centre = place(rng, face);
    let diameter = uniform(rng, 1.8, 5.0).max(3.5 * pixel(face));
    let contrast = uniform(rng, 30.0, 100.0);
    PlantedDefect {
        kind: DefectKind::Dig,
        shapes: vec![blob(rng, centre, diameter, 0.12)],
        polarity: Polarity::Dark,
        contrast: contrast_at(face, centre, false, contrast),
        fill: Fill::Solid,
        opaque: false,
    }
}

fn particle(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let centre = place(rng, face);
    let diameter = uniform(rng, 6.0, 16.0).max(7.0 * pixel(face));
    let contrast = uniform(rng, 30.0, 80.0);
    PlantedDefect {
        kind: DefectKind::Contamination,
        shapes: vec![blob(rng, centre, diameter, 0.45)],
        polarity: Polarity::Dark,
        contrast: contrast_at(face, centre, false, contrast),
        fill: Fill::Mottled { size_um: 2.2, depth: uniform(rng, 0.3, 0.6), seed: rng.random() },
        opaque: true,
    }
}

/// A dried splash: droplets scattered over a patch, or strung along a trail.
fn droplets(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let middle = place(rng, face);
    let [spread, squeeze] = [uniform(rng, 8.0, 16.0), uniform(rng, 0.1, 0.9)];
    let (sin, cos) = uniform(rng, 0.0, PI).sin_cos();
    let count = rng.random_range(4..14);
    let shapes = (0..count)
        .map(|_| {
            let (along, across) = (spread * signed(rng), spread * squeeze * signed(rng));
            let centre =
                [middle[0] + along * cos - across * sin, middle[1] + along * sin + across * cos];
            let radius = (uniform(rng, 0.7, 1.9)).max(1.4 * pixel(face));
            Shape::Ellipse {
                centre,
                semi_axes_um: [radius, radius * uniform(rng, 0.75, 1.0)],
                angle_deg: 90.0 * signed(rng),
            }
        })
        .collect();
    let contrast = uniform(rng, 30.0, 65.0);
    PlantedDefect {
        kind: DefectKind::Contamination,
        shapes,
        polarity: Polarity::Dark,
        contrast: contrast_at(face, middle, false, contrast),
        fill: Fill::Rimmed { rim_um: 0.9, centre: uniform(rng, -0.2, 0.3) },
        opaque: false,
    }
}

fn film(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let centre = place(rng, face);
    let diameter = uniform(rng, 18.0, 40.0);
    let bright = rng.random_bool(0.4);
    let contrast = uniform(rng, 8.0, 16.0);
    PlantedDefect {
        kind: DefectKind::Contamination,
        shapes: vec![blob(rng, centre, diameter, 0.2)],
        polarity: if bright { Polarity::Bright } else { Polarity::Dark },
        contrast: contrast_at(face, centre, bright, contrast),
        fill: Fill::Rimmed { rim_um: 1.5, centre: uniform(rng, 0.4, 0.8) },
        opaque: false,
    }
}

/// A bay between the rim and an irregular line inside it.
fn chip(rng: &mut ChaCha8Rng, face: &FaceSpec) -> PlantedDefect {
    let rim = face.fibre.cladding_um / 2.0;
    let room = rim - face.fibre.core_um / 2.0;
    let depth = uniform(rng, 2.2, 6.0).max(3.0 * pixel(face)).min(0.8 * room);
    let span = uniform(rng, 1.5, 5.0) * depth / rim;
    let mut start = uniform(rng, 0.0, TAU);
    for _ in 0..ATTEMPTS {
        if in_picture(face, polar(rim, start)) && in_picture(face, polar(rim, start + span)) {
            break;
        }
        start = uniform(rng, 0.0, TAU);
    }
    let waves = [uniform(rng, 0.0, TAU), uniform(rng, 0.0, TAU)];
    const STEPS: usize = 40;
    let at = |t: f64, radius: f64| polar(radius, start + span * t);
    let share = |i: usize| i as f64 / STEPS as f64;
    let outer = (0..=STEPS).map(|i| at(share(i), rim));
    let inner = (1..STEPS).rev().map(|i| {
        let t = share(i);
        let rough =
            1.0 + 0.18 * (2.0 * TAU * t + waves[0]).sin() + 0.09 * (5.0 * TAU * t + waves[1]).sin();
        at(t, rim - depth * (PI * t).sin().sqrt() * rough.min(1.15))
    });
    let vertices = outer.chain(inner).collect();
    let (contrast, fill) = if face.instrument.relief.is_some() {
        (uniform(rng, 40.0, 75.0), Fill::Mottled { size_um: 2.5, depth: 0.4, seed: rng.random() })
    } else {
        let centre = uniform(rng, -1.4, 0.2);
        (uniform(rng, 35.0, 55.0), Fill::Rimmed { rim_um: 1.1, centre })
    };
    let inside = at(0.5, rim - 1.5 * depth);
    PlantedDefect {
        kind: DefectKind::Chip,
        shapes: vec![Shape::Polygon { vertices }],
        polarity: Polarity::Dark,
        contrast: contrast_at(face, inside, false, contrast),
        fill,
        opaque: true,
    }
}

/// A polygon around `centre` whose radius varies by about `roughness`, wavier the slower.
fn blob(rng: &mut ChaCha8Rng, centre: [f64; 2], diameter: f64, roughness: f64) -> Shape {
    let waves: Vec<(f64, f64, f64)> = (2..7)
        .map(|k| {
            let k = f64::from(k);
            (k, roughness * rng.random::<f64>() / k.sqrt(), uniform(rng, 0.0, TAU))
        })
        .collect();
    const CORNERS: usize = 72;
    let vertices = (0..CORNERS)
        .map(|i| {
            let angle = TAU * i as f64 / CORNERS as f64;
            let wave: f64 = waves.iter().map(|(k, a, phase)| a * (k * angle + phase).cos()).sum();
            let radius = 0.5 * diameter * (1.0 + wave).clamp(0.35, 1.8);
            let (sin, cos) = angle.sin_cos();
            [centre[0] + radius * cos, centre[1] + radius * sin]
        })
        .collect();
    Shape::Polygon { vertices }
}

/// Random places are tried as often as this until one is in the picture.
const ATTEMPTS: usize = 64;

/// A point in the picture: on the core, the cladding or the ferrule up to the contact zone's edge.
fn place(rng: &mut ChaCha8Rng, face: &FaceSpec) -> [f64; 2] {
    let (core, rim) = (face.fibre.core_um / 2.0, face.fibre.cladding_um / 2.0);
    for _ in 0..ATTEMPTS {
        let (from, to) = match rng.random_range(0..10) {
            0..2 => (0.0, core),
            2..6 => (core, rim),
            _ => (rim, 1.9 * rim),
        };
        let point = polar(uniform(rng, from, to), uniform(rng, 0.0, TAU));
        if in_picture(face, point) {
            return point;
        }
    }
    // Hardly anything of the face is in the picture: take the middle of the picture instead.
    let (width, height) = (face.instrument.width as f64, face.instrument.height as f64);
    face.frame().to_um([(width - 1.0) / 2.0, (height - 1.0) / 2.0])
}

/// Whether a point of the face is seen, well inside the picture's edges.
fn in_picture(face: &FaceSpec, point: [f64; 2]) -> bool {
    const MARGIN_PX: f64 = 24.0;
    let within = |position: f64, side: usize| {
        (MARGIN_PX..=side as f64 - 1.0 - MARGIN_PX).contains(&position)
    };
    let [x, y] = face.frame().to_px(point);
    within(x, face.instrument.width) && within(y, face.instrument.height)
}

fn polar(radius: f64, angle: f64) -> [f64; 2] {
    let (sin, cos) = angle.sin_cos();
    [radius * cos, radius * sin]
}

/// A contrast that the grey levels leave room for at a point of the face.
fn contrast_at(face: &FaceSpec, point: [f64; 2], bright: bool, wanted: f64) -> Contrast {
    let radius = point[0].hypot(point[1]);
    let level = face.brightness * face.fibre.level(radius, pixel(face), 0.0);
    let room = if bright { 250.0 - level } else { 0.75 * level };
    Contrast::Grey(wanted.min(room.max(4.0)))
}

/// Side of a pixel in micrometres, geometric mean.
fn pixel(face: &FaceSpec) -> f64 {
    let [x, y] = face.instrument.um_per_px;
    (x * y).sqrt()
}

fn uniform(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}
