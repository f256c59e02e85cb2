//! What the truth says against what the pixels show and what geometry demands.

use std::f64::consts::PI;

use fiber_image::Plane;
use fiber_synth::{
    Contrast, DefectKind, FaceFrame, FaceSpec, FaceZone, Fibre, Fill, Instrument, PlantedDefect,
    Polarity, Population, Ring, Shape, plant, random_face, render,
};

fn dark(shapes: Vec<Shape>, grey: f64) -> PlantedDefect {
    PlantedDefect {
        kind: DefectKind::Dig,
        shapes,
        polarity: Polarity::Dark,
        contrast: Contrast::Grey(grey),
        fill: Fill::Solid,
        opaque: false,
    }
}

/// An instrument without blur, shading or noise, so that pixels show the ideal scene.
fn ideal(um_per_px: [f64; 2]) -> Instrument {
    let mut instrument = Instrument { width: 400, height: 400, um_per_px, ..Instrument::bench() };
    instrument.blur_px = 0.0;
    instrument.sharpening.amount = 0.0;
    instrument.vignetting.fall = [0.0; 2];
    instrument
}

fn plain_fibre() -> Fibre {
    Fibre { rings: Vec::new(), ..Fibre::graded_50() }
}

fn perfect(um_per_px: [f64; 2]) -> FaceSpec {
    FaceSpec { noise_free: true, ..FaceSpec::clean(ideal(um_per_px), plain_fibre()) }
}

/// Position along `line` where it crosses `level` between two pixels, all crossings.
fn crossings(line: &[f64], level: f64) -> Vec<f64> {
    (1..line.len())
        .filter(|&i| (line[i - 1] < level) != (line[i] < level))
        .map(|i| (i - 1) as f64 + (level - line[i - 1]) / (line[i] - line[i - 1]))
        .collect()
}

#[test]
fn the_claddings_edge_lies_where_the_truth_says() {
    let mut spec = perfect([0.68, 0.6235]);
    spec.centre = [203.3, 187.8];
    spec.instrument.blur_px = 1.0;
    let face = render(&spec).expect("legal");
    let outline = face.truth.cladding;
    assert!((outline.width_px - 125.0 / 0.68).abs() < 1e-9);
    assert!((outline.height_px - 125.0 / 0.6235).abs() < 1e-9);
    assert!((face.truth.pixel_aspect - 0.6235 / 0.68).abs() < 1e-12);
    let half = (192.0 + 86.0) / 2.0;
    let row: Vec<f64> = face.image.row(188).iter().map(|v| f64::from(*v)).collect();
    let column: Vec<f64> = (0..400).map(|y| f64::from(face.image[(203, y)])).collect();
    for (line, centre, offset, along, across) in [
        (row, outline.cx, 188.0 - outline.cy, outline.width_px, outline.height_px),
        (column, outline.cy, 203.0 - outline.cx, outline.height_px, outline.width_px),
    ] {
        let found = crossings(&line, half);
        let reach = along / 2.0 * (1.0 - (2.0 * offset / across).powi(2)).sqrt();
        assert_eq!(found.len(), 2);
        assert!((found[0] - (centre - reach)).abs() < 0.05, "{found:?}");
        assert!((found[1] - (centre + reach)).abs() < 0.05, "{found:?}");
    }
}

#[test]
fn areas_and_sizes_are_those_of_the_figures() {
    let um = [0.5, 0.4];
    let ellipse = Shape::Ellipse { centre: [3.3, -4.7], semi_axes_um: [9.0, 5.0], angle_deg: 30.0 };
    let square =
        Shape::Polygon { vertices: vec![[30.0, 0.1], [40.0, 10.1], [30.0, 20.1], [20.0, 10.1]] };
    let line = Shape::line([-40.0, -30.0], [-10.0, -30.0], 2.0);
    let slanted = Shape::line([-30.0, 20.0], [0.0, 60.0], 1.5);
    let capsule = |length: f64, width: f64| length * width + PI * width * width / 4.0;
    let mut spec = perfect(um);
    for shape in [ellipse, square, line, slanted] {
        spec.defects.push(dark(vec![shape], 30.0));
    }
    let face = render(&spec).expect("legal");
    let expected = [
        (PI * 45.0, 18.0, 10.0, 18.0),
        (200.0, 20.0, 200.0_f64.sqrt(), 20.0),
        (capsule(30.0, 2.0), 32.0, 2.0, 32.0),
        (capsule(50.0, 1.5), 51.5, 1.5, 51.5),
    ];
    for (truth, (area, length, width, diameter)) in face.truth.defects.iter().zip(expected) {
        assert!((truth.area_um2 / area - 1.0).abs() < 2e-3, "{truth:?}");
        assert!((truth.area_px * um[0] * um[1] - truth.area_um2).abs() < 1e-9);
        assert!((truth.length_um - length).abs() < 1e-3 * length, "{truth:?}");
        assert!((truth.width_um - width).abs() < 1e-3 * width, "{truth:?}");
        assert!((truth.diameter_um - diameter).abs() < 1e-3 * diameter, "{truth:?}");
    }
    // Pixels: the square's diagonals are 40 and 50 px, the lines 60 + 5 wide and (60, 100) long.
    let [_, square, line, slanted] = &face.truth.defects[..] else { panic!("four defects") };
    assert!((square.length_px - 50.0).abs() < 1e-9 && (square.diameter_px - 50.0).abs() < 1e-9);
    assert_eq!(square.orientation_px_deg, 90.0);
    assert!((line.width_px - 5.0).abs() < 1e-9 && (line.length_px - 65.0).abs() < 1e-9);
    assert_eq!(line.orientation_px_deg, 0.0);
    // A strip of direction (3, 4) / 5 um and width 1.5 um has the area per length of its image.
    let length = 60.0_f64.hypot(100.0);
    assert!((slanted.width_px - 1.5 * 50.0 / (0.5 * 0.4) / length).abs() < 1e-9);
    assert!((slanted.orientation_um_deg - 4.0_f64.atan2(3.0).to_degrees()).abs() < 1e-9);
    assert!((slanted.orientation_px_deg - 100.0_f64.atan2(60.0).to_degrees()).abs() < 1e-9);
}

#[test]
fn the_mask_is_the_union_of_the_figures_pixels() {
    let mut spec = perfect([1.0, 1.0]);
    spec.centre = [200.0, 200.0];
    spec.defects = vec![
        dark(vec![Shape::disc([0.0, 0.0], 40.5)], 20.0),
        dark(vec![Shape::disc([100.0, 3.0], 11.0), Shape::disc([104.0, 3.0], 11.0)], 20.0),
    ];
    let face = render(&spec).expect("legal");
    let inside = |x: usize, y: usize, cx: f64, cy: f64, d: f64| {
        (x as f64 - cx).hypot(y as f64 - cy) < d / 2.0
    };
    for y in 0..400 {
        for x in 0..400 {
            let expected = inside(x, y, 200.0, 200.0, 40.5)
                || inside(x, y, 300.0, 203.0, 11.0)
                || inside(x, y, 304.0, 203.0, 11.0);
            // Pixels that the outline crosses near their centre may go either way.
            let edge = [(200.0, 200.0, 40.5), (300.0, 203.0, 11.0), (304.0, 203.0, 11.0)]
                .iter()
                .any(|(cx, cy, d): &(f64, f64, f64)| {
                    ((x as f64 - cx).hypot(y as f64 - cy) - d / 2.0).abs() < 0.1
                });
            assert!(edge || (face.mask[(x, y)] == 255) == expected, "at {x}, {y}");
        }
    }
    assert_eq!(face.truth.defects[0].bbox, [180, 180, 221, 221]);
    let centroid = face.truth.defects[1].centroid;
    assert!((centroid[0] - 302.0).abs() < 1e-3 && (centroid[1] - 203.0).abs() < 1e-3);
    // Overlapping parts count once: two discs of 11 whose centres are 4 apart.
    let half_turn = (4.0_f64 / 11.0).acos();
    let lens = 2.0 * 5.5_f64.powi(2) * half_turn - 4.0 * (5.5_f64.powi(2) - 4.0).sqrt();
    let union = 2.0 * PI * 5.5 * 5.5 - lens;
    assert!((face.truth.defects[1].area_px / union - 1.0).abs() < 3e-3);
}

#[test]
fn zones_follow_the_innermost_point() {
    let mut spec = perfect([0.5, 0.5]);
    spec.rotation_deg = 77.0;
    spec.defects = vec![
        dark(vec![Shape::line([24.0, 0.0], [80.0, 0.0], 2.5)], 20.0),
        dark(vec![Shape::disc([29.0, 0.0], 7.9)], 20.0),
        dark(vec![Shape::line([-30.0, 63.0], [30.0, 63.0], 2.0)], 20.0),
        dark(vec![Shape::disc([0.0, 70.0], 10.0)], 20.0),
        dark(vec![Shape::disc([1.0, 1.0], 10.0)], 20.0),
    ];
    let face = render(&spec).expect("legal");
    let zones: Vec<_> = face.truth.defects.iter().map(|defect| defect.zone).collect();
    use FaceZone::{Cladding, Core, Ferrule};
    assert_eq!(zones, [Core, Cladding, Cladding, Ferrule, Core].map(Some));
    let radii: Vec<_> =
        face.truth.defects.iter().map(|d| (d.inner_radius_um, d.outer_radius_um)).collect();
    let expected = [
        (22.75, 81.25),
        (25.05, 32.95),
        (62.0, 30.0_f64.hypot(63.0) + 1.0),
        (65.0, 75.0),
        (0.0, 2.0_f64.sqrt() + 5.0),
    ];
    for ((inner, outer), (inner_expected, outer_expected)) in radii.into_iter().zip(expected) {
        assert!((inner - inner_expected).abs() < 2e-3, "{inner} for {inner_expected}");
        assert!((outer - outer_expected).abs() < 2e-2, "{outer} for {outer_expected}");
    }
}

#[test]
fn a_flat_defect_changes_the_picture_by_its_contrast() {
    let mut spec = perfect([0.5, 0.5]);
    spec.brightness = 0.9;
    spec.instrument.vignetting.fall = [0.3, 0.2];
    spec.instrument.vignetting.power = 2.0;
    let clean = render(&spec).expect("legal");
    let mut bright = dark(vec![Shape::disc([-60.0, 60.0], 20.0)], 17.0);
    bright.polarity = Polarity::Bright;
    spec.defects = vec![dark(vec![Shape::disc([70.0, 40.0], 20.0)], 25.0), bright];
    let face = render(&spec).expect("legal");
    for (defect, signed) in face.truth.defects.iter().zip([-25.0, 17.0]) {
        let [x, y] = defect.centroid.map(|v| v.round() as usize);
        let change = f64::from(face.image[(x, y)]) - f64::from(clean.image[(x, y)]);
        assert!((change - signed).abs() <= 1.0, "{change} for {signed}");
        assert_eq!(defect.contrast, signed.abs());
        assert!((defect.cnr - signed.abs() / 0.8).abs() < 1e-9, "no noise counts as 0.8");
    }
}

#[test]
fn an_opaque_defect_hides_the_edge_below_it() {
    let mut spec = perfect([0.5, 0.5]);
    let mut patch = dark(vec![Shape::disc([62.5, 0.0], 20.0)], 10.0);
    patch.opaque = true;
    spec.defects = vec![patch];
    let face = render(&spec).expect("legal");
    let levels: Vec<u8> = (310..340).map(|x| face.image[(x, 200)]).collect();
    let (low, high) = (levels.iter().min(), levels.iter().max());
    assert_eq!(low, high, "one level on both sides of the rim: {levels:?}");
    // The disc is halved by the rim, a little more than half outside because the rim bends away.
    let level = f64::from(levels[0]);
    assert!((level - ((192.0 + 86.0) / 2.0 - 10.0)).abs() < 6.0, "{level}");
}

#[test]
fn oblique_light_brightens_the_far_flank_of_a_dark_defect() {
    let mut spec = perfect([0.5, 0.5]);
    let relief = Instrument::frame_grabber().relief;
    spec.instrument.relief = relief;
    spec.defects = vec![dark(vec![Shape::disc([90.0, 0.0], 8.0)], 40.0)];
    let face = render(&spec).expect("legal");
    let at = |dx: i64| i64::from(face.image[((379 + dx) as usize, 200)]);
    let ferrule = i64::from(face.image[(330, 200)]);
    assert!(at(0) < ferrule - 35 && at(10) > ferrule + 20 && (at(-10) - ferrule).abs() <= 1);
    let defect = &face.truth.defects[0];
    assert!((defect.area_um2 - PI * 16.0).abs() < 0.2, "the flank is no part of the defect");
}

#[test]
fn a_ring_is_brighter_away_from_the_lamp_and_darker_towards_it() {
    let mut spec = perfect([0.5, 0.5]);
    spec.instrument.relief = Instrument::frame_grabber().relief;
    spec.instrument.relief.as_mut().expect("set above").direction_deg = 90.0;
    spec.fibre.rings = vec![Ring { far: 30.0, near: -20.0, ..Ring::even(80.0, 2.0, 0.0) }];
    spec.centre = [200.0, 200.0];
    let face = render(&spec).expect("legal");
    let change = |x: usize, y: usize| i64::from(face.image[(x, y)]) - 192;
    assert_eq!([change(200, 360), change(200, 40), change(360, 200)], [30, -20, 0]);
}

#[test]
fn turned_and_shifted_faces_carry_their_defects_along() {
    let mut spec = perfect([0.5, 0.5]);
    spec.defects = vec![dark(vec![Shape::disc([40.0, 0.0], 8.0)], 30.0)];
    let upright = render(&spec).expect("legal").truth.defects[0].centroid;
    assert!((upright[0] - (199.5 + 80.0)).abs() < 0.01 && (upright[1] - 199.5).abs() < 0.01);
    spec.rotation_deg = 90.0;
    spec.centre = [180.25, 190.5];
    let turned = render(&spec).expect("legal").truth.defects[0].centroid;
    assert!((turned[0] - 180.25).abs() < 0.01 && (turned[1] - 270.5).abs() < 0.01, "{turned:?}");
}

#[test]
fn planting_keeps_fractions_of_a_grey_level_on_average() {
    let mut image = Plane::filled(200, 200, 100_u8).expect("positive sides");
    let defect = dark(vec![Shape::disc([100.0, 100.0], 120.0)], 2.4);
    let truth = plant(&mut image, &FaceFrame::PIXELS, &defect, 0.0).expect("legal");
    assert_eq!(truth.zone, None);
    let inner: Vec<f64> =
        (0..10_000).map(|i| f64::from(image[(60 + i % 80, 60 + (i / 80) % 80)])).collect();
    let mean = inner.iter().sum::<f64>() / inner.len() as f64;
    assert!((mean - 97.6).abs() < 0.03, "{mean}");
    assert_eq!(image[(10, 10)], 100, "pixels outside are untouched");
}

#[test]
fn planting_with_blur_keeps_the_volume() {
    let mut image = Plane::filled(120, 120, 128_u8).expect("positive sides");
    let mut defect = dark(vec![Shape::disc([60.0, 60.0], 11.0)], 50.0);
    defect.polarity = Polarity::Bright;
    plant(&mut image, &FaceFrame::PIXELS, &defect, 1.5).expect("legal");
    let volume: f64 = image.pixels().iter().map(|v| f64::from(*v) - 128.0).sum();
    let expected = 50.0 * PI * 5.5 * 5.5;
    assert!((volume / expected - 1.0).abs() < 0.01, "{volume} for {expected}");
}

#[test]
fn ratios_count_against_the_noise_of_the_picture() {
    let mut spec = FaceSpec::clean(Instrument::bench_binned(), plain_fibre());
    spec.instrument.noise.read = 4.0;
    spec.instrument.noise.correlation_px = 0.0;
    let clean = render(&spec).expect("legal");
    assert!(clean.truth.noise > 2.0, "the picture is noisy");
    let mut defect = dark(vec![Shape::disc([40.0, 0.0], 12.0)], 0.0);
    defect.contrast = Contrast::Cnr(5.0);
    spec.defects = vec![defect.clone()];
    let face = render(&spec).expect("legal");
    assert_eq!(face.truth.noise, clean.truth.noise);
    let truth = &face.truth.defects[0];
    assert!((truth.contrast - 5.0 * clean.truth.noise).abs() < 1e-9);
    assert!((truth.cnr - 5.0).abs() < 1e-12);
    let mut image = clean.image.clone();
    let planted = plant(&mut image, &spec.frame(), &defect, 0.0).expect("legal");
    assert_eq!(planted.contrast, truth.contrast);
}

#[test]
fn random_faces_lie_in_the_picture_and_their_defects_in_the_mask() {
    for population in [Population::bench_binned(), Population::frame_grabber()] {
        let population = Population { damaged_share: 1.0, ..population };
        for index in 0..6 {
            let spec = random_face(11, index, &population).expect("legal");
            let face = render(&spec).expect("defects are visible");
            assert!(!face.truth.defects.is_empty());
            for defect in &face.truth.defects {
                let [x0, y0, x1, y1] = defect.bbox;
                assert!(x0 < x1 && y0 < y1 && x1 <= face.truth.width && y1 <= face.truth.height);
                let covered = (y0..y1).any(|y| (x0..x1).any(|x| face.mask[(x, y)] == 255));
                assert!(covered);
                assert!(defect.width_um <= defect.length_um * 1.000_001);
                // The smallest circle spans at least the length and at most the length times 2 /
                // sqrt 3, but a bent scratch is longer than its circle.
                assert!(defect.diameter_um <= 1.1548 * defect.length_um);
            }
        }
    }
}
