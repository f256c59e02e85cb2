use std::f32::consts::PI;

use fiber_image::{Plane, PlaneView};

use crate::error::FilterError;

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

    /// The strongest bright line through every pixel; negate the values to find dark ones.
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
        if let Some(mask) = mask {
            FilterError::require_size(plane.dimensions(), mask.dimensions())?;
        }
        let valid = |x: usize, y: usize| {
            mask.is_none_or(|mask| mask.row(y)[x] != 0) && plane.row(y)[x].is_finite()
        };
        let mut upright = SteepLines::new(plane.width(), plane.height(), |x, y| {
            valid(x, y).then(|| plane.row(y)[x])
        });
        // Flat lines are the steep ones of the transposed plane.
        let mut transposed = SteepLines::new(plane.height(), plane.width(), |x, y| {
            valid(y, x).then(|| plane.row(x)[y])
        });
        for index in 0..self.angles {
            let (sin, cos) = f64::from(self.angle(index)).sin_cos();
            let (source, along, aside) = if sin.abs() > cos.abs() {
                (&mut upright, sin, cos)
            } else {
                (&mut transposed, cos, sin)
            };
            let half = 0.5 * (self.length - 1) as f64 * along.abs();
            source.run_along(u32::from(index), aside / along, half.round() as usize);
        }
        Ok(upright.stronger(&transposed))
    }
}

/// Values to be summed along steep lines, and the best line found so far through each pixel.
struct SteepLines {
    width: usize,
    height: usize,
    /// 0 where invalid.
    values: Vec<f32>,
    /// 1 where valid, else 0.
    counts: Vec<f32>,
    best: Vec<f32>,
    /// As wide as `best`, so that the compiler can choose both at once.
    best_index: Vec<u32>,
}

impl SteepLines {
    fn new(width: usize, height: usize, valid_value: impl Fn(usize, usize) -> Option<f32>) -> Self {
        let pixels = width * height;
        let mut values = Vec::with_capacity(pixels);
        let mut counts = Vec::with_capacity(pixels);
        for y in 0..height {
            for x in 0..width {
                let value = valid_value(x, y);
                values.push(value.unwrap_or(0.0));
                counts.push(if value.is_some() { 1.0 } else { 0.0 });
            }
        }
        let best = vec![f32::NEG_INFINITY; pixels];
        Self { width, height, values, counts, best, best_index: vec![0; pixels] }
    }

    /// Sums over `half` rows up and down along lines that move `slope` (-1..=1) columns a row.
    fn run_along(&mut self, index: u32, slope: f64, half: usize) {
        let half = half.min(self.height - 1);
        // The line with number n passes row y at column n - shift(y).
        let lowest = (-slope * (self.height - 1) as f64).round().min(0.0);
        let shift = |y: usize| ((-slope * y as f64).round() - lowest) as usize;
        let lines = self.width + shift(0).max(shift(self.height - 1));
        let mut sums = Sums { values: vec![0.0; lines], counts: vec![0.0; lines] };
        let mut responses = vec![0.0; self.width];
        for y in 0..half {
            sums.add(self, y, shift(y), 1.0);
        }
        for y in 0..self.height {
            if y + half < self.height {
                sums.add(self, y + half, shift(y + half), 1.0);
            }
            if y > half {
                sums.add(self, y - half - 1, shift(y - half - 1), -1.0);
            }
            sums.normalise(shift(y), &mut responses);
            let start = y * self.width;
            let best = &mut self.best[start..][..self.width];
            let best_index = &mut self.best_index[start..][..self.width];
            for ((best, best_index), &response) in best.iter_mut().zip(best_index).zip(&responses) {
                // Masks instead of a choice, which the compiler would turn into a branch.
                let better = u32::from(response > *best).wrapping_neg();
                *best_index = (*best_index & !better) | (index & better);
                *best = best.max(response);
            }
        }
    }

    /// The stronger, at each pixel, of these lines and those of the transposed plane.
    fn stronger(&self, transposed: &Self) -> LineResponse {
        let chosen = |x: usize, y: usize| {
            let (i, j) = (y * self.width + x, x * self.height + y);
            let (here, there) = (self.best[i], transposed.best[j]);
            let (index, other) = (self.best_index[i], transposed.best_index[j]);
            if there > here || (there == here && other < index) {
                (there, other)
            } else {
                (here, index)
            }
        };
        let sized = "as large as the filtered plane";
        LineResponse {
            response: Plane::from_fn(self.width, self.height, |x, y| chosen(x, y).0).expect(sized),
            angle_index: Plane::from_fn(self.width, self.height, |x, y| chosen(x, y).1 as u8)
                .expect(sized),
        }
    }
}

/// Running sums of every line.
struct Sums {
    /// In `f64`, so that what is added and taken away again leaves nothing behind.
    values: Vec<f64>,
    counts: Vec<f32>,
}

impl Sums {
    fn add(&mut self, source: &SteepLines, y: usize, shift: usize, sign: f32) {
        let start = y * source.width;
        let values = &source.values[start..][..source.width];
        let counts = &source.counts[start..][..source.width];
        for (sum, &value) in self.values[shift..].iter_mut().zip(values) {
            *sum += f64::from(sign * value);
        }
        for (sum, &count) in self.counts[shift..].iter_mut().zip(counts) {
            *sum += sign * count;
        }
    }

    /// Sums over the square root of their counts, of the lines from number `first` on.
    fn normalise(&self, first: usize, responses: &mut [f32]) {
        for (response, &value) in responses.iter_mut().zip(&self.values[first..]) {
            *response = value as f32;
        }
        // On its own, so that the vectors are those of single precision.
        for (response, &count) in responses.iter_mut().zip(&self.counts[first..]) {
            // An empty line's sum of 0 over 1 is 0.
            let count = if count > 1.0 { count } else { 1.0 };
            *response /= count.sqrt();
        }
    }
}
