use fiber_image::PlaneView;

use crate::components::{Components, Connectivity, first_pixels};

/// Steps to the eight neighbours, clockwise on the screen from the right.
const STEPS: [(isize, isize); 8] =
    [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)];

impl Components {
    /// The pixels along the outer edge of a component, clockwise from its first pixel in raster order;
    /// `None` where there is no such label.
    ///
    /// Consecutive pixels are 8-neighbours, the last one also of the first; where the component is one
    /// pixel thin they occur again on the way back. Holes are not seen. Moore's neighbour tracing, ended
    /// when the first step is about to be repeated.
    ///
    /// ```
    /// use fiber_filters::{Connectivity, components};
    /// use fiber_image::Plane;
    ///
    /// let mask = Plane::new(4, 2, vec![0, 1, 1, 0,
    ///                                  0, 0, 1, 1])?;
    /// let found = components(mask.view(), Connectivity::Eight);
    /// assert_eq!(found.outer_contour(1), Some(vec![(1, 0), (2, 0), (3, 1), (2, 1)]));
    /// # Ok::<(), fiber_image::PlaneError>(())
    /// ```
    #[must_use]
    pub fn outer_contour(&self, label: u32) -> Option<Vec<(usize, usize)>> {
        let component = self.get(label)?;
        let first_row = self.labels().row(component.y);
        let start = (first_row.iter().position(|&other| other == label)?, component.y);
        Some(trace(start, |x, y| self.labels().get(x, y) == Some(&label)))
    }
}

/// The outer contours of all 8-connected components of the non-zero pixels, in raster order of each component's first
/// pixel.
///
/// Each is that of [`Components::outer_contour`], but no pixel is labelled: of a mask whose components are not needed
/// otherwise this takes a fraction of the time.
///
/// ```
/// use fiber_filters::outer_contours;
/// use fiber_image::Plane;
///
/// let mask = Plane::new(4, 2, vec![0, 1, 0, 1,
///                                  0, 0, 1, 0])?;
/// assert_eq!(outer_contours(mask.view()), [vec![(1, 0), (2, 1), (3, 0), (2, 1)]]);
/// # Ok::<(), fiber_image::PlaneError>(())
/// ```
#[must_use]
pub fn outer_contours(mask: PlaneView<'_, u8>) -> Vec<Vec<(usize, usize)>> {
    // What touches a pixel of a component by a side or a corner belongs to it.
    let inside = |x: usize, y: usize| mask.get(x, y).is_some_and(|&value| value != 0);
    first_pixels(mask, Connectivity::Eight).map(|start| trace(start, inside)).collect()
}

/// The outer contour from its first pixel in raster order on.
fn trace(start: (usize, usize), inside: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let neighbour = |(x, y): (usize, usize), direction: usize| {
        let (dx, dy) = STEPS[direction];
        let at = (x.checked_add_signed(dx)?, y.checked_add_signed(dy)?);
        inside(at.0, at.1).then_some(at)
    };
    // The next pixel clockwise, looking from two eighths of a turn left of the last step: farther
    // left lies what the last step has found empty.
    let next = |at: (usize, usize), last: usize| {
        (last + 6..last + 14).find_map(|direction| {
            let direction = direction % 8;
            neighbour(at, direction).map(|pixel| (pixel, direction))
        })
    };

    let mut contour = vec![start];
    // Above and to the left of the first pixel there is nothing, as if it had been entered from there.
    let Some((mut pixel, first)) = next(start, 0) else { return contour };
    let mut last = first;
    // From a second pixel on there is always a way, be it back.
    while let Some((following, direction)) = next(pixel, last) {
        if pixel == start && direction == first {
            break;
        }
        contour.push(pixel);
        (pixel, last) = (following, direction);
    }
    contour
}
