//! Faces drawn analytically, for the tests of all modules.

use fiber_image::Plane;

use crate::{Ellipse, Geometry};

/// A face of three grey levels whose edges rise linearly.
#[derive(Clone, Debug)]
pub(crate) struct DrawnFace {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) cladding: Ellipse,
    /// Core over cladding diameter; 0 for none.
    pub(crate) core: f64,
    /// Grey levels of ferrule, cladding and core.
    pub(crate) levels: [f64; 3],
    /// Width of the edges in pixels.
    pub(crate) rise_px: f64,
    /// Standard deviation of the noise in grey levels.
    pub(crate) noise: f64,
    /// Arcs in degrees along which the ferrule reaches in by this share of the radius.
    pub(crate) chips: Vec<(f64, f64, f64)>,
    /// Width in pixels of a black frame around the image.
    pub(crate) border: usize,
}

impl DrawnFace {
    /// Dark cladding, bright ferrule, a fibre of 120 pixels with a core of half its size, all in view.
    pub(crate) fn plain() -> Self {
        Self {
            width: 260,
            height: 240,
            cladding: Ellipse::circle(127.3, 121.6, 120.0),
            core: 0.5,
            levels: [190.0, 80.0, 110.0],
            rise_px: 2.0,
            noise: 0.0,
            chips: Vec::new(),
            border: 0,
        }
    }

    pub(crate) fn draw(&self) -> Plane<u8> {
        let mut noise = gaussian_noise(11);
        let radius = self.cladding.mean_radius_px();
        Plane::from_fn(self.width, self.height, |x, y| {
            let (across, down) = (x.min(self.width - 1 - x), y.min(self.height - 1 - y));
            if across.min(down) < self.border {
                return 4;
            }
            let (u, v) = self.cladding.to_unit_disc(x as f64, y as f64);
            let angle = v.atan2(u).to_degrees().rem_euclid(360.0);
            let chip = self.chips.iter().filter(|(from, to, _)| (*from..=*to).contains(&angle));
            let depth = chip.map(|(_, _, depth)| *depth).fold(0.0, f64::max);
            let cover =
                |share: f64| ((share - u.hypot(v)) * radius / self.rise_px + 0.5).clamp(0.0, 1.0);
            let [ferrule, cladding, core] = self.levels;
            let mut level = ferrule + cover(1.0 - depth) * (cladding - ferrule);
            level += cover(self.core) * (core - level);
            (level + self.noise * noise()).round().clamp(0.0, 255.0) as u8
        })
        .expect("the sides of a drawn face are positive")
    }
}

/// An exact geometry of an ellipse, with a cladding of 125 um.
pub(crate) fn geometry_of(cladding: Ellipse) -> Geometry {
    Geometry {
        cladding,
        core: None,
        cladding_um: 125.0,
        edge_rms_px: 0.0,
        rim_coverage: 1.0,
        rim_step: 100.0,
    }
}

/// A seeded series of independent normal deviates (xorshift and Box-Muller).
pub(crate) fn gaussian_noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    move || {
        let (a, b) = (uniform(), uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// Fails unless every figure of the ellipse is right to `tolerance` pixels.
pub(crate) fn assert_close(found: Ellipse, truth: Ellipse, tolerance: f64) {
    let off = [
        found.cx - truth.cx,
        found.cy - truth.cy,
        found.width_px - truth.width_px,
        found.height_px - truth.height_px,
    ];
    let worst = off.iter().fold(0.0_f64, |worst, d| worst.max(d.abs()));
    assert!(worst < tolerance, "{found:?} is {worst:.3} px from {truth:?}");
}
