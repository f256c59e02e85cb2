use fiber_image::{Plane, PlaneView};

/// Mean over the window of `2 radius_x + 1` x `2 radius_y + 1` pixels around each pixel.
///
/// Border: only the part of the window inside the plane counts. Running sums in `f64`, so the time does
/// not depend on the radii; pixels must be finite, since a NaN or infinity would not leave the sums again.
///
/// ```
/// use fiber_filters::box_mean;
/// use fiber_image::Plane;
///
/// let row = Plane::new(4, 1, vec![0.0_f32, 3.0, 6.0, 12.0])?;
/// assert_eq!(box_mean(row.view(), 1, 5).row(0), &[1.5, 3.0, 7.0, 9.0]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn box_mean(plane: PlaneView<'_, f32>, radius_x: usize, radius_y: usize) -> Plane<f32> {
    let (width, height) = plane.dimensions();
    let (radius_x, radius_y) = (radius_x.min(width - 1), radius_y.min(height - 1));
    let mut means = plane.filled_like(0.0_f32);
    let mut columns = vec![0.0_f64; width];
    let mut prefix = vec![0.0_f64; width + 1];
    for y in 0..radius_y {
        add_row(&mut columns, plane.row(y), 1.0);
    }
    for y in 0..height {
        if y + radius_y < height {
            add_row(&mut columns, plane.row(y + radius_y), 1.0);
        }
        if y > radius_y {
            add_row(&mut columns, plane.row(y - radius_y - 1), -1.0);
        }
        let rows = (y + radius_y).min(height - 1) + 1 - y.saturating_sub(radius_y);
        let mut sum = 0.0;
        for (after, &column) in prefix[1..].iter_mut().zip(&columns) {
            sum += column;
            *after = sum;
        }
        for (x, mean) in means.row_mut(y).iter_mut().enumerate() {
            let (start, end) = (x.saturating_sub(radius_x), (x + radius_x + 1).min(width));
            *mean = ((prefix[end] - prefix[start]) / ((end - start) * rows) as f64) as f32;
        }
    }
    means
}

fn add_row(columns: &mut [f64], row: &[f32], sign: f64) {
    for (column, &value) in columns.iter_mut().zip(row) {
        *column += sign * f64::from(value);
    }
}
