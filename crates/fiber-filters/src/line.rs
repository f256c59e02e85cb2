use std::f32::consts::PI;
use std::ops::Neg;

use fiber_image::{Plane, PlaneView};

use crate::error::FilterError;
use crate::line_field::{LineField, Sources};
use crate::line_number::Number;
use crate::line_sums::{Direction, Extremes, Indexed, Keep, Source, Sweep, TOGETHER};
use crate::transpose::{Rows, merge_transposed};

/// Sums along straight lines in many directions: finds scratches too faint for any single pixel.
///
/// For every pixel and direction, the values on a digital line of the given length centred on the pixel
/// (rows and columns have an odd number of pixels: of an even length one more) are added and divided by the square root of their number, so that independent noise of deviation 1
/// keeps the deviation 1 in every direction, while a line of contrast c grows to c times the square root of
/// the length. Lines are those of the plane sheared by whole pixels, and the sums run along them: the time
/// is proportional to pixels times directions, whatever the length. A digital line keeps within half a
/// pixel of a straight one but not of every parallel one: of a line a single pixel wide at least half is
/// met, and only where the directions are about as many as the length has pixels; wider lines lose less.
///
/// Sums are those of whole numbers, so that nothing is left behind by a value that leaves them: values are rounded to
/// multiples of at most `length + 1` times 2^-29 of the largest, or of [`f32::MIN_POSITIVE`] where that is more.
///
/// ```
/// use fiber_filters::OrientedLineFilter;
/// use fiber_image::Plane;
///
/// let scratch = Plane::from_fn(21, 21, |_, y| if y == 10 { 1.0_f32 } else { 0.0 })?;
/// let filter = OrientedLineFilter::new(9, 8)?;
/// let lines = filter.apply(scratch.view(), None)?;
/// assert_eq!(lines.response[(10, 10)], 3.0);
/// assert_eq!(filter.angle(lines.angle_index[(10, 10)]), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrientedLineFilter {
    length: usize,
    angles: u8,
}

/// The strongest line through every pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct LineResponse {
    /// Largest normalised sum over the directions, in the unit of the filtered values.
    pub response: Plane<f32>,
    /// Which direction it was, the first of equals; see [`OrientedLineFilter::angle`].
    pub angle_index: Plane<u8>,
}

impl OrientedLineFilter {
    /// Lines of `length` pixels in `angles` directions, evenly spread over half a turn.
    ///
    /// # Errors
    /// [`FilterError::Parameter`] where `length` is not within 1..=65535 or `angles` not within 1..=255.
    pub fn new(length: usize, angles: usize) -> Result<Self, FilterError> {
        let fits = (1..=65_535).contains(&length);
        FilterError::require(fits, "length", length as f64, "from 1 to 65535")?;
        match u8::try_from(angles) {
            Ok(angles @ 1..) => Ok(Self { length, angles }),
            _ => Err(FilterError::Parameter {
                name: "angles",
                value: angles as f64,
                allowed: "from 1 to 255",
            }),
        }
    }

    /// Length of the lines in pixels.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Number of directions.
    #[must_use]
    pub fn angles(&self) -> usize {
        usize::from(self.angles)
    }

    /// The direction of an index in radians, from the x axis towards the y axis (which points down).
    #[must_use]
    pub fn angle(&self, index: u8) -> f32 {
        PI * f32::from(index) / f32::from(self.angles)
    }

    /// The strongest bright line through every pixel; see [`OrientedLineFilter::bright_and_dark`] for both
    /// polarities.
    ///
    /// Pixels outside the plane, those where `mask` is 0 and those that are not finite contribute neither
    /// value nor count, but are given the response of the line through them; where a line has no pixel
    /// left its response is 0.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the mask differs in size from the plane.
    pub fn apply(
        &self,
        plane: PlaneView<'_, f32>,
        mask: Option<PlaneView<'_, u8>>,
    ) -> Result<LineResponse, FilterError> {
        let sources = Sources::new([plane], mask, self.length)?;
        let Strongest { upright: [upright], flat: [flat] } =
            self.strongest::<i32, Indexed, 1>(&sources);
        let (size, turned, [unit]) = (sources.size, sources.turned(), sources.units);
        let both = |Indexed { response, index }: Indexed| {
            response.into_iter().zip(index).collect::<Vec<(f32, u32)>>()
        };
        let (mut best, flat) = (both(upright), both(flat));
        let rows = Rows { pixels: &flat[..], stride: sources.flat.stride() };
        let stride = sources.upright.stride();
        let columns = Rows { pixels: &mut best[..], stride };
        // The first of equals.
        merge_transposed(columns, rows, turned, |here, there| {
            let later = there.0 < here.0 || (there.0 == here.0 && here.1 < there.1);
            if later { here } else { there }
        });
        Ok(LineResponse {
            response: plane_of(&best, stride, size, |best| unit * best.0),
            angle_index: plane_of(&best, stride, size, |best| best.1 as u8),
        })
    }

    /// The strongest bright and the strongest dark line through every pixel, in the time of one of them.
    ///
    /// The dark response is what [`OrientedLineFilter::apply`] gives for the negated plane. Mask and border as
    /// there.
    ///
    /// # Errors
    /// As [`OrientedLineFilter::apply`].
    pub fn bright_and_dark(
        &self,
        plane: PlaneView<'_, f32>,
        mask: Option<PlaneView<'_, u8>>,
    ) -> Result<BrightAndDark, FilterError> {
        let [both] = self.bright_and_dark_of([plane], mask)?;
        Ok(both)
    }

    /// [`OrientedLineFilter::bright_and_dark`] of several planes of one size, such as one image smoothed in
    /// several ways, whose pixels along each line are counted once.
    ///
    /// A pixel that is not finite in one plane contributes to none.
    ///
    /// # Errors
    /// [`FilterError::Size`] where the planes or the mask differ in size.
    pub fn bright_and_dark_of<const N: usize>(
        &self,
        planes: [PlaneView<'_, f32>; N],
        mask: Option<PlaneView<'_, u8>>,
    ) -> Result<[BrightAndDark; N], FilterError> {
        let sources = Sources::<i32, N>::new(planes, mask, self.length)?;
        let plane = |rows: Vec<f32>, unit: f32| {
            plane_of(&rows, sources.upright.stride(), sources.size, |response| unit * response)
        };
        Ok(self.extremes(&sources).map(|(Extremes { highest, lowest }, unit)| BrightAndDark {
            bright: plane(highest, unit),
            dark: plane(lowest, -unit),
        }))
    }

    /// [`OrientedLineFilter::bright_and_dark_of`] planes that were made ready for several filters, in about half the
    /// time and to within half the root of the length (of an even one, one more) and one and a half more in the field's unit.
    ///
    /// What is 0 there, as where no valid pixel is left, may be a unit here.
    ///
    /// # Errors
    /// [`FilterError::Parameter`] where the field was made for shorter lines only.
    pub fn bright_and_dark_in<const N: usize>(
        &self,
        field: &LineField<N>,
    ) -> Result<[CoarseBrightAndDark; N], FilterError> {
        let fits = self.length <= field.longest;
        FilterError::require(fits, "length", self.length as f64, "at most the field's longest")?;
        let LineField { sources, .. } = field;
        let (stride, size) = (sources.upright.stride(), sources.size);
        Ok(self.extremes(sources).map(|(Extremes { highest, lowest }, unit)| CoarseBrightAndDark {
            bright: plane_of(&highest, stride, size, |&half| CoarseResponse(half)),
            dark: plane_of(&lowest, stride, size, |&half| -CoarseResponse(half)),
            unit,
        }))
    }

    /// Of each plane what is kept of all directions, in its unit.
    fn extremes<V: Number, const N: usize>(
        &self,
        sources: &Sources<V, N>,
    ) -> [(Extremes<V>, f32); N] {
        let Strongest { upright, flat } = self.strongest::<V, Extremes<V>, N>(sources);
        let turned = sources.turned();
        let (stride, flat_stride) = (sources.upright.stride(), sources.flat.stride());
        let mut found = upright.into_iter().zip(flat).zip(sources.units);
        std::array::from_fn(|_| {
            let ((mut upright, flat), unit) = found.next().expect("as many as planes");
            let columns = |pixels| Rows { pixels, stride };
            let rows = |pixels| Rows { pixels, stride: flat_stride };
            let (highest, lowest) = (&mut upright.highest[..], &mut upright.lowest[..]);
            merge_transposed(columns(highest), rows(&flat.highest[..]), turned, V::higher);
            merge_transposed(columns(lowest), rows(&flat.lowest[..]), turned, V::lower);
            (upright, unit)
        })
    }

    fn strongest<V: Number, K: Keep<V>, const N: usize>(
        &self,
        sources: &Sources<V, N>,
    ) -> Strongest<K, N> {
        let (mut of_upright, mut of_flat) = (Vec::new(), Vec::new());
        for index in 0..self.angles {
            let (sin, cos) = f64::from(self.angle(index)).sin_cos();
            let steep = sin.abs() > cos.abs();
            let (along, aside) = if steep { (sin, cos) } else { (cos, sin) };
            let half = (0.5 * (self.length - 1) as f64 * along.abs()).round() as usize;
            let (source, directions) = if steep {
                (&sources.upright, &mut of_upright)
            } else {
                (&sources.flat, &mut of_flat)
            };
            directions.push(Direction::new(source, u32::from(index), aside / along, half));
        }
        let sweep = |source: &Source<V, N>, mut directions: Vec<Direction<V, N>>| {
            let mut kept = std::array::from_fn(|_| K::new(source.stride() * source.height()));
            for directions in directions.chunks_mut(TOGETHER) {
                pulp::Arch::new().dispatch(Sweep { source, directions, kept: &mut kept });
            }
            kept
        };
        Strongest {
            upright: sweep(&sources.upright, of_upright),
            flat: sweep(&sources.flat, of_flat),
        }
    }
}

/// What is kept of the lines of every plane.
struct Strongest<K, const N: usize> {
    /// Of steep ones.
    upright: [K; N],
    /// Of flat ones, with rows and columns exchanged.
    flat: [K; N],
}

/// The strongest line of either polarity through every pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct BrightAndDark {
    /// Largest normalised sum over the directions, in the unit of the filtered values.
    pub bright: Plane<f32>,
    /// Largest normalised sum of the negated values.
    pub dark: Plane<f32>,
}

/// The strongest line of either polarity through every pixel, from sums of 16 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct CoarseBrightAndDark {
    /// Largest normalised sum over the directions, in multiples of the unit.
    pub bright: Plane<CoarseResponse>,
    /// Largest normalised sum of the negated values, in multiples of the unit.
    pub dark: Plane<CoarseResponse>,
    /// The unit of both, in that of the filtered values.
    pub unit: f32,
}

/// An odd number of units, which is what [`f32::from`] gives: the middle between the even ones to which a response
/// was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoarseResponse(i16);

impl From<CoarseResponse> for f32 {
    #[inline(always)]
    fn from(CoarseResponse(half): CoarseResponse) -> Self {
        2.0 * Self::from(half) + 1.0
    }
}

impl Neg for CoarseResponse {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        // -(2 n + 1) = 2 (-n - 1) + 1
        Self(!self.0)
    }
}

/// Rows without what fills their last block.
fn plane_of<T, U>(
    rows: &[T],
    stride: usize,
    (width, height): (usize, usize),
    pixel: impl Fn(&T) -> U + Copy,
) -> Plane<U> {
    let mut pixels = Vec::with_capacity(width * height);
    for row in rows.chunks_exact(stride) {
        pixels.extend(row[..width].iter().map(pixel));
    }
    Plane::new(width, height, pixels).expect("as many values as the filtered plane has pixels")
}
