use fiber_image::{Plane, PlaneView};
use pulp::NullaryFnOnce;

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
    pulp::Arch::new().dispatch(BoxMean { plane, radius_x, radius_y })
}

/// Rows whose sums run side by side, so that no addition waits for the one before.
const ROWS: usize = 4;

struct BoxMean<'a> {
    plane: PlaneView<'a, f32>,
    radius_x: usize,
    radius_y: usize,
}

impl NullaryFnOnce for BoxMean<'_> {
    type Output = Plane<f32>;

    #[inline(always)]
    fn call(self) -> Plane<f32> {
        let Self { plane, radius_x, radius_y } = self;
        let (width, height) = plane.dimensions();
        let (radius_x, radius_y) = (radius_x.min(width - 1), radius_y.min(height - 1));
        let mut means = plane.filled_like(0.0_f32);
        // Sums over the columns of the window, and over all columns to the left.
        let mut columns = vec![vec![0.0_f64; width]; ROWS];
        let mut prefixes = vec![vec![0.0_f64; width + 1]; ROWS];
        let shares: Vec<f64> = (0..width)
            .map(|x| 1.0 / ((x + radius_x + 1).min(width) - x.saturating_sub(radius_x)) as f64)
            .collect();
        for y in 0..radius_y {
            add_row(&mut columns[ROWS - 1], plane.row(y), 1.0);
        }
        for top in (0..height).step_by(ROWS) {
            let count = ROWS.min(height - top);
            for i in 0..count {
                let y = top + i;
                let (before, here) = columns.split_at_mut(i);
                if let Some(previous) = before.last() {
                    here[0].copy_from_slice(previous);
                } else {
                    // The rows above the first one of this group are those of the last group.
                    let (first, last) = here.split_at_mut(ROWS - 1);
                    first[0].copy_from_slice(&last[0]);
                }
                if y + radius_y < height {
                    add_row(&mut here[0], plane.row(y + radius_y), 1.0);
                }
                if y > radius_y {
                    add_row(&mut here[0], plane.row(y - radius_y - 1), -1.0);
                }
            }
            accumulate(&columns, &mut prefixes);
            for (i, prefix) in prefixes.iter().enumerate().take(count) {
                let y = top + i;
                let rows = (y + radius_y).min(height - 1) + 1 - y.saturating_sub(radius_y);
                let out = means.row_mut(y);
                put_means(prefix, &shares, 1.0 / rows as f64, radius_x, out);
            }
        }
        means
    }
}

/// Sums up to each column of all rows at once.
#[inline(always)]
fn accumulate(columns: &[Vec<f64>], prefixes: &mut [Vec<f64>]) {
    let width = columns[0].len();
    let [a, b, c, d] = columns else { return };
    let (a, b, c, d) = (&a[..width], &b[..width], &c[..width], &d[..width]);
    let [of_a, of_b, of_c, of_d] = prefixes else { return };
    let (of_a, of_b) = (&mut of_a[1..][..width], &mut of_b[1..][..width]);
    let (of_c, of_d) = (&mut of_c[1..][..width], &mut of_d[1..][..width]);
    let mut sums = [0.0; ROWS];
    for x in 0..width {
        sums[0] += a[x];
        sums[1] += b[x];
        sums[2] += c[x];
        sums[3] += d[x];
        (of_a[x], of_b[x], of_c[x], of_d[x]) = (sums[0], sums[1], sums[2], sums[3]);
    }
}

/// The means of one row; `share` is that of a row of the window, `shares` are those of a column.
#[inline(always)]
fn put_means(prefix: &[f64], shares: &[f64], share: f64, radius: usize, out: &mut [f32]) {
    let width = out.len();
    let mut put = |x: usize, start: usize, end: usize| {
        out[x] = ((prefix[end] - prefix[start]) * (share * shares[x])) as f32;
    };
    let inner = radius.min(width)..width.saturating_sub(radius).max(radius.min(width));
    for x in (0..inner.start).chain(inner.end..width) {
        put(x, x.saturating_sub(radius), (x + radius + 1).min(width));
    }
    let count = inner.len();
    let factor = share * shares.get(inner.start).copied().unwrap_or(1.0);
    let ends = &prefix[(2 * radius + 1).min(prefix.len())..];
    for ((out, &start), &end) in out[inner].iter_mut().zip(&prefix[..count]).zip(ends) {
        *out = ((end - start) * factor) as f32;
    }
}

#[inline(always)]
fn add_row(columns: &mut [f64], row: &[f32], sign: f64) {
    for (column, &value) in columns.iter_mut().zip(row) {
        *column += sign * f64::from(value);
    }
}
