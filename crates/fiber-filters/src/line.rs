use std::f32::consts::PI;

use fiber_image::{Plane, PlaneView};

use crate::error::FilterError;
use crate::line_sums::{BothWays, Direction, Extremes, Indexed, Keep, Source, Sweep, TOGETHER};
use crate::transpose::transposed;

/// Sums along straight lines in many directions: finds scratches too faint for any single pixel.
///
/// For every pixel and direction, the values on a digital line of the given length centred on the pixel
/// are added and divided by the square root of their number, so that independent noise of deviation 1
/// keeps the deviation 1 in every direction, while a line of contrast c grows to c times the square root of
/// the length. Lines are those of the plane sheared by whole pixels, and the sums run along them: the time
/// is proportional to pixels times directions, whatever the length. A digital line keeps within half a
/// pixel of a straight one but not of every parallel one: of a line a single pixel wide at least half is
/// met, and only where the directions are about as many as the length has pixels; wider lines lose less.
///
/// Sums are those of whole numbers, so that nothing is left behind by a value that leaves them: values are rounded to
/// multiples of at most `length + 1` times 2^-29 of the largest.
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
    /// Rows or columns that are summed before lines are.
    step: usize,
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
            Ok(angles @ 1..) => Ok(Self { length, angles, step: 1 }),
            _ => Err(FilterError::Parameter {
                name: "angles",
                value: angles as f64,
                allowed: "from 1 to 255",
            }),
        }
    }

    /// The same lines of pairs of pixels, in half the time: of rows for steep lines, of columns for flat ones, beginning
    /// with the first.
    ///
    /// Both pixels of a pair are given the response of the line through the middle between them. A pair counts where
    /// both its pixels do, an odd last row or column not at all. A slanted line is blurred by at most a variance of an eighth of a
    /// pixel, that of two pixels along it which are summed one below the other.
    #[must_use]
    pub fn of_pairs(self) -> Self {
        Self { step: 2, ..self }
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
        let Strongest { upright: [upright], flat: [flat], units: [unit] } =
            self.strongest::<Indexed, 1>([plane], mask)?;
        let size = plane.dimensions();
        let lines = |Indexed { response, index }| -> Vec<(f32, u32)> {
            response.into_iter().zip(index).collect()
        };
        let stronger = |here: (f32, u32), there: (f32, u32)| {
            let later = there.0 < here.0 || (there.0 == here.0 && here.1 < there.1);
            if later { here } else { there }
        };
        let strongest = self.both_ways(&lines(upright), &lines(flat), size, stronger);
        let (response, index) = strongest.into_iter().map(|(r, i)| (unit * r, i as u8)).unzip();
        Ok(LineResponse { response: plane_of(response, size), angle_index: plane_of(index, size) })
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
        let Strongest { upright, flat, units } = self.strongest::<Extremes, N>(planes, mask)?;
        let size = planes.first().map_or((0, 0), |plane| plane.dimensions());
        let mut found = upright.into_iter().zip(flat).zip(units);
        Ok(std::array::from_fn(|_| {
            let ((upright, flat), unit) = found.next().expect("as many as planes");
            let bright =
                self.both_ways(&upright.highest, &flat.highest, size, |a, b| unit * a.max(b));
            let dark = self.both_ways(&upright.lowest, &flat.lowest, size, |a, b| -unit * a.min(b));
            BrightAndDark { bright: plane_of(bright, size), dark: plane_of(dark, size) }
        }))
    }

    /// Merges for every pixel what steep and flat lines give to it, of which the latter have rows and columns exchanged.
    fn both_ways<T: Copy + Default>(
        &self,
        upright: &[T],
        flat: &[T],
        (width, height): (usize, usize),
        merge: impl Fn(T, T) -> T,
    ) -> Vec<T> {
        let across = width.div_ceil(self.step);
        let flat = transposed(flat, (height, across));
        let mut merged = Vec::with_capacity(width * height);
        let mut row = vec![T::default(); width];
        for (y, flat) in flat.chunks_exact(across).enumerate() {
            row.copy_from_slice(&upright[y / self.step * width..][..width]);
            if self.step == 1 {
                row.iter_mut().zip(flat).for_each(|(here, &there)| *here = merge(*here, there));
            } else {
                let (pairs, last) = row.as_chunks_mut::<2>();
                for ([a, b], &there) in pairs.iter_mut().zip(flat) {
                    (*a, *b) = (merge(*a, there), merge(*b, there));
                }
                last.iter_mut().for_each(|here| *here = merge(*here, flat[across - 1]));
            }
            merged.extend_from_slice(&row);
        }
        merged
    }

    fn strongest<K: Keep, const N: usize>(
        &self,
        planes: [PlaneView<'_, f32>; N],
        mask: Option<PlaneView<'_, u8>>,
    ) -> Result<Strongest<K, N>, FilterError> {
        let none = || std::array::from_fn(|_| K::new(0));
        let Some(first) = planes.first() else {
            return Ok(Strongest { upright: none(), flat: none(), units: [1.0; N] });
        };
        let size = first.dimensions();
        for other in
            planes.map(PlaneView::dimensions).into_iter().chain(mask.map(PlaneView::dimensions))
        {
            FilterError::require_size(size, other)?;
        }
        let step = self.step;
        let longest = (self.length + step).min(size.0.max(size.1));
        let BothWays { upright, flat, units } = BothWays::of(planes, mask, longest, step);
        let (mut of_upright, mut of_flat) = (Vec::new(), Vec::new());
        for index in 0..self.angles {
            let (sin, cos) = f64::from(self.angle(index)).sin_cos();
            let steep = sin.abs() > cos.abs();
            let (along, aside) = if steep { (sin, cos) } else { (cos, sin) };
            let beside = (self.length - 1) as f64 * along.abs() - (step - 1) as f64;
            let half = (0.5 * beside / step as f64).round().max(0.0) as usize;
            let (source, directions) =
                if steep { (&upright, &mut of_upright) } else { (&flat, &mut of_flat) };
            let slope = step as f64 * aside / along;
            directions.push(Direction::new(source, u32::from(index), slope, half));
        }
        let sweep = |source: &Source<N>, mut directions: Vec<Direction<N>>| {
            let mut kept = std::array::from_fn(|_| K::new(source.pixels()));
            for directions in directions.chunks_mut(TOGETHER) {
                pulp::Arch::new().dispatch(Sweep { source, directions, kept: &mut kept });
            }
            kept
        };
        let (upright, flat) = (sweep(&upright, of_upright), sweep(&flat, of_flat));
        Ok(Strongest { upright, flat, units })
    }
}

/// What is kept of the lines of every plane.
struct Strongest<K, const N: usize> {
    /// Of steep ones.
    upright: [K; N],
    /// Of flat ones, with rows and columns exchanged.
    flat: [K; N],
    /// What 1 stands for in each plane.
    units: [f32; N],
}

/// The strongest line of either polarity through every pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct BrightAndDark {
    /// Largest normalised sum over the directions, in the unit of the filtered values.
    pub bright: Plane<f32>,
    /// Largest normalised sum of the negated values.
    pub dark: Plane<f32>,
}

fn plane_of<T>(pixels: Vec<T>, (width, height): (usize, usize)) -> Plane<T> {
    Plane::new(width, height, pixels).expect("as many values as the filtered plane has pixels")
}
