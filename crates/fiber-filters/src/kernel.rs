use std::ops::{Add, AddAssign, Mul};

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

/// Pixels that are summed together, in registers.
const BLOCK: usize = 64;

/// Weighted sum of slices that lie symmetrically around `centre`: `pair(i)` gives the two at distance
/// `i`. All slices are as long as `out`.
#[inline(always)]
pub(crate) fn symmetric_sum<'a, T>(
    out: &mut [T],
    half: &[T],
    centre: &[T],
    pair: impl Fn(usize) -> (&'a [T], &'a [T]),
) where
    T: Copy + Add<Output = T> + AddAssign + Mul<Output = T> + 'a,
{
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let whole = blocks.len() * BLOCK;
    for (block, out) in blocks.iter_mut().enumerate() {
        let part = |slice: &'a [T]| -> &'a [T; BLOCK] {
            slice[block * BLOCK..].first_chunk().expect("slices are as long as the result")
        };
        let mut sums = [half[0]; BLOCK];
        for (sum, &value) in sums.iter_mut().zip(&centre[block * BLOCK..]) {
            *sum = *sum * value;
        }
        for (i, &weight) in half.iter().enumerate().skip(1) {
            let (before, after) = pair(i);
            let (before, after) = (part(before), part(after));
            for x in 0..BLOCK {
                sums[x] += weight * (before[x] + after[x]);
            }
        }
        *out = sums;
    }
    for (out, &value) in rest.iter_mut().zip(&centre[whole..]) {
        *out = half[0] * value;
    }
    for (i, &weight) in half.iter().enumerate().skip(1) {
        let (before, after) = pair(i);
        for ((out, &b), &a) in rest.iter_mut().zip(&before[whole..]).zip(&after[whole..]) {
            *out += weight * (b + a);
        }
    }
}

/// Convolves a row that is padded by the kernel's radius on both sides.
#[inline(always)]
pub(crate) fn convolve_row<T>(out: &mut [T], half: &[T], padded: &[T])
where
    T: Copy + Add<Output = T> + AddAssign + Mul<Output = T>,
{
    let radius = half.len() - 1;
    let at = |start: usize| &padded[start..][..out_len(padded, radius)];
    symmetric_sum(out, half, at(radius), |i| (at(radius - i), at(radius + i)));
}

#[inline(always)]
fn out_len<T>(padded: &[T], radius: usize) -> usize {
    padded.len() - 2 * radius
}
