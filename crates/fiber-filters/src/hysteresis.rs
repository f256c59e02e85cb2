use fiber_image::{Plane, PlaneView};

use crate::components::Connectivity;
use crate::error::FilterError;
use crate::seeds::{CANDIDATE, KEPT, grow_seeds, kept};

/// Mask (0 or 255) of the pixels above `low` that are connected, through such pixels, to one above
/// `high`.
///
/// A NaN pixel is above nothing.
///
/// # Errors
/// [`FilterError::Parameter`] where a threshold is NaN or `low` is above `high`.
///
/// ```
/// use fiber_filters::{Connectivity, hysteresis};
/// use fiber_image::Plane;
///
/// let response = Plane::new(6, 1, vec![0.0_f32, 3.0, 9.0, 3.0, 0.0, 3.0])?;
/// let mask = hysteresis(response.view(), 2.0, 8.0, Connectivity::Eight)?;
/// assert_eq!(mask.row(0), &[0, 255, 255, 255, 0, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hysteresis(
    response: PlaneView<'_, f32>,
    low: f32,
    high: f32,
    connectivity: Connectivity,
) -> Result<Plane<u8>, FilterError> {
    FilterError::require(!high.is_nan(), "high", f64::from(high), "a number")?;
    FilterError::require(low <= high, "low", f64::from(low), "a number not above high")?;
    // Most responses that are asked have no mark at all.
    if !response.rows().any(|row| row.iter().fold(false, |any, &value| any | (value > high))) {
        return Ok(response.filled_like(0));
    }
    let mut marks = response.map(|&value| match value {
        value if value > high => KEPT,
        value if value > low => CANDIDATE,
        _ => 0,
    });
    let seeds = kept(marks.pixels());
    grow_seeds(&mut marks, seeds, connectivity);
    Ok(marks)
}
