use fiber_image::{Plane, PlaneView};

/// Sums over any rectangle of an 8-bit plane in constant time.
///
/// Crow 1984. Exact: sums are `u64`.
///
/// ```
/// use fiber_filters::IntegralImage;
/// use fiber_image::Plane;
///
/// let plane = Plane::from_fn(4, 3, |x, y| (4 * y + x) as u8)?;
/// let sums = IntegralImage::new(plane.view());
/// assert_eq!(sums.sum(1, 1, 2, 2), 5 + 6 + 9 + 10);
/// assert_eq!(IntegralImage::of_squares(plane.view()).sum(1, 0, 2, 1), 1 + 4);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegralImage {
    /// One row and column wider than the source: the sum of what lies above and to the left.
    table: Plane<u64>,
}

impl IntegralImage {
    /// Prepares sums of pixel values.
    #[must_use]
    pub fn new(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, u64::from)
    }

    /// Prepares sums of squared pixel values.
    #[must_use]
    pub fn of_squares(plane: PlaneView<'_, u8>) -> Self {
        Self::accumulate(plane, |value| u64::from(value) * u64::from(value))
    }

    fn accumulate(plane: PlaneView<'_, u8>, term: impl Fn(u8) -> u64) -> Self {
        let (width, height) = plane.dimensions();
        let mut table = vec![0; width + 1];
        table.reserve_exact((width + 1) * height);
        for (y, row) in plane.rows().enumerate() {
            let above = y * (width + 1) + 1;
            let mut sum = 0;
            table.push(0);
            for (x, &value) in row.iter().enumerate() {
                sum += term(value);
                table.push(table[above + x] + sum);
            }
        }
        let table = Plane::new(width + 1, height + 1, table)
            .expect("one row and one plane's worth of padded rows were pushed");
        Self { table }
    }

    /// The sum over the rectangle of `width` x `height` pixels whose top left is `(x, y)`; parts outside
    /// the plane count 0.
    #[must_use]
    pub fn sum(&self, x: usize, y: usize, width: usize, height: usize) -> u64 {
        let (last_x, last_y) = (self.table.width() - 1, self.table.height() - 1);
        let (left, top) = (x.min(last_x), y.min(last_y));
        let (right, bottom) =
            (x.saturating_add(width).min(last_x), y.saturating_add(height).min(last_y));
        let (above, below) = (self.table.row(top), self.table.row(bottom));
        below[right] + above[left] - below[left] - above[right]
    }
}
