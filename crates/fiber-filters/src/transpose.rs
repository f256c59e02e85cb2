use pulp::NullaryFnOnce;

/// Side of the tiles that are turned at once.
const TILE: usize = 8;

/// Rows as columns.
pub(crate) fn transposed<T: Copy + Default>(
    pixels: &[T],
    (width, height): (usize, usize),
) -> Vec<T> {
    let mut turned = vec![T::default(); pixels.len()];
    let (turned_rows, rows) =
        (Rows { pixels: &mut turned[..], stride: height }, Rows { pixels, stride: width });
    merge_transposed(turned_rows, rows, (width, height), |_, pixel| pixel);
    turned
}

/// Rows of pixels that begin at multiples of the stride.
pub(crate) struct Rows<P> {
    pub(crate) pixels: P,
    pub(crate) stride: usize,
}

/// Merges every pixel of rows with its place among columns of the same pixels: tile by tile, so that neither side is read
/// in strides longer than a cache holds.
pub(crate) fn merge_transposed<T: Copy>(
    turned: Rows<&mut [T]>,
    rows: Rows<&[T]>,
    size: (usize, usize),
    merge: impl Fn(T, T) -> T,
) {
    pulp::Arch::new().dispatch(Merge { turned, rows, size, merge });
}

struct Merge<'a, T, F> {
    turned: Rows<&'a mut [T]>,
    rows: Rows<&'a [T]>,
    size: (usize, usize),
    merge: F,
}

impl<T: Copy, F: Fn(T, T) -> T> NullaryFnOnce for Merge<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { turned, rows, size: (width, height), merge } = self;
        let (Rows { pixels: turned, stride: column }, Rows { pixels, stride }) = (turned, rows);
        let (whole_width, whole_height) = (width / TILE * TILE, height / TILE * TILE);
        for top in (0..whole_height).step_by(TILE) {
            let rows: [&[T]; TILE] =
                std::array::from_fn(|i| &pixels[(top + i) * stride..][..width]);
            let rows = rows.map(|row| row.as_chunks::<TILE>().0);
            for tile in 0..whole_width / TILE {
                // All of it before any is written: the compiler makes vectors of it then.
                let from = rows.map(|row| row[tile]);
                for x in 0..TILE {
                    let to = &mut turned[(tile * TILE + x) * column + top..];
                    let to = to.first_chunk_mut::<TILE>().expect("a whole tile");
                    *to = std::array::from_fn(|y| merge(to[y], from[y][x]));
                }
            }
        }
        for x in 0..width {
            let first = if x < whole_width { whole_height } else { 0 };
            for y in first..height {
                let to = &mut turned[x * column + y];
                *to = merge(*to, pixels[y * stride + x]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns_whatever_the_sides() {
        for (width, height) in [(1, 1), (1, 9), (8, 8), (7, 17), (24, 16), (19, 10)] {
            let pixels: Vec<usize> = (0..width * height).collect();
            let turned = transposed(&pixels, (width, height));
            let expected: Vec<usize> =
                (0..width).flat_map(|x| (0..height).map(move |y| y * width + x)).collect();
            assert_eq!(turned, expected, "{width} x {height}");
            let mut merged = expected.clone();
            let turned = Rows { pixels: &mut merged[..], stride: height };
            let rows = Rows { pixels: &pixels[..], stride: width };
            merge_transposed(turned, rows, (width, height), |a, b| 1000 * a + b);
            let twice = expected.iter().map(|pixel| 1001 * pixel).collect::<Vec<_>>();
            assert_eq!(merged, twice, "{width} x {height}");
        }
    }
}
