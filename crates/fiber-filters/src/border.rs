use std::ops::Range;

/// The pixel that stands in for position `i` of a row of `n` pixels under the reflect-101 border.
///
/// The row is mirrored at its first and last pixel without repeating them (`c b | a b c d | c b`), as
/// often as needed. A row of one pixel stands for itself everywhere.
///
/// ```
/// use fiber_filters::reflect_101;
///
/// let mirrored: Vec<usize> = (-3..7).map(|i| reflect_101(i, 4)).collect();
/// assert_eq!(mirrored, [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
/// assert_eq!(reflect_101(-5, 1), 0);
/// ```
#[must_use]
pub fn reflect_101(i: isize, n: usize) -> usize {
    if let Ok(inside) = usize::try_from(i)
        && inside < n
    {
        return inside;
    }
    if n <= 1 {
        return 0;
    }
    // Mirrored at the first pixel, and once is mostly enough at the last: without a division.
    let (distance, last) = (i.unsigned_abs(), n - 1);
    let twice = last.saturating_mul(2);
    let folded = if distance < twice { distance } else { distance % twice };
    if folded <= last { folded } else { twice - folded }
}

/// The pixel that stands in for position `i` of a row of `n` pixels when the edge pixel is repeated.
pub(crate) fn replicate(i: isize, n: usize) -> usize {
    i.clamp(0, n.saturating_sub(1) as isize) as usize
}

/// Fills the first and last `radius` pixels of `padded` from the row between them.
pub(crate) fn fill_ends<T: Copy>(
    padded: &mut [T],
    radius: usize,
    border: fn(isize, usize) -> usize,
) {
    let end = padded.len() - radius;
    fill_around(padded, radius..end, border);
}

/// Fills what lies before and after a `row` within `padded` from that row.
pub(crate) fn fill_around<T: Copy>(
    padded: &mut [T],
    row: Range<usize>,
    border: fn(isize, usize) -> usize,
) {
    let first = row.start;
    for i in (0..first).chain(row.end..padded.len()) {
        padded[i] = padded[first + border(i as isize - first as isize, row.len())];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks step by step and turns at the ends.
    fn walk(i: isize, n: usize) -> usize {
        let (mut at, mut step) = (0_usize, 1_isize);
        for _ in 0..i.unsigned_abs() {
            if n > 1 {
                if at == n - 1 {
                    step = -1;
                } else if at == 0 {
                    step = 1;
                }
                at = at.checked_add_signed(step).unwrap();
            }
        }
        at
    }

    #[test]
    fn reflection_turns_at_both_ends() {
        for n in 1..9 {
            for i in -40..40 {
                assert_eq!(reflect_101(i, n), walk(i, n), "i {i}, n {n}");
            }
        }
    }

    #[test]
    fn reflection_survives_extreme_arguments() {
        for i in [isize::MIN, isize::MAX] {
            assert!(reflect_101(i, usize::MAX) < usize::MAX);
            assert!(reflect_101(i, 2) < 2);
            assert_eq!(reflect_101(i, 1), 0);
        }
    }

    #[test]
    fn ends_are_filled_from_the_row() {
        let mut padded = [0, 0, 1, 2, 3, 0, 0];
        fill_ends(&mut padded, 2, reflect_101);
        assert_eq!(padded, [3, 2, 1, 2, 3, 2, 1]);
        fill_ends(&mut padded, 2, replicate);
        assert_eq!(padded, [1, 1, 1, 2, 3, 3, 3]);
        fill_around(&mut padded, 1..3, reflect_101);
        assert_eq!(padded, [1, 1, 1, 1, 1, 1, 1]);
        let mut row = [7, 0, 0, 0];
        fill_around(&mut row, 0..1, replicate);
        assert_eq!(row, [7, 7, 7, 7]);
    }
}
