use std::fmt;

use fiber_image::PlaneView;

use crate::error::FilterError;
use crate::line_number::Number;
use crate::line_sums::Source;
use crate::transpose::transposed;

/// Planes of one size that are made ready for lines of any direction, once for all lengths
/// ([`OrientedLineFilter::bright_and_dark_in`]), whose sums are kept in 16 bits: for planes whose values are all of one order,
/// such as noise that was clipped.
///
/// [`OrientedLineFilter::bright_and_dark_in`]: crate::OrientedLineFilter::bright_and_dark_in
#[derive(Debug)]
pub struct LineField<const N: usize> {
    pub(crate) longest: usize,
    pub(crate) sources: Sources<i16, N>,
}

/// Planes for lines of all directions.
pub(crate) struct Sources<V, const N: usize> {
    pub(crate) size: (usize, usize),
    /// As it is, for steep lines.
    pub(crate) upright: Source<V, N>,
    /// Transposed, which makes flat lines steep.
    pub(crate) flat: Source<V, N>,
    /// What 1 stands for in each plane.
    pub(crate) units: [f32; N],
}

impl<V, const N: usize> fmt::Debug for Sources<V, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, units, .. } = self;
        f.debug_struct("Sources").field("size", size).field("units", units).finish_non_exhaustive()
    }
}

/// Longest lines whose sums leave seven bits for each value beside its sign.
const LONGEST: usize = 255;

impl<const N: usize> LineField<N> {
    /// Planes for lines of at most `longest` pixels. At least one plane, which is seen to when the program is compiled.
    ///
    /// Pixels outside the planes, those where `mask` is 0 and those that are not finite in one of the planes contribute neither
    /// value nor count to a line. Values are rounded to multiples of a unit that is at most `1.01 (longest + 1)` times 2^-15
    /// of the plane's largest valid magnitude, or [`f32::MIN_POSITIVE`] where that is more.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the planes or the mask differ in size, [`FilterError::Parameter`] where `longest` is above
    /// 255, for which the unit would be coarse.
    pub fn new(
        planes: [PlaneView<'_, f32>; N],
        mask: Option<PlaneView<'_, u8>>,
        longest: usize,
    ) -> Result<Self, FilterError> {
        FilterError::require(longest <= LONGEST, "longest", longest as f64, "at most 255")?;
        Ok(Self { longest, sources: Sources::new(planes, mask, longest)? })
    }
}

impl<V: Number, const N: usize> Sources<V, N> {
    /// The size of the transposed planes.
    pub(crate) fn turned(&self) -> (usize, usize) {
        (self.size.1, self.size.0)
    }

    pub(crate) fn new(
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
        // No line leaves the plane, and one value enters before another leaves.
        let length = (longest + 1).min(width.max(height));
        let units = planes.map(|plane| V::unit(largest(&plane, &valid), length));
        let mut planes = planes.iter().zip(units);
        let values = std::array::from_fn(|_| {
            let (plane, unit) = planes.next().expect("as many as planes");
            let units = 1.0 / f64::from(unit);
            let mut values = Vec::with_capacity(width * height);
            for (row, valid) in plane.rows().zip(valid.chunks_exact(width)) {
                values.extend(row.iter().zip(valid).map(|(&value, &valid)| {
                    let value = if valid { value } else { 0.0 };
                    V::rounded(value, units)
                }));
            }
            values
        });
        let turned = std::array::from_fn(|i: usize| transposed(&values[i], (width, height)));
        let turned_valid = transposed(&valid, (width, height));
        let flat = Source::new(height, turned, &turned_valid, longest);
        let upright = Source::new(width, values, &valid, longest);
        Ok(Self { size, upright, flat, units })
    }
}

/// The largest magnitude of a valid pixel.
fn largest(plane: &PlaneView<'_, f32>, valid: &[bool]) -> f32 {
    let rows = plane.rows().zip(valid.chunks_exact(plane.width()));
    rows.flat_map(|(row, valid)| row.iter().zip(valid)).fold(0.0, |most, pixel| {
        let size = if *pixel.1 { pixel.0.abs() } else { 0.0 };
        if size > most { size } else { most }
    })
}
