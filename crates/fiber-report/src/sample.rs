//! Inspections to test with.

use fiber_defects::{Defect, DefectType, PixelBox, Polarity};

/// A plain defect at a place.
pub(crate) fn defect(defect_type: DefectType, x: f64, y: f64, diameter: f64) -> Defect {
    let corner = |v: f64| (v - diameter / 2.0).round().max(0.0) as usize;
    let side = diameter.ceil().max(1.0) as usize;
    Defect {
        defect_type,
        algorithms: vec!["blob".to_owned()],
        bounds: PixelBox { x: corner(x), y: corner(y), width: side, height: side },
        centroid: (x, y),
        area_px: side * side,
        length_px: diameter,
        width_px: diameter,
        diameter_px: diameter,
        orientation_deg: None,
        polarity: Polarity::Dark,
        contrast: -40.0,
        snr: 12.5,
        confidence: 0.9,
        severity: 0.6,
        size_um: None,
        other_readings: Vec::new(),
    }
}
