use std::f32::consts::PI;

use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

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
        let [upright, flat] = self.strongest::<Indexed>(plane, mask)?;
        let size = plane.dimensions();
        let Indexed { response, index } = upright;
        let other = transposed(&flat.response, (size.1, size.0));
        let other_index = transposed(&flat.index, (size.1, size.0));
        let chosen = |i: usize| {
            let (here, there) = (response[i], other[i]);
            let later = there < here || (there == here && index[i] < other_index[i]);
            if later { (here, index[i]) } else { (there, other_index[i]) }
        };
        let count = response.len();
        Ok(LineResponse {
            response: plane_of((0..count).map(|i| chosen(i).0).collect(), size),
            angle_index: plane_of((0..count).map(|i| chosen(i).1 as u8).collect(), size),
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
        let [upright, flat] = self.strongest::<Extremes>(plane, mask)?;
        let size = plane.dimensions();
        let highest = transposed(&flat.highest, (size.1, size.0));
        let lowest = transposed(&flat.lowest, (size.1, size.0));
        let bright = upright.highest.iter().zip(&highest).map(|(&a, &b)| a.max(b));
        let dark = upright.lowest.iter().zip(&lowest).map(|(&a, &b)| -a.min(b));
        Ok(BrightAndDark {
            bright: plane_of(bright.collect(), size),
            dark: plane_of(dark.collect(), size),
        })
    }

    /// What is kept of the steep lines, and of the flat ones with rows and columns exchanged.
    fn strongest<K: Keep>(
        &self,
        plane: PlaneView<'_, f32>,
        mask: Option<PlaneView<'_, u8>>,
    ) -> Result<[K; 2], FilterError> {
        if let Some(mask) = mask {
            FilterError::require_size(plane.dimensions(), mask.dimensions())?;
        }
        let (upright, flat) = Source::both_ways(plane, mask);
        let mut kept = [K::new(upright.values.len()), K::new(flat.values.len())];
        for index in 0..self.angles {
            let (sin, cos) = f64::from(self.angle(index)).sin_cos();
            let steep = sin.abs() > cos.abs();
            let (along, aside) = if steep { (sin, cos) } else { (cos, sin) };
            let half = (0.5 * (self.length - 1) as f64 * along.abs()).round() as usize;
            let (source, kept) =
                if steep { (&upright, &mut kept[0]) } else { (&flat, &mut kept[1]) };
            let (index, slope) = (u32::from(index), aside / along);
            pulp::Arch::new().dispatch(Direction { source, index, slope, half, kept });
        }
        Ok(kept)
    }
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

/// Rows as columns, tile by tile, so that neither side is read in strides longer than a cache holds.
fn transposed<T: Copy + Default>(pixels: &[T], (width, height): (usize, usize)) -> Vec<T> {
    const TILE: usize = 16;
    let mut turned = vec![T::default(); pixels.len()];
    for top in (0..height).step_by(TILE) {
        let bottom = (top + TILE).min(height);
        for left in (0..width).step_by(TILE) {
            for x in left..(left + TILE).min(width) {
                for (y, slot) in (top..bottom).zip(&mut turned[x * height + top..]) {
                    *slot = pixels[y * width + x];
                }
            }
        }
    }
    turned
}

/// Values to be summed along steep lines.
struct Source {
    width: usize,
    height: usize,
    /// 0 where invalid.
    values: Vec<f32>,
    /// 1 where valid, else 0.
    counts: Vec<f32>,
}

impl Source {
    /// As it is for steep lines, and transposed, which makes flat lines steep.
    fn both_ways(plane: PlaneView<'_, f32>, mask: Option<PlaneView<'_, u8>>) -> (Self, Self) {
        let (width, height) = plane.dimensions();
        let mut values: Vec<f32> = Vec::with_capacity(width * height);
        let mut counts = Vec::with_capacity(width * height);
        for (y, row) in plane.rows().enumerate() {
            let start = counts.len();
            counts.extend(row.iter().map(|value| if value.is_finite() { 1.0 } else { 0.0 }));
            if let Some(mask) = mask {
                for (count, &open) in counts[start..].iter_mut().zip(mask.row(y)) {
                    *count = if open == 0 { 0.0 } else { *count };
                }
            }
            let valid = row.iter().zip(&counts[start..]);
            values.extend(valid.map(|(&value, &count)| if count == 0.0 { 0.0 } else { value }));
        }
        let flat = Self {
            width: height,
            height: width,
            values: transposed(&values, (width, height)),
            counts: transposed(&counts, (width, height)),
        };
        (Self { width, height, values, counts }, flat)
    }

    #[inline(always)]
    fn row(&self, y: usize) -> (&[f32], &[f32]) {
        let row = y * self.width..(y + 1) * self.width;
        (&self.values[row.clone()], &self.counts[row])
    }
}

/// What is kept of the responses of many directions.
trait Keep {
    fn new(pixels: usize) -> Self;
    /// Takes in what a direction gives to the pixels from `start` on.
    fn take(&mut self, start: usize, responses: &[f32], index: u32);
}

/// The highest, and which it was.
struct Indexed {
    response: Vec<f32>,
    /// As wide as `response`, so that the compiler can choose both at once.
    index: Vec<u32>,
}

impl Keep for Indexed {
    fn new(pixels: usize) -> Self {
        Self { response: vec![f32::NEG_INFINITY; pixels], index: vec![0; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, responses: &[f32], index: u32) {
        let best = &mut self.response[start..][..responses.len()];
        let best_index = &mut self.index[start..][..responses.len()];
        for ((best, best_index), &response) in best.iter_mut().zip(best_index).zip(responses) {
            // Masks instead of a choice, which the compiler would turn into a branch.
            let better = u32::from(response > *best).wrapping_neg();
            *best_index = (*best_index & !better) | (index & better);
            *best = best.max(response);
        }
    }
}

/// The highest and the lowest.
struct Extremes {
    highest: Vec<f32>,
    lowest: Vec<f32>,
}

impl Keep for Extremes {
    fn new(pixels: usize) -> Self {
        Self { highest: vec![f32::NEG_INFINITY; pixels], lowest: vec![f32::INFINITY; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, responses: &[f32], _: u32) {
        let highest = &mut self.highest[start..][..responses.len()];
        let lowest = &mut self.lowest[start..][..responses.len()];
        for ((highest, lowest), &response) in highest.iter_mut().zip(lowest).zip(responses) {
            *highest = if response > *highest { response } else { *highest };
            *lowest = if response < *lowest { response } else { *lowest };
        }
    }
}

/// Sums over `half` rows up and down along lines that move `slope` (-1..=1) columns a row.
struct Direction<'a, K> {
    source: &'a Source,
    index: u32,
    slope: f64,
    half: usize,
    kept: &'a mut K,
}

impl<K: Keep> NullaryFnOnce for Direction<'_, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { source, index, slope, half, kept } = self;
        let (width, height) = (source.width, source.height);
        let half = half.min(height - 1);
        // The line with number n passes row y at column n - shifts[y].
        let lowest = (-slope * (height - 1) as f64).round().min(0.0);
        let mut shifts = Vec::with_capacity(height);
        for y in 0..height {
            shifts.push(((-slope * y as f64).round() - lowest) as usize);
        }
        let lines = width + shifts[0].max(shifts[height - 1]);
        let mut sums = Sums { values: vec![0.0; lines], counts: vec![0.0; lines] };
        let mut responses = vec![0.0; width];
        for (y, &shift) in shifts.iter().enumerate().take(half) {
            sums.enter(source.row(y), shift);
        }
        for y in 0..height {
            let entering = y + half;
            let leaving = y.checked_sub(half + 1);
            match (entering < height, leaving) {
                (true, Some(leaving)) => sums.exchange(
                    source.row(entering),
                    shifts[entering],
                    source.row(leaving),
                    shifts[leaving],
                ),
                (true, None) => sums.enter(source.row(entering), shifts[entering]),
                (false, Some(leaving)) => sums.leave(source.row(leaving), shifts[leaving]),
                (false, None) => {}
            }
            sums.normalise(shifts[y], &mut responses);
            kept.take(y * width, &responses, index);
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
    #[inline(always)]
    fn enter(&mut self, (values, counts): (&[f32], &[f32]), shift: usize) {
        for (sum, &value) in self.values[shift..].iter_mut().zip(values) {
            *sum += f64::from(value);
        }
        for (sum, &count) in self.counts[shift..].iter_mut().zip(counts) {
            *sum += count;
        }
    }

    #[inline(always)]
    fn leave(&mut self, (values, counts): (&[f32], &[f32]), shift: usize) {
        for (sum, &value) in self.values[shift..].iter_mut().zip(values) {
            *sum -= f64::from(value);
        }
        for (sum, &count) in self.counts[shift..].iter_mut().zip(counts) {
            *sum -= count;
        }
    }

    /// One row enters and another leaves: in one pass where they share lines.
    #[inline(always)]
    fn exchange(&mut self, new: (&[f32], &[f32]), to: usize, old: (&[f32], &[f32]), from: usize) {
        let width = new.0.len();
        let (first, last) = (to.max(from), to.min(from) + width);
        if first >= last {
            self.enter(new, to);
            self.leave(old, from);
            return;
        }
        let shared = last - first;
        let (new_at, old_at) = (first - to, first - from);
        self.enter((&new.0[..new_at], &new.1[..new_at]), to);
        self.leave((&old.0[..old_at], &old.1[..old_at]), from);
        let ends = (new_at + shared, old_at + shared);
        self.enter((&new.0[ends.0..], &new.1[ends.0..]), last);
        self.leave((&old.0[ends.1..], &old.1[ends.1..]), last);
        let sums = self.values[first..last].iter_mut();
        let pairs = new.0[new_at..ends.0].iter().zip(&old.0[old_at..ends.1]);
        for (sum, (&new, &old)) in sums.zip(pairs) {
            *sum = *sum + f64::from(new) - f64::from(old);
        }
        let sums = self.counts[first..last].iter_mut();
        let pairs = new.1[new_at..ends.0].iter().zip(&old.1[old_at..ends.1]);
        for (sum, (&new, &old)) in sums.zip(pairs) {
            *sum = *sum + new - old;
        }
    }

    /// Sums over the square root of their counts, of the lines from number `first` on.
    #[inline(always)]
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
