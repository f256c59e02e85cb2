//! Running sums along the lines of one direction, of several planes at once.

use std::ops::{AddAssign, Range, SubAssign};

use fiber_image::PlaneView;
use pulp::NullaryFnOnce;

use crate::transpose::transposed;

/// Values of several planes to be summed along steep lines.
pub(crate) struct Source<const N: usize> {
    width: usize,
    height: usize,
    /// 0 where invalid.
    values: [Vec<f32>; N],
    /// 1 where valid, else 0.
    counts: Vec<f32>,
    /// From the first to the last valid pixel of each row.
    spans: Vec<Range<usize>>,
}

impl<const N: usize> Source<N> {
    /// As it is for steep lines, and transposed, which makes flat lines steep.
    pub(crate) fn both_ways(
        planes: [PlaneView<'_, f32>; N],
        mask: Option<PlaneView<'_, u8>>,
    ) -> (Self, Self) {
        let (width, height) = planes[0].dimensions();
        let mut counts = vec![1.0; width * height];
        for (y, counts) in counts.chunks_exact_mut(width).enumerate() {
            for plane in planes {
                for (count, value) in counts.iter_mut().zip(plane.row(y)) {
                    *count = if value.is_finite() { *count } else { 0.0 };
                }
            }
            if let Some(mask) = mask {
                for (count, &open) in counts.iter_mut().zip(mask.row(y)) {
                    *count = if open == 0 { 0.0 } else { *count };
                }
            }
        }
        let values = planes.map(|plane| {
            let mut values = Vec::with_capacity(width * height);
            for (row, counts) in plane.rows().zip(counts.chunks_exact(width)) {
                let valid = row.iter().zip(counts);
                values.extend(valid.map(|(&value, &count)| if count == 0.0 { 0.0 } else { value }));
            }
            values
        });
        let turned = values.each_ref().map(|values| transposed(values, (width, height)));
        let flat = Self::new(height, turned, transposed(&counts, (width, height)));
        (Self::new(width, values, counts), flat)
    }

    fn new(width: usize, values: [Vec<f32>; N], counts: Vec<f32>) -> Self {
        let valid = |count: &f32| *count != 0.0;
        let span = |row: &[f32]| {
            let first = row.iter().position(valid).unwrap_or(0);
            first..row.iter().rposition(valid).map_or(first, |last| last + 1)
        };
        let spans = counts.chunks_exact(width).map(span).collect();
        Self { width, height: counts.len() / width, values, counts, spans }
    }

    /// Where the valid pixels of a row are.
    #[inline(always)]
    fn at(&self, y: usize) -> Range<usize> {
        y * self.width + self.spans[y].start..y * self.width + self.spans[y].end
    }
}

/// What is kept of the responses of many directions.
pub(crate) trait Keep {
    fn new(pixels: usize) -> Self;
    /// Takes in what a direction gives to the pixels from `start` on: sums, each over its root.
    fn take(&mut self, start: usize, sums: &[f32], roots: &[f32], index: u32);
}

/// The highest, and which it was.
pub(crate) struct Indexed {
    pub(crate) response: Vec<f32>,
    /// As wide as `response`, so that the compiler can choose both at once.
    pub(crate) index: Vec<u32>,
}

impl Keep for Indexed {
    fn new(pixels: usize) -> Self {
        Self { response: vec![f32::NEG_INFINITY; pixels], index: vec![0; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, sums: &[f32], roots: &[f32], index: u32) {
        let best = &mut self.response[start..][..sums.len()];
        let best_index = &mut self.index[start..][..sums.len()];
        let responses = sums.iter().zip(roots);
        for ((best, best_index), (&sum, &root)) in best.iter_mut().zip(best_index).zip(responses) {
            let response = sum / root;
            // Masks instead of a choice, which the compiler would turn into a branch.
            let better = u32::from(response > *best).wrapping_neg();
            *best_index = (*best_index & !better) | (index & better);
            *best = best.max(response);
        }
    }
}

/// The highest and the lowest.
pub(crate) struct Extremes {
    pub(crate) highest: Vec<f32>,
    pub(crate) lowest: Vec<f32>,
}

impl Keep for Extremes {
    fn new(pixels: usize) -> Self {
        Self { highest: vec![f32::NEG_INFINITY; pixels], lowest: vec![f32::INFINITY; pixels] }
    }

    #[inline(always)]
    fn take(&mut self, start: usize, sums: &[f32], roots: &[f32], _: u32) {
        let highest = &mut self.highest[start..][..sums.len()];
        let lowest = &mut self.lowest[start..][..sums.len()];
        let responses = sums.iter().zip(roots);
        for ((highest, lowest), (&sum, &root)) in highest.iter_mut().zip(lowest).zip(responses) {
            let response = sum / root;
            *highest = if response > *highest { response } else { *highest };
            *lowest = if response < *lowest { response } else { *lowest };
        }
    }
}

/// Running sums over `half` rows up and down along lines that move `slope` (-1..=1) columns a row.
pub(crate) struct Direction<const N: usize> {
    index: u32,
    half: usize,
    /// The line with number n passes row y at column `n - shifts[y]`.
    shifts: Vec<usize>,
    /// In `f64`, so that what is added and taken away again leaves nothing behind.
    values: [Vec<f64>; N],
    counts: Vec<f32>,
}

impl<const N: usize> Direction<N> {
    pub(crate) fn new(source: &Source<N>, index: u32, slope: f64, half: usize) -> Self {
        let last = source.height - 1;
        let lowest = (-slope * last as f64).round().min(0.0);
        let shift = |y: usize| ((-slope * y as f64).round() - lowest) as usize;
        let shifts: Vec<usize> = (0..=last).map(shift).collect();
        let lines = source.width + shifts[0].max(shifts[last]);
        let values = [(); N].map(|()| vec![0.0; lines]);
        Self { index, half: half.min(last), shifts, values, counts: vec![0.0; lines] }
    }

    /// Row `step` enters the sums, and the one that lies a line's length before leaves them.
    ///
    /// Nothing leaves before a whole line has entered, nothing enters below the last row.
    #[inline(always)]
    fn advance(&mut self, source: &Source<N>, step: usize) {
        let Self { half, shifts, values, counts, .. } = self;
        let row = |y: Option<usize>| match y {
            Some(y) => (source.at(y), shifts[y] + source.spans[y].start),
            None => (0..0, 0),
        };
        let (new, to) = row((step < source.height).then_some(step));
        let (old, from) = row(step.checked_sub(2 * *half + 1));
        exchange(counts, &source.counts[new.clone()], to, &source.counts[old.clone()], from);
        for (sums, values) in values.iter_mut().zip(&source.values) {
            exchange(sums, &values[new.clone()], to, &values[old.clone()], from);
        }
    }
}

/// Directions that go down a plane together, row by row: the sums of so many stay in the nearer caches, and so do the
/// rows that they add, take away and leave their responses in.
pub(crate) const TOGETHER: usize = 8;

/// Sums along the lines of some directions, of which the kept responses are those of [`Keep`].
pub(crate) struct Sweep<'a, K, const N: usize> {
    pub(crate) source: &'a Source<N>,
    pub(crate) directions: &'a mut [Direction<N>],
    pub(crate) kept: &'a mut [K; N],
}

impl<K: Keep, const N: usize> NullaryFnOnce for Sweep<'_, K, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { source, directions, kept } = self;
        let (width, height) = (source.width, source.height);
        for direction in directions.iter_mut() {
            for step in 0..direction.half {
                direction.advance(source, step);
            }
        }
        let (mut sums, mut roots) = (vec![0.0_f32; width], vec![0.0_f32; width]);
        for y in 0..height {
            for direction in directions.iter_mut() {
                direction.advance(source, y + direction.half);
                let shift = direction.shifts[y];
                for (root, &count) in roots.iter_mut().zip(&direction.counts[shift..]) {
                    // An empty line's sum of 0 over 1 is 0.
                    let count = if count > 1.0 { count } else { 1.0 };
                    *root = count.sqrt();
                }
                for (kept, values) in kept.iter_mut().zip(&direction.values) {
                    // On its own, so that the vectors are those of single precision afterwards.
                    for (sum, &value) in sums.iter_mut().zip(&values[shift..]) {
                        *sum = value as f32;
                    }
                    kept.take(y * width, &sums, &roots, direction.index);
                }
            }
        }
    }
}

/// One row enters the running sums from line `to` on and another leaves those from `from` on: in one pass where
/// they share lines.
#[inline(always)]
fn exchange<S>(sums: &mut [S], new: &[f32], to: usize, old: &[f32], from: usize)
where
    S: AddAssign + SubAssign + From<f32>,
{
    let (first, last) = (to.max(from), (to + new.len()).min(from + old.len()));
    if first >= last {
        enter(sums, new, to);
        leave(sums, old, from);
        return;
    }
    enter(sums, &new[..first - to], to);
    leave(sums, &old[..first - from], from);
    enter(sums, &new[last - to..], last);
    leave(sums, &old[last - from..], last);
    let pairs = new[first - to..last - to].iter().zip(&old[first - from..last - from]);
    for (sum, (&new, &old)) in sums[first..last].iter_mut().zip(pairs) {
        *sum += S::from(new);
        *sum -= S::from(old);
    }
}

#[inline(always)]
fn enter<S: AddAssign + From<f32>>(sums: &mut [S], values: &[f32], first: usize) {
    for (sum, &value) in sums[first..].iter_mut().zip(values) {
        *sum += S::from(value);
    }
}

#[inline(always)]
fn leave<S: SubAssign + From<f32>>(sums: &mut [S], values: &[f32], first: usize) {
    for (sum, &value) in sums[first..].iter_mut().zip(values) {
        *sum -= S::from(value);
    }
}
