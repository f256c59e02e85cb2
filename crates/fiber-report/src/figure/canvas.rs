//! Anti-aliased lines, discs and letters on colour pixels.

use fiber_image::Plane;

use super::colour::{Colour, mix};
use super::rect::Rect;
use super::typeface::{Typeface, Weight};

/// Where a text stands relative to its position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(crate) struct TextStyle {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    pub(crate) colour: Colour,
    pub(crate) align: Align,
}

impl TextStyle {
    pub(crate) const fn new(size: f32, colour: Colour) -> Self {
        Self { size, weight: Weight::Regular, colour, align: Align::Left }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    pub(crate) const fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub(crate) const fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

/// A picture that is being drawn. Whatever lies outside its clip rectangle is cut off.
pub(crate) struct Canvas {
    pixels: Plane<Colour>,
    clip: Rect,
    typeface: Typeface,
}

impl Canvas {
    pub(crate) fn new(width: u16, height: u16, paper: Colour) -> Self {
        let (columns, rows) = (usize::from(width.max(1)), usize::from(height.max(1)));
        let pixels = Plane::filled(columns, rows, paper)
            .expect("both sides are positive and at most 65535 pixels");
        let clip = Rect::new(0, 0, columns as i32, rows as i32);
        Self { pixels, clip, typeface: Typeface::embedded() }
    }

    pub(crate) fn into_pixels(self) -> Plane<Colour> {
        self.pixels
    }

    /// Draws with everything outside `rect` cut off.
    pub(crate) fn within(&mut self, rect: Rect, draw: impl FnOnce(&mut Self)) {
        let before = self.clip;
        self.clip = before.meet(rect);
        draw(self);
        self.clip = before;
    }

    fn blend(&mut self, x: i32, y: i32, colour: Colour, share: f32) {
        let clip = self.clip;
        if share > 0.0 && x >= clip.x && x < clip.right() && y >= clip.y && y < clip.bottom() {
            let pixel = &mut self.pixels[(x as usize, y as usize)];
            *pixel = mix(*pixel, colour, share.min(1.0));
        }
    }

    /// Sets every pixel of a rectangle to what `paint` makes of its offset and what was there.
    pub(crate) fn paint(
        &mut self,
        rect: Rect,
        mut paint: impl FnMut(usize, usize, Colour) -> Colour,
    ) {
        let part = self.clip.meet(rect);
        for y in part.y..part.bottom() {
            let row = &mut self.pixels.row_mut(y as usize)[part.x as usize..part.right() as usize];
            for (x, pixel) in (part.x..).zip(row) {
                *pixel = paint((x - rect.x) as usize, (y - rect.y) as usize, *pixel);
            }
        }
    }

    pub(crate) fn fill(&mut self, rect: Rect, colour: Colour) {
        self.paint(rect, |_, _, _| colour);
    }

    /// A frame of one pixel just outside of a rectangle.
    pub(crate) fn frame(&mut self, rect: Rect, colour: Colour) {
        let Rect { x, y, width, height } = rect;
        self.fill(Rect::new(x - 1, y - 1, width + 2, 1), colour);
        self.fill(Rect::new(x - 1, y + height, width + 2, 1), colour);
        self.fill(Rect::new(x - 1, y, 1, height), colour);
        self.fill(Rect::new(x + width, y, 1, height), colour);
    }

    /// A straight line with round ends.
    pub(crate) fn line(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        thickness: f64,
        colour: Colour,
    ) {
        let reach = thickness / 2.0 + 0.5;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length_squared = dx * dx + dy * dy;
        let (top, bottom) = (from.1.min(to.1) - reach, from.1.max(to.1) + reach);
        let (left, right) = (from.0.min(to.0) - reach, from.0.max(to.0) + reach);
        // Pixels of a row that the line can reach: a long slanted one has few of its box's.
        let slant = reach * (length_squared.sqrt() / dy.abs()) + (dx / dy).abs();
        for y in (top.floor() as i32).max(self.clip.y)..=(bottom as i32).min(self.clip.bottom() - 1)
        {
            let middle = from.0 + dx * ((f64::from(y) - from.1) / dy);
            let (first, last) = if (middle - slant).is_finite() && (middle + slant).is_finite() {
                ((middle - slant).max(left), (middle + slant).min(right))
            } else {
                (left, right)
            };
            let first = (first.floor() as i32).max(self.clip.x);
            for x in first..=(last.ceil() as i32).min(self.clip.right() - 1) {
                let (px, py) = (f64::from(x) - from.0, f64::from(y) - from.1);
                let along = if length_squared > 0.0 {
                    ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let (rx, ry) = (px - along * dx, py - along * dy);
                self.blend(x, y, colour, (reach - (rx * rx + ry * ry).sqrt()) as f32);
            }
        }
    }

    /// Lines from each point to the next.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], thickness: f64, colour: Colour) {
        for pair in points.windows(2) {
            self.line(pair[0], pair[1], thickness, colour);
        }
    }

    /// The outline of a circle.
    pub(crate) fn ring(&mut self, centre: (f64, f64), radius: f64, thickness: f64, colour: Colour) {
        let half = thickness / 2.0 + 0.5;
        let reach = radius + half;
        let range = |middle: f64, first: i32, end: i32| {
            let last = (middle + reach).ceil() as i32;
            ((middle - reach) as i32).max(first)..=last.min(end - 1)
        };
        let columns = range(centre.0, self.clip.x, self.clip.right());
        for y in range(centre.1, self.clip.y, self.clip.bottom()) {
            for x in columns.clone() {
                let (dx, dy) = (f64::from(x) - centre.0, f64::from(y) - centre.1);
                let off = ((dx * dx + dy * dy).sqrt() - radius).abs();
                self.blend(x, y, colour, (half - off) as f32);
            }
        }
    }

    pub(crate) fn text_width(&self, text: &str, style: TextStyle) -> f32 {
        self.typeface.width(text, style.size, style.weight)
    }

    /// A line of text whose baseline is at `y`.
    pub(crate) fn text(&mut self, x: f64, y: f64, text: &str, style: TextStyle) {
        let left = match style.align {
            Align::Left => 0.0,
            Align::Centre => self.text_width(text, style) / 2.0,
            Align::Right => self.text_width(text, style),
        };
        let mut cover = Vec::new();
        let start = (x as f32 - left, y.round() as f32);
        self.typeface.draw(text, style.size, style.weight, start, |x, y, c| cover.push((x, y, c)));
        for (x, y, share) in cover {
            self.blend(x, y, style.colour, share);
        }
    }

    /// The text, its middle left out where it is wider than allowed: names differ at their ends.
    pub(crate) fn fitted(&self, text: &str, width: f32, style: TextStyle) -> String {
        if self.text_width(text, style) <= width {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().take(MOST_LETTERS).collect();
        let tail: Vec<char> = text.chars().rev().take(MOST_LETTERS).collect();
        let shortened = |kept: usize| -> String {
            let (head, end) = (&letters[..kept - kept / 2], &tail[..kept / 2]);
            head.iter().chain(&['…']).chain(end.iter().rev()).collect()
        };
        // The widest that fits, by bisection.
        let (mut fits, mut too_wide) = (0, letters.len());
        while too_wide - fits > 1 {
            let middle = fits.midpoint(too_wide);
            if self.text_width(&shortened(middle), style) <= width {
                fits = middle;
            } else {
                too_wide = middle;
            }
        }
        shortened(fits)
    }

    /// The text in lines that are no wider than allowed; only blanks
    /// break lines; words that are too wide alone are shortened.
    pub(crate) fn wrapped(&self, text: &str, width: f32, style: TextStyle) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| self.fitted(word, width, style))
        {
            match lines.last_mut() {
                Some(line) if self.text_width(&format!("{line} {word}"), style) <= width => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines
    }
}

/// No line of a figure has room for more.
const MOST_LETTERS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BLACK: Colour = [0; 3];
    const WHITE: Colour = [255; 3];

    /// Ink of every pixel by the same formula without any shortcut.
    fn naive_line(canvas: &mut Canvas, from: (f64, f64), to: (f64, f64), thickness: f64) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = dx * dx + dy * dy;
        for y in 0..40 {
            for x in 0..50 {
                let (px, py) = (f64::from(x) - from.0, f64::from(y) - from.1);
                let along =
                    if square > 0.0 { ((px * dx + py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
                let (rx, ry) = (px - along * dx, py - along * dy);
                let distance = (rx * rx + ry * ry).sqrt();
                canvas.blend(x, y, BLACK, (thickness / 2.0 + 0.5 - distance) as f32);
            }
        }
    }

    proptest! {
        #[test]
        fn lines_cover_the_pixels_near_them(
            from in (-20.0..70.0, -20.0..60.0_f64),
            to in (-20.0..70.0, -20.0..60.0_f64),
            thickness in 0.5..9.0,
        ) {
            let (mut fast, mut slow) = (Canvas::new(50, 40, WHITE), Canvas::new(50, 40, WHITE));
            fast.line(from, to, thickness, BLACK);
            naive_line(&mut slow, from, to, thickness);
            prop_assert_eq!(fast.into_pixels(), slow.into_pixels());
        }

        #[test]
        fn fitted_texts_fit(text in "\\PC{0,60}", width in 30.0..300.0_f32) {
            let canvas = Canvas::new(1, 1, WHITE);
            let style = TextStyle::new(16.0, BLACK);
            prop_assert!(canvas.text_width(&canvas.fitted(&text, width, style), style) <= width);
            for line in canvas.wrapped(&text, width, style) {
                prop_assert!(canvas.text_width(&line, style) <= width);
            }
        }
    }

    #[test]
    fn straight_lines_are_covered_whole() {
        for (from, to) in
            [((5.0, 7.0), (30.0, 7.0)), ((9.0, 3.0), (9.0, 33.0)), ((6.0, 6.0), (6.0, 6.0))]
        {
            let (mut fast, mut slow) = (Canvas::new(50, 40, WHITE), Canvas::new(50, 40, WHITE));
            fast.line(from, to, 3.0, BLACK);
            naive_line(&mut slow, from, to, 3.0);
            assert_eq!(fast.into_pixels(), slow.into_pixels());
        }
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let mut canvas = Canvas::new(30, 30, WHITE);
        canvas.within(Rect::new(10, 10, 5, 5), |canvas| {
            canvas.line((-1e9, 12.0), (1e9, 12.0), 40.0, BLACK);
            canvas.ring((12.0, 12.0), 9.0, 30.0, BLACK);
            canvas.fill(Rect::new(-5, -5, 100, 100), BLACK);
            canvas.text(0.0, 20.0, "MMMM", TextStyle::new(30.0, BLACK));
        });
        for (y, row) in canvas.into_pixels().rows().enumerate() {
            for (x, pixel) in row.iter().enumerate() {
                let inside = (10..15).contains(&x) && (10..15).contains(&y);
                assert_eq!(*pixel == WHITE, !inside, "{x}, {y}");
            }
        }
    }

    #[test]
    fn figures_that_are_no_numbers_draw_nothing_and_do_not_panic() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let mut canvas = Canvas::new(9, 9, WHITE);
            canvas.line((bad, 1.0), (3.0, bad), 2.0, BLACK);
            canvas.ring((bad, 3.0), 4.0, 1.0, BLACK);
            canvas.text(bad, bad, "x", TextStyle::new(12.0, BLACK));
        }
    }

    #[test]
    fn long_names_keep_both_ends() {
        let canvas = Canvas::new(1, 1, WHITE);
        let style = TextStyle::new(16.0, BLACK);
        let name = format!("face{}007.png", "x".repeat(500));
        let fitted = canvas.fitted(&name, 150.0, style);
        assert!(fitted.starts_with("face") && fitted.ends_with(".png"), "{fitted}");
        assert!(canvas.text_width(&fitted, style) > 130.0);
    }
}
