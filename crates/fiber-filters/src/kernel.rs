use std::ops::{Add, AddAssign, Mul};

use crate::border::reflect_101;

/// One side of a normalised Gaussian: weights of distance 0, 1, .. `radius`; the two-sided sum is 1.
pub(crate) fn gaussian_half(sigma: f64, radius: usize) -> Vec<f64> {
    let mut half: Vec<f64> =
        (0..=radius).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    for weight in &mut half {
        *weight /= sum;
    }
    half
}

/// Weighted sum of slices that lie symmetrically around `centre`: `pairs[i]` has the two at distance
/// `i + 1`. All slices are as long as `out`. `BLOCK` pixels are summed together, in registers.
#[inline(always)]
pub(crate) fn symmetric_sum<T, const BLOCK: usize>(
    out: &mut [T],
    half: &[T],
    centre: &[T],
    pairs: &[(&[T], &[T])],
) where
    T: Copy + Add<Output = T> + AddAssign + Mul<Output = T>,
{
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let whole = blocks.len() * BLOCK;
    let (first, further) = (half[0], &half[1..]);
    for (i, out) in blocks.iter_mut().enumerate() {
        let centre: &[T; BLOCK] = block(centre, i);
        let mut sums = [first; BLOCK];
        for x in 0..BLOCK {
            sums[x] = first * centre[x];
        }
        for (&weight, (before, after)) in further.iter().zip(pairs) {
            let before: &[T; BLOCK] = block(before, i);
            let after: &[T; BLOCK] = block(after, i);
            for x in 0..BLOCK {
                sums[x] += weight * (before[x] + after[x]);
            }
        }
        *out = sums;
    }
    for (out, &value) in rest.iter_mut().zip(&centre[whole..]) {
        *out = first * value;
    }
    for (&weight, (before, after)) in further.iter().zip(pairs) {
        for ((out, &b), &a) in rest.iter_mut().zip(&before[whole..]).zip(&after[whole..]) {
            *out += weight * (b + a);
        }
    }
}

#[inline(always)]
fn block<T, const BLOCK: usize>(slice: &[T], i: usize) -> &[T; BLOCK] {
    slice[i * BLOCK..].first_chunk().expect("slices are as long as the result")
}

/// Convolves a row that is padded by the kernel's radius on both sides.
#[inline(always)]
pub(crate) fn convolve_row<T, const BLOCK: usize>(out: &mut [T], half: &[T], padded: &[T])
where
    T: Copy + Add<Output = T> + AddAssign + Mul<Output = T>,
{
    let radius = half.len() - 1;
    let length = out.len();
    let mut pairs = Vec::with_capacity(radius);
    for i in 1..=radius {
        pairs.push((&padded[radius - i..][..length], &padded[radius + i..][..length]));
    }
    symmetric_sum::<T, BLOCK>(out, half, &padded[radius..][..length], &pairs);
}

/// The rows at distance 1 to `radius` above and below row `y`; border: reflect-101.
///
/// `ring` holds the last rows of a plane of `height` rows, each at its number modulo the length of the ring,
/// which is that of the window or the whole plane: reflection never leads farther from y than the row it
/// stands for.
#[inline(always)]
pub(crate) fn rows_around<T>(
    ring: &[Vec<T>],
    y: usize,
    radius: usize,
    height: usize,
) -> Vec<(&[T], &[T])> {
    let mut pairs = Vec::with_capacity(radius);
    for i in 1..=radius as isize {
        let row = [-i, i].map(|offset| reflect_101(y as isize + offset, height) % ring.len());
        pairs.push((ring[row[0]].as_slice(), ring[row[1]].as_slice()));
    }
    pairs
}
