//! Each parameter out of range is refused by name, NaN first.

use fiber_image::Plane;
use fiber_synth::{
    Border, Contrast, DefectKind, FaceFrame, FaceSpec, Fibre, Fill, Instrument, Layer,
    PlantedDefect, Polarity, Population, Relief, Shape, SynthError, plant, random_face, render,
};

fn spec() -> FaceSpec {
    let mut spec = FaceSpec::clean(Instrument::bench_binned(), Fibre::large_core_91());
    spec.instrument.relief = Some(Relief { direction_deg: 0.0, strength: 1.0, flank_um: 1.0 });
    spec.instrument.border =
        Some(Border { left: 1, right: 1, top: 1, bottom: 1, level: 10.0, half_line: None });
    spec
}

fn dig() -> PlantedDefect {
    PlantedDefect {
        kind: DefectKind::Dig,
        shapes: vec![Shape::disc([0.0, 0.0], 10.0)],
        polarity: Polarity::Dark,
        contrast: Contrast::Grey(20.0),
        fill: Fill::Solid,
        opaque: false,
    }
}

fn refused(result: Result<impl Sized, SynthError>) -> &'static str {
    match result {
        Err(SynthError::Parameter { name, .. }) => name,
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

/// A field of a specification by name, to break.
type Field<T> = (&'static str, fn(&mut T) -> &mut f64);

#[test]
fn every_number_of_a_specification_is_checked() {
    let fields: &[Field<FaceSpec>] = &[
        ("centre", |s| &mut s.centre[0]),
        ("centre", |s| &mut s.centre[1]),
        ("rotation_deg", |s| &mut s.rotation_deg),
        ("defocus_px", |s| &mut s.defocus_px),
        ("brightness", |s| &mut s.brightness),
        ("um_per_px", |s| &mut s.instrument.um_per_px[0]),
        ("um_per_px", |s| &mut s.instrument.um_per_px[1]),
        ("blur_px", |s| &mut s.instrument.blur_px),
        ("sharpening.amount", |s| &mut s.instrument.sharpening.amount),
        ("sharpening.sigma_px", |s| &mut s.instrument.sharpening.sigma_px),
        ("vignetting.centre", |s| &mut s.instrument.vignetting.centre[1]),
        ("vignetting.fall", |s| &mut s.instrument.vignetting.fall[0]),
        ("vignetting.power", |s| &mut s.instrument.vignetting.power),
        ("relief.direction_deg", |s| &mut relief(s).direction_deg),
        ("relief.strength", |s| &mut relief(s).strength),
        ("relief.flank_um", |s| &mut relief(s).flank_um),
        ("noise.read", |s| &mut s.instrument.noise.read),
        ("noise.gain", |s| &mut s.instrument.noise.gain),
        ("noise.correlation_px", |s| &mut s.instrument.noise.correlation_px),
        ("border.level", |s| &mut s.instrument.border.as_mut().expect("set in spec").level),
        ("cladding_um", |s| &mut s.fibre.cladding_um),
        ("core_um", |s| &mut s.fibre.core_um),
        ("ferrule", |s| &mut s.fibre.ferrule),
        ("cladding", |s| &mut s.fibre.cladding),
        ("layer.diameter_um", |s| &mut s.fibre.layers[0].diameter_um),
        ("layer.level", |s| &mut s.fibre.layers[0].level),
        ("core.level", |s| &mut s.fibre.core.level),
        ("core.dome", |s| &mut s.fibre.core.dome),
        ("core.ripple", |s| &mut s.fibre.core.ripple),
        ("core.ripples", |s| &mut s.fibre.core.ripples),
        ("core.dip", |s| &mut s.fibre.core.dip),
        ("core.glow", |s| &mut s.fibre.core.glow),
        ("core.glow_um", |s| &mut s.fibre.core.glow_um),
        ("ring.radius_um", |s| &mut s.fibre.rings[0].radius_um),
        ("ring.sigma_um", |s| &mut s.fibre.rings[0].sigma_um),
        ("ring.level", |s| &mut s.fibre.rings[0].level),
        ("ring.far", |s| &mut s.fibre.rings[0].far),
        ("ring.near", |s| &mut s.fibre.rings[0].near),
        ("grain.amplitude", |s| &mut s.fibre.grain.amplitude),
        ("grain.size_um", |s| &mut s.fibre.grain.size_um),
    ];
    for (name, field) in fields {
        for bad in [f64::NAN, f64::INFINITY, -1e9] {
            let mut spec = spec();
            *field(&mut spec) = bad;
            assert_eq!(refused(render(&spec)), *name, "{bad}");
        }
    }
}

fn relief(spec: &mut FaceSpec) -> &mut Relief {
    spec.instrument.relief.as_mut().expect("set in spec")
}

#[test]
fn impossible_sides_and_diameters_are_refused() {
    for side in [0, 15, 16_385] {
        let mut wide = spec();
        wide.instrument.width = side;
        assert_eq!(refused(render(&wide)), "width");
        let mut high = spec();
        high.instrument.height = side;
        assert_eq!(refused(render(&high)), "height");
    }
    let mut spec = spec();
    spec.fibre.core_um = spec.fibre.cladding_um + 1.0;
    assert_eq!(refused(render(&spec)), "core_um");
    spec.fibre.core_um = 50.0;
    spec.fibre.layers = vec![Layer { diameter_um: 150.0, level: 1.0 }];
    assert_eq!(refused(render(&spec)), "layer.diameter_um");
}

#[test]
fn every_number_of_a_defect_is_checked() {
    let stroke = |path, width_um| Shape::Stroke { path, width_um };
    let ellipse =
        |centre, semi_axes_um, angle_deg| Shape::Ellipse { centre, semi_axes_um, angle_deg };
    let nan = f64::NAN;
    let shapes = [
        ("path", stroke(vec![], 1.0)),
        ("shape position", stroke(vec![[0.0, nan]], 1.0)),
        ("width_um", stroke(vec![[0.0, 0.0]], nan)),
        ("width_um", stroke(vec![[0.0, 0.0]], 0.0)),
        ("shape position", ellipse([nan, 0.0], [1.0, 1.0], 0.0)),
        ("semi_axes_um", ellipse([0.0, 0.0], [nan, 1.0], 0.0)),
        ("semi_axes_um", ellipse([0.0, 0.0], [1.0, -1.0], 0.0)),
        ("angle_deg", ellipse([0.0, 0.0], [1.0, 1.0], nan)),
        ("vertices", Shape::Polygon { vertices: vec![[0.0, 0.0], [1.0, 0.0]] }),
        (
            "shape position",
            Shape::Polygon { vertices: vec![[0.0, 0.0], [1.0, 0.0], [1.0, f64::INFINITY]] },
        ),
    ];
    let mut image = Plane::filled(32, 32, 100_u8).expect("positive sides");
    let mut try_it = |name: &str, defect: PlantedDefect| {
        let mut spec = spec();
        assert_eq!(refused(plant(&mut image, &spec.frame(), &defect, 0.0)), name);
        spec.defects = vec![defect];
        assert_eq!(refused(render(&spec)), name);
    };
    for (name, shape) in shapes {
        try_it(name, PlantedDefect { shapes: vec![shape], ..dig() });
    }
    try_it("shapes", PlantedDefect { shapes: vec![], ..dig() });
    for contrast in
        [Contrast::Grey(nan), Contrast::Grey(-1.0), Contrast::Cnr(nan), Contrast::Cnr(-1.0)]
    {
        try_it("contrast", PlantedDefect { contrast, ..dig() });
    }
    let fills = [
        ("rim_um", Fill::Rimmed { rim_um: nan, centre: 0.0 }),
        ("rim_um", Fill::Rimmed { rim_um: 0.0, centre: 0.0 }),
        ("fill centre", Fill::Rimmed { rim_um: 1.0, centre: nan }),
        ("patch size_um", Fill::Mottled { size_um: nan, depth: 0.5, seed: 0 }),
        ("patch depth", Fill::Mottled { size_um: 1.0, depth: 1.5, seed: 0 }),
    ];
    for (name, fill) in fills {
        try_it(name, PlantedDefect { fill, ..dig() });
    }
}

#[test]
fn a_defect_that_covers_no_pixel_is_refused_by_its_number() {
    let mut spec = spec();
    let outside = PlantedDefect { shapes: vec![Shape::disc([9000.0, 0.0], 10.0)], ..dig() };
    let tiny = PlantedDefect { shapes: vec![Shape::disc([0.0, 0.0], 0.1)], ..dig() };
    for hidden in [outside, tiny] {
        spec.defects = vec![dig(), hidden.clone()];
        assert!(matches!(render(&spec), Err(SynthError::Unseen { index: 1 })));
        let mut image = Plane::filled(32, 32, 100_u8).expect("positive sides");
        let planted = plant(&mut image, &spec.frame(), &hidden, 0.0);
        assert!(matches!(planted, Err(SynthError::Unseen { index: 0 })));
        assert!(image.pixels().iter().all(|value| *value == 100), "the image is as it was");
    }
}

#[test]
fn planting_checks_frame_and_blur() {
    let mut image = Plane::filled(32, 32, 100_u8).expect("positive sides");
    for blur in [f64::NAN, -1.0, 51.0] {
        assert_eq!(refused(plant(&mut image, &FaceFrame::PIXELS, &dig(), blur)), "blur_px");
    }
    let frame = FaceFrame { um_per_px: [1.0, 0.0], ..FaceFrame::PIXELS };
    assert_eq!(refused(plant(&mut image, &frame, &dig(), 0.0)), "um_per_px");
}

#[test]
fn populations_are_checked() {
    let good = Population::bench_binned;
    let cases = [
        ("damaged_share", Population { damaged_share: f64::NAN, ..good() }),
        ("damaged_share", Population { damaged_share: 1.1, ..good() }),
        ("position_spread_px", Population { position_spread_px: f64::NAN, ..good() }),
        ("centre", Population { centre: [f64::NAN, 0.0], ..good() }),
        ("centre", Population { centre: [0.0, 1e5], ..good() }),
        ("fibres", Population { fibres: vec![], ..good() }),
        ("kinds", Population { kinds: vec![], ..good() }),
        ("most_defects", Population { most_defects: 0, ..good() }),
    ];
    for (name, population) in cases {
        assert_eq!(refused(random_face(0, 0, &population)), name);
    }
    let mut broken = good();
    broken.instrument.blur_px = -1.0;
    assert_eq!(refused(random_face(0, 0, &broken)), "blur_px");
    let mut broken = good();
    broken.fibres[0].core_um = f64::NAN;
    assert_eq!(refused(random_face(0, 0, &broken)), "core_um");
}

#[test]
fn messages_name_parameter_value_and_range() {
    let mut spec = spec();
    spec.brightness = -2.0;
    let message = render(&spec).expect_err("refused").to_string();
    assert_eq!(message, "brightness is -2, allowed is 0.01 to 100");
}

#[test]
fn public_types_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<FaceSpec>();
    crosses::<Population>();
    crosses::<SynthError>();
}
