/// Side of the tiles that are turned at once.
const TILE: usize = 8;

/// Rows as columns.
pub(crate) fn transposed<T: Copy + Default>(pixels: &[T], size: (usize, usize)) -> Vec<T> {
    let mut turned = vec![T::default(); pixels.len()];
    merge_transposed(&mut turned, pixels, size, |_, pixel| pixel);
    turned
}

/// Merges every pixel of rows with its place among columns of the same pixels: tile by tile, so that neither side is read
/// in strides longer than a cache holds.
pub(crate) fn merge_transposed<T: Copy>(
    turned: &mut [T],
    pixels: &[T],
    (width, height): (usize, usize),
    merge: impl Fn(T, T) -> T,
) {
    let (whole_width, whole_height) = (width / TILE * TILE, height / TILE * TILE);
    for top in (0..whole_height).step_by(TILE) {
        let rows: [&[T]; TILE] = std::array::from_fn(|i| &pixels[(top + i) * width..][..width]);
        let rows = rows.map(|row| row.as_chunks::<TILE>().0);
        for tile in 0..whole_width / TILE {
            let from = rows.map(|row| &row[tile]);
            for x in 0..TILE {
                let to = &mut turned[(tile * TILE + x) * height + top..];
                let to = to.first_chunk_mut::<TILE>().expect("a whole tile");
                for y in 0..TILE {
                    to[y] = merge(to[y], from[y][x]);
                }
            }
        }
    }
    for x in 0..width {
        let first = if x < whole_width { whole_height } else { 0 };
        for y in first..height {
            let to = &mut turned[x * height + y];
            *to = merge(*to, pixels[y * width + x]);
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
            merge_transposed(&mut merged, &pixels, (width, height), |a, b| 1000 * a + b);
            let twice = expected.iter().map(|pixel| 1001 * pixel).collect::<Vec<_>>();
            assert_eq!(merged, twice, "{width} x {height}");
        }
    }
}
