use crate::error::FilterError;

/// Largest side of a structuring element.
const MAX_SIDE: usize = 65_535;
const ALLOWED: &str = "odd, from 1 to 65535";

/// The neighbourhood of a morphological operator: a rectangle or an ellipse around its centre pixel.
///
/// ```
/// use fiber_filters::StructuringElement;
///
/// let disc = StructuringElement::ellipse(5)?;
/// assert_eq!((disc.width(), disc.height()), (5, 5));
/// let rows: Vec<usize> = (-2..=2).map(|dy| disc.row_width(dy)).collect();
/// assert_eq!(rows, [1, 5, 5, 5, 1]);
/// # Ok::<(), fiber_filters::FilterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructuringElement {
    /// Rectangles around the centre whose union is the element; each wider and lower than the one
    /// before.
    rectangles: Vec<Rectangle>,
}

/// Pixels up to `half_width` columns and `half_height` rows from the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rectangle {
    pub(crate) half_width: usize,
    pub(crate) half_height: usize,
}

impl StructuringElement {
    /// All of `width` x `height` pixels.
    ///
    /// # Errors
    /// [`FilterError::Parameter`] where a side is even, 0 or above 65535.
    pub fn rectangle(width: usize, height: usize) -> Result<Self, FilterError> {
        require_side("width", width)?;
        require_side("height", height)?;
        let rectangle = Rectangle { half_width: width / 2, half_height: height / 2 };
        Ok(Self { rectangles: vec![rectangle] })
    }

    /// The ellipse (here: disc) of `size` x `size` pixels as OpenCV draws it.
    ///
    /// With r = (size - 1) / 2, row dy spans `round(r sqrt(1 - dy^2 / r^2))` pixels to either side, half
    /// rounded to even.
    ///
    /// # Errors
    /// [`FilterError::Parameter`] where `size` is even, 0 or above 65535.
    pub fn ellipse(size: usize) -> Result<Self, FilterError> {
        require_side("size", size)?;
        let radius = size / 2;
        let mut rectangles: Vec<Rectangle> = Vec::new();
        for dy in (0..=radius).rev() {
            let share = (radius * radius - dy * dy) as f64 / (radius * radius).max(1) as f64;
            let half_width = (radius as f64 * share.sqrt()).round_ties_even() as usize;
            // Rows of one width form one rectangle; the row farthest from the centre sets its height.
            if rectangles.last().is_none_or(|last| last.half_width < half_width) {
                rectangles.push(Rectangle { half_width, half_height: dy });
            }
        }
        Ok(Self { rectangles })
    }

    /// Columns, odd.
    #[must_use]
    pub fn width(&self) -> usize {
        self.row_width(0)
    }

    /// Rows, odd.
    #[must_use]
    pub fn height(&self) -> usize {
        2 * self.rectangles.first().map_or(0, |tallest| tallest.half_height) + 1
    }

    /// Pixels in the row `dy` below the centre, 0 outside; they lie symmetrically around the centre.
    #[must_use]
    pub fn row_width(&self, dy: isize) -> usize {
        let reaching = |rectangle: &&Rectangle| rectangle.half_height >= dy.unsigned_abs();
        self.rectangles.iter().rfind(reaching).map_or(0, |widest| 2 * widest.half_width + 1)
    }

    pub(crate) fn rectangles(&self) -> &[Rectangle] {
        &self.rectangles
    }
}

fn require_side(name: &'static str, side: usize) -> Result<(), FilterError> {
    FilterError::require(side % 2 == 1 && side <= MAX_SIDE, name, side as f64, ALLOWED)
}
