//! Letters from the embedded fonts.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

/// Thickness of letters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Both weights of the embedded typeface.
pub(crate) struct Typeface {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

/// A letter and where it starts.
struct Placed {
    glyph: GlyphId,
    x: f32,
}

impl Typeface {
    pub(crate) fn embedded() -> Self {
        let font = |bytes| FontRef::try_from_slice(bytes).expect("the embedded fonts are sound");
        Self {
            regular: font(include_bytes!("../../fonts/DejaVuSans-subset.ttf")),
            bold: font(include_bytes!("../../fonts/DejaVuSans-Bold-subset.ttf")),
        }
    }

    fn font(&self, weight: Weight) -> &FontRef<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Letters from 0 on and the width of the whole.
    fn layout(&self, text: &str, size: f32, weight: Weight) -> (Vec<Placed>, f32) {
        let font = self.font(weight).as_scaled(em(self.font(weight), size));
        let mut letters: Vec<Placed> = Vec::new();
        let mut x = 0.0;
        for letter in text.chars() {
            let glyph = font.glyph_id(letter);
            if let Some(last) = letters.last() {
                x += font.kern(last.glyph, glyph);
            }
            letters.push(Placed { glyph, x });
            x += font.h_advance(glyph);
        }
        (letters, x)
    }

    /// Width of a text in pixels.
    pub(crate) fn width(&self, text: &str, size: f32, weight: Weight) -> f32 {
        self.layout(text, size, weight).1
    }

    /// Calls `paint` with position and coverage, 0 to 1, of every pixel of a text whose baseline starts
    /// at `(x, y)`.
    pub(crate) fn draw(
        &self,
        text: &str,
        size: f32,
        weight: Weight,
        (x, y): (f32, f32),
        mut paint: impl FnMut(i32, i32, f32),
    ) {
        let font = self.font(weight);
        let scale = em(font, size);
        for letter in self.layout(text, size, weight).0 {
            let glyph = letter.glyph.with_scale_and_position(scale, point(x + letter.x, y));
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
                outline.draw(|dx, dy, cover| {
                    paint(left.saturating_add(dx as i32), top.saturating_add(dy as i32), cover);
                });
            }
        }
    }
}

/// The scale at which an em is `size` pixels, as font sizes are meant everywhere else.
fn em(font: &FontRef<'_>, size: f32) -> PxScale {
    let units = font.units_per_em().unwrap_or(2048.0);
    PxScale::from(size * font.height_unscaled() / units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_that_figures_use_is_there() {
        let typeface = Typeface::embedded();
        let letters = "AZaz09 µ×±°σ–—…→≤≥−éüßłŻЖяΩ()[]%<>|_".chars();
        for letter in letters.filter(|letter| *letter != ' ') {
            for weight in [Weight::Regular, Weight::Bold] {
                assert_ne!(typeface.font(weight).glyph_id(letter).0, 0, "{letter}");
            }
        }
    }

    #[test]
    fn widths_grow_with_size_and_text() {
        let typeface = Typeface::embedded();
        let width = |text, size| typeface.width(text, size, Weight::Regular);
        assert!((width("mm", 40.0) - 2.0 * width("mm", 20.0)).abs() < 1e-3);
        // DejaVu Sans: the advance of `m` is 1995 of 2048 units.
        assert!((width("m", 20.48) - 19.95).abs() < 0.01);
        assert_eq!(width("", 20.0), 0.0);
    }
}
