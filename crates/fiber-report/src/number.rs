//! Figures that are safe to write: JSON has no word for what is not finite.

/// The figure, or 0 where it is not finite.
pub(crate) fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// The figure within 0 to 1; 0 where it is no number.
pub(crate) fn unit(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}
