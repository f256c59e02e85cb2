use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::damage::random_defect;
use crate::defect::DefectKind;
use crate::error::{SynthError, check};
use crate::fibre::{CoreLight, Fibre, Ring};
use crate::instrument::Instrument;
use crate::render::FaceSpec;

/// The faces that one instrument sees, to draw random ones from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// The instrument that pictures all of them.
    pub instrument: Instrument,
    /// Typical faces; each random face is a slight variation of one of them.
    pub fibres: Vec<Fibre>,
    /// Share of damaged faces, 0 to 1.
    pub damaged_share: f64,
    /// Kinds of defects on damaged faces; every kind equally often.
    pub kinds: Vec<DefectKind>,
    /// Most defects on a damaged face; the number is uniform from 1.
    pub most_defects: usize,
    /// Usual column and row of the fibre's centre.
    pub centre: [f64; 2],
    /// Standard deviation of column and row around it.
    pub position_spread_px: f64,
    /// Whether sensor noise and grain are left out.
    pub noise_free: bool,
}

const ALL_KINDS: [DefectKind; 4] =
    [DefectKind::Scratch, DefectKind::Dig, DefectKind::Contamination, DefectKind::Chip];

impl Population {
    /// Faces under [`Instrument::bench`]: both fibres, cores dark and lit, half of the faces
    /// damaged.
    #[must_use]
    pub fn bench() -> Self {
        let lit = |level, dome, dip| CoreLight { level, dome, dip, ..CoreLight::DARK };
        let graded = Fibre::graded_50();
        let lit_graded = Fibre { cladding: 72.0, ..Fibre::graded_50() }.dark_rim();
        let large = Fibre::large_core_91();
        let lit_large = Fibre { cladding: 76.0, ..Fibre::large_core_91() };
        let dim = Fibre { ferrule: 142.0, cladding: 83.0, ..Fibre::graded_50() }.dark_rim();
        Self {
            instrument: Instrument::bench(),
            fibres: vec![
                graded.clone(),
                Fibre { core_um: 48.5, ..graded }.lit(lit(82.0, 3.0, 0.0)),
                lit_graded.clone().lit(lit(130.0, 10.0, -12.0)),
                lit_graded.clone().lit(lit(190.0, -14.0, -20.0)),
                lit_graded.lit(lit(215.0, -8.0, 14.0)),
                dim.lit(lit(161.0, 2.0, -20.0)),
                large,
                lit_large.clone().lit(lit(107.0, 2.0, 0.0)),
                lit_large.lit(CoreLight { ripple: 2.0, ripples: 2.0, ..lit(160.0, -12.0, 0.0) }),
            ],
            damaged_share: 0.5,
            kinds: ALL_KINDS.to_vec(),
            most_defects: 5,
            centre: [550.0, 390.0],
            position_spread_px: 25.0,
            noise_free: false,
        }
    }

    /// Faces of one kind under [`Instrument::bench_binned`]: a 50 um core, evenly lit.
    #[must_use]
    pub fn bench_binned() -> Self {
        let core = CoreLight { level: 160.0, dome: 4.0, dip: -14.0, ..CoreLight::DARK };
        Self {
            instrument: Instrument::bench_binned(),
            fibres: vec![Fibre { cladding: 80.0, ..Fibre::graded_50() }.dark_rim().lit(core)],
            centre: [283.0, 209.0],
            position_spread_px: 6.0,
            ..Self::bench()
        }
    }

    /// Faces under [`Instrument::frame_grabber`]: cores from dark to dazzling.
    #[must_use]
    pub fn frame_grabber() -> Self {
        let fibre = Fibre::large_core_91_relief();
        let lit = |level, dome, ripple, glow| {
            let core = CoreLight { level, dome, ripple, glow, ..fibre.core };
            fibre.clone().lit(core)
        };
        Self {
            instrument: Instrument::frame_grabber(),
            fibres: vec![
                lit(178.0, 0.0, 1.0, 42.0),
                lit(250.0, -22.0, 2.0, 62.0),
                lit(205.0, 10.0, 4.0, 36.0),
                lit(160.0, -4.0, 3.5, 24.0),
                lit(140.0, 0.0, 0.5, 12.0),
            ],
            centre: [339.3, 319.8],
            position_spread_px: 1.5,
            ..Self::bench()
        }
    }

    fn check(&self) -> Result<(), SynthError> {
        check("damaged_share", self.damaged_share, 0.0..=1.0, "0 to 1")?;
        let spread = self.position_spread_px;
        check("position_spread_px", spread, 0.0..=1000.0, "0 to 1000 px")?;
        for value in self.centre {
            check("centre", value, -1e4..=1e4, "-1e4 to 1e4 px")?;
        }
        let counts = [
            ("fibres", self.fibres.len()),
            ("kinds", self.kinds.len()),
            ("most_defects", self.most_defects),
        ];
        for (name, count) in counts {
            check(name, count as f64, 1.0..=1000.0, "1 to 1000")?;
        }
        self.instrument.check()?;
        self.fibres.iter().try_for_each(Fibre::check)
    }
}

/// Face number `index` of the endless series that `seed` starts: a variation of one of the
/// population's fibres, clean or damaged. It depends on no other face of the series.
///
/// Defects lie in the picture if any of the face's contact zone, and for chips of its rim, does.
///
/// # Errors
/// [`SynthError::Parameter`] for a population with a share outside 0 to 1, an empty list, or an
/// instrument or fibre that [`render`](crate::render) refuses.
pub fn random_face(seed: u64, index: u64, population: &Population) -> Result<FaceSpec, SynthError> {
    population.check()?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let rng = &mut rng;
    let pick = rng.random_range(0..population.fibres.len());
    let fibre = varied(rng, &population.fibres[pick]);
    let mut face = FaceSpec::clean(population.instrument.clone(), fibre);
    // A uniform distribution of the asked spread.
    let reach = 3.0_f64.sqrt() * population.position_spread_px;
    face.centre = population.centre.map(|usual| usual + signed(rng) * reach);
    face.rotation_deg = 180.0 * signed(rng);
    face.defocus_px = 0.45 * population.instrument.blur_px * rng.random::<f64>();
    face.brightness = 1.0 + 0.015 * signed(rng);
    face.noise_free = population.noise_free;
    face.seed = rng.random();
    if rng.random::<f64>() < population.damaged_share {
        let count = rng.random_range(1..=population.most_defects);
        for _ in 0..count {
            let kind = population.kinds[rng.random_range(0..population.kinds.len())];
            let defect = random_defect(rng, kind, &face);
            face.defects.push(defect);
        }
    }
    Ok(face)
}

/// Uniform in -1..1.
pub(crate) fn signed(rng: &mut ChaCha8Rng) -> f64 {
    2.0 * rng.random::<f64>() - 1.0
}

/// What differs from one good face to the next: polish, lamp, light in the core.
fn varied(rng: &mut ChaCha8Rng, fibre: &Fibre) -> Fibre {
    let mut fibre = fibre.clone();
    fibre.ferrule += 1.0 * signed(rng);
    let shade = 2.0 * signed(rng);
    fibre.cladding += shade;
    fibre.layers.iter_mut().for_each(|layer| layer.level += shade);
    fibre.core.level *= 1.0 + 0.025 * signed(rng);
    fibre.core.dome += 1.5 * signed(rng);
    fibre.core.dip *= 1.0 + 0.3 * signed(rng);
    let strength = 1.0 + 0.15 * signed(rng);
    for Ring { level, far, near, .. } in &mut fibre.rings {
        *level *= strength;
        *far *= strength;
        *near *= strength;
    }
    fibre.grain.amplitude *= 1.0 + 0.3 * signed(rng);
    fibre
}
