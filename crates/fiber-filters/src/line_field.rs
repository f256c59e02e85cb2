use std::fmt;

use fiber_image::PlaneView;

use crate::error::FilterError;
use crate::line_sums::Source;
use crate::transpose::transposed;

/// Planes of one size that are made ready for lines of any direction, once for all lengths
/// ([`OrientedLineFilter::bright_and_dark_in`]).
///
/// [`OrientedLineFilter::bright_and_dark_in`]: crate::OrientedLineFilter::bright_and_dark_in
pub struct LineField<const N: usize> {
    pub(crate) size: (usize, usize),
    pub(crate) longest: usize,
    /// As it is, for steep lines.
    pub(crate) upright: Source<N>,
    /// Transposed, which makes flat lines steep.
    pub(crate) flat: Source<N>,
    /// What 1 stands for in each plane: a power of two.
    pub(crate) units: [f32; N],
}

/// What a line's sum stays below, but for rounding.
const LARGEST_SUM: f64 = (1 << 30) as f64;

impl<const N: usize> fmt::Debug for LineField<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, longest, units, .. } = self;
        f.debug_struct("LineField")
            .field("size", size)
            .field("longest", longest)
            .field("units", units)
            .finish_non_exhaustive()
    }
}

impl<const N: usize> LineField<N> {
    /// Planes for lines of at most `longest` pixels. At least one plane, which is seen to when the program is compiled.
    ///
    /// Pixels outside the planes, those where `mask` is 0 and those that are not finite in one of the planes contribute neither
    /// value nor count to a line.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the planes or the mask differ in size.
    pub fn new(
        planes: [PlaneView<'_, f32>; N],
        mask: Option<PlaneView<'_, u8>>,
        longest: usize,
    ) -> Result<Self, FilterError> {
        const { assert!(N > 0, "at least one plane") };
        let size = planes[0].dimensions();
        for other in
            planes.map(PlaneView::dimensions).into_iter().chain(mask.map(PlaneView::dimensions))
        {
            FilterError::require_size(size, other)?;
        }
        let (width, height) = size;
        let mut valid = vec![true; width * height];
        for (y, valid) in valid.chunks_exact_mut(width).enumerate() {
            for plane in planes {
                for (valid, value) in valid.iter_mut().zip(plane.row(y)) {
                    *valid &= value.is_finite();
                }
            }
            if let Some(mask) = mask {
                for (valid, &open) in valid.iter_mut().zip(mask.row(y)) {
                    *valid &= open != 0;
                }
            }
        }
        let units = planes.map(|plane| unit(&plane, &valid, (longest + 1).min(width.max(height))));
        let mut planes = planes.iter().zip(units);
        let values = std::array::from_fn(|_| {
            let (plane, unit) = planes.next().expect("as many as planes");
            let mut values = Vec::with_capacity(width * height);
            for (row, valid) in plane.rows().zip(valid.chunks_exact(width)) {
                values.extend(row.iter().zip(valid).map(|(&value, &valid)| {
                    let value = if valid { value } else { 0.0 };
                    rounded(f64::from(value) / f64::from(unit))
                }));
            }
            values
        });
        let turned = std::array::from_fn(|i: usize| transposed(&values[i], (width, height)));
        let turned_valid = transposed(&valid, (width, height));
        let flat = Source::new(height, turned, &turned_valid);
        let upright = Source::new(width, values, &valid);
        Ok(Self { size, longest, upright, flat, units })
    }
}

/// The power of two that keeps the sum of `length` values below [`LARGEST_SUM`], and rounds them as little as that allows.
fn unit(plane: &PlaneView<'_, f32>, valid: &[bool], length: usize) -> f32 {
    let rows = plane.rows().zip(valid.chunks_exact(plane.width()));
    let largest = rows.flat_map(|(row, valid)| row.iter().zip(valid)).fold(0.0, |most, pixel| {
        let size = if *pixel.1 { pixel.0.abs() } else { 0.0 };
        if size > most { size } else { most }
    });
    let least = f64::from(largest) * length as f64 / LARGEST_SUM;
    // The next power of two above: the exponent alone, and one more.
    let exponent = f64::from_bits(least.to_bits() >> 52 << 52);
    (2.0 * exponent).max(f64::from(f32::MIN_POSITIVE)) as f32
}

/// A number of less than 2^31, rounded: the sum's last bits are those of the whole number.
#[inline(always)]
fn rounded(value: f64) -> i32 {
    const TO_WHOLE: f64 = 1.5 * (1_u64 << 52) as f64;
    (value + TO_WHOLE).to_bits() as i32
}
