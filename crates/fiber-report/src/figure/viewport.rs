//! A picture shown at another size.

use fiber_image::PlaneView;

use super::rect::Rect;

/// Where an image is shown on the canvas: as large as fits, its aspect kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewport {
    /// The pixels of the canvas that the image covers.
    pub(crate) rect: Rect,
    width: usize,
    height: usize,
}

impl Viewport {
    /// Centred in `space`.
    pub(crate) fn fit((width, height): (usize, usize), space: Rect) -> Self {
        let scale =
            (f64::from(space.width) / width as f64).min(f64::from(space.height) / height as f64);
        let side = |length: usize, most: i32| {
            ((length as f64 * scale).round() as i32).clamp(1, most.max(1))
        };
        let (shown_width, shown_height) = (side(width, space.width), side(height, space.height));
        let rect = Rect::new(
            space.x + (space.width - shown_width) / 2,
            space.y + (space.height - shown_height) / 2,
            shown_width,
            shown_height,
        );
        Self { rect, width, height }
    }

    /// Canvas pixels an image pixel.
    pub(crate) fn scale(&self) -> f64 {
        f64::from(self.rect.width) / self.width as f64
    }

    /// Where an image position lies on the canvas.
    pub(crate) fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = f64::from(self.rect.width) / self.width as f64;
        let down = f64::from(self.rect.height) / self.height as f64;
        (
            f64::from(self.rect.x) + (x + 0.5) * across - 0.5,
            f64::from(self.rect.y) + (y + 0.5) * down - 0.5,
        )
    }

    /// The image position under the centre of a canvas pixel.
    pub(crate) fn image_position(&self, x: i32, y: i32) -> (f64, f64) {
        let across = self.width as f64 / f64::from(self.rect.width);
        let down = self.height as f64 / f64::from(self.rect.height);
        (
            (f64::from(x - self.rect.x) + 0.5) * across - 0.5,
            (f64::from(y - self.rect.y) + 0.5) * down - 0.5,
        )
    }

    /// Combines the image pixels under every canvas pixel of the rectangle, row by row: from none
    /// (`start`) one after the other. Every image pixel counts once where the image is reduced; where it
    /// is enlarged, each canvas pixel has the one under its centre.
    pub(crate) fn gather<T, A: Clone>(
        &self,
        view: PlaneView<'_, T>,
        start: A,
        mut add: impl FnMut(&mut A, &T),
    ) -> Vec<A> {
        let columns = spans(self.width.min(view.width()), self.rect.width);
        let mut shown = Vec::with_capacity(columns.len() * self.rect.height.max(0) as usize);
        for (top, bottom) in spans(self.height.min(view.height()), self.rect.height) {
            let first = shown.len();
            shown.resize(first + columns.len(), start.clone());
            for y in top..bottom {
                let row = view.row(y);
                for (sum, &(left, right)) in shown[first..].iter_mut().zip(&columns) {
                    row[left..right].iter().for_each(|value| add(sum, value));
                }
            }
        }
        shown
    }

    /// Mean values under every canvas pixel; an enlarged image is interpolated linearly.
    pub(crate) fn values<T: Copy + Into<f32>>(&self, view: PlaneView<'_, T>) -> Vec<f32> {
        const SMOOTH_UP_TO: f64 = 6.0;
        if self.scale() > 1.0 && self.scale() <= SMOOTH_UP_TO {
            return self.interpolated(view);
        }
        let sums = self.gather(view, (0.0_f32, 0.0_f32), |(sum, count), &value| {
            *sum += value.into();
            *count += 1.0;
        });
        sums.into_iter().map(|(sum, count)| sum / count).collect()
    }

    fn interpolated<T: Copy + Into<f32>>(&self, view: PlaneView<'_, T>) -> Vec<f32> {
        let columns = supports(view.width(), self.rect.width);
        let mut shown = Vec::new();
        for (y, below, down) in supports(view.height(), self.rect.height) {
            let (upper, lower) = (view.row(y), view.row(below));
            shown.extend(columns.iter().map(|&(x, right, across)| {
                let on = |row: &[T]| {
                    let (a, b): (f32, f32) = (row[x].into(), row[right].into());
                    a + (b - a) * across
                };
                let (a, b) = (on(upper), on(lower));
                a + (b - a) * down
            }));
        }
        shown
    }
}

/// The range of source pixels under each of `shown` pixels; never empty.
fn spans(source: usize, shown: i32) -> Vec<(usize, usize)> {
    let shown = shown.max(0) as usize;
    let edge = |i: usize| i * source / shown.max(1);
    (0..shown)
        .map(|i| {
            if source >= shown {
                (edge(i), edge(i + 1))
            } else {
                let nearest = (2 * i + 1) * source / (2 * shown);
                (nearest, nearest + 1)
            }
        })
        .collect()
}

/// The two source pixels around each of `shown` pixels and the share of the second.
fn supports(source: usize, shown: i32) -> Vec<(usize, usize, f32)> {
    let last = source - 1;
    (0..shown)
        .map(|i| {
            let place = (f64::from(i) + 0.5) * source as f64 / f64::from(shown) - 0.5;
            let place = place.clamp(0.0, last as f64);
            let first = place as usize;
            (first, (first + 1).min(last), (place - first as f64) as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_image::Plane;

    #[test]
    fn images_keep_their_aspect_and_stand_in_the_middle() {
        let space = Rect::new(10, 20, 400, 300);
        assert_eq!(Viewport::fit((800, 300), space).rect, Rect::new(10, 95, 400, 150));
        assert_eq!(Viewport::fit((1, 1), space).rect, Rect::new(60, 20, 300, 300));
        assert_eq!(Viewport::fit((1, 90_000), space).rect, Rect::new(209, 20, 1, 300));
    }

    #[test]
    fn positions_follow_pixel_centres() {
        let viewport = Viewport::fit((4, 4), Rect::new(100, 0, 8, 8));
        assert_eq!(viewport.place((0.0, 0.0)), (100.5, 0.5));
        assert_eq!(viewport.place((3.5, -0.5)), (107.5, -0.5));
    }

    #[test]
    fn reduced_images_show_means_and_enlarged_ones_their_pixels() {
        let plane = Plane::new(4, 2, vec![0_u8, 2, 10, 20, 4, 6, 30, 40]).unwrap();
        let half = Viewport::fit((4, 2), Rect::new(0, 0, 2, 1));
        assert_eq!(half.values(plane.view()), [3.0, 25.0]);
        let twice = Viewport::fit((2, 1), Rect::new(0, 0, 4, 2));
        let pair = Plane::new(2, 1, vec![0_u8, 8]).unwrap();
        assert_eq!(twice.values(pair.view()), [0.0, 2.0, 6.0, 8.0, 0.0, 2.0, 6.0, 8.0]);
        let large = Viewport::fit((2, 1), Rect::new(0, 0, 16, 8));
        let row = &large.values(pair.view())[..16];
        assert_eq!(row, [[0.0; 8], [8.0; 8]].concat());
    }

    #[test]
    fn every_source_pixel_is_under_one_shown_pixel() {
        for (source, shown) in [(7, 3), (100, 99), (5, 5), (1000, 1)] {
            let spans = spans(source, shown);
            assert_eq!(spans.len(), shown as usize);
            assert_eq!(spans[0].0, 0);
            assert_eq!(spans.last().unwrap().1, source);
            assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0));
            assert!(spans.iter().all(|(from, to)| from < to));
        }
    }
}
