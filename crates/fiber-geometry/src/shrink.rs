use fiber_image::{Plane, PlaneView};

/// Averages whole blocks of `factor` x `factor` pixels; a rest narrower than a block is left out, unless
/// it is all there is.
///
/// Pixel `(x, y)` of the result has its centre at `factor * x + (factor - 1) / 2` of the input.
pub(crate) fn shrink(view: PlaneView<'_, u8>, factor: usize) -> Plane<f32> {
    if factor <= 1 {
        return view.map(|&v| f32::from(v));
    }
    let (width, height) = ((view.width() / factor).max(1), (view.height() / factor).max(1));
    // Whole columns first, which the compiler makes vectors of.
    let mut columns = vec![0_u32; view.width()];
    let mut pixels = Vec::with_capacity(width * height);
    for block_row in 0..height {
        columns.fill(0);
        let rows =
            (block_row * factor..(block_row + 1) * factor).take_while(|&y| y < view.height());
        let row_count = rows.clone().count();
        for y in rows {
            for (sum, &pixel) in columns.iter_mut().zip(view.row(y)) {
                *sum += u32::from(pixel);
            }
        }
        let count = (row_count * factor.min(view.width())) as f32;
        let blocks = columns.chunks(factor).take(width);
        pixels.extend(blocks.map(|block| block.iter().sum::<u32>() as f32 / count));
    }
    Plane::new(width, height, pixels).expect("both sides are at least 1 and every row was pushed")
}

/// The native coordinate of the centre of pixel `at` in an image shrunk by `factor`.
pub(crate) fn native(at: f64, factor: usize) -> f64 {
    let factor = factor as f64;
    at * factor + (factor - 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_and_a_narrow_rest_is_left_out() {
        let plane =
            Plane::from_fn(5, 4, |x, y| (10 * y + x) as u8).expect("both sides are positive");
        let small = shrink(plane.view(), 2);
        assert_eq!(small.dimensions(), (2, 2));
        assert_eq!(small.pixels(), &[5.5, 7.5, 25.5, 27.5]);
        assert_eq!(native(1.0, 2), 2.5);
    }

    #[test]
    fn an_image_narrower_than_a_block_keeps_one_column() {
        let plane = Plane::from_fn(1, 6, |_, y| y as u8).expect("both sides are positive");
        assert_eq!(shrink(plane.view(), 3).pixels(), &[1.0, 4.0]);
    }
}
