//! The frame of a panel: title, space for the picture, caption.

use fiber_image::PlaneView;

use super::canvas::{Align, Canvas, TextStyle};
use super::colour::{ColourScale, FAINT_INK, INK, LINE, SHADE};
use super::rect::Rect;
use super::typeface::Weight;
use super::viewport::Viewport;
use crate::wording::figure;

pub(crate) const CAPTION: TextStyle = TextStyle::new(17.0, FAINT_INK);
const TITLE: TextStyle = TextStyle { weight: Weight::Bold, ..TextStyle::new(21.0, INK) };

/// Draws the title of a panel and gives the space for its picture.
pub(crate) fn open(canvas: &mut Canvas, panel: Rect, title: &str) -> Rect {
    let space = panel.inset(16, 44, 16, 42);
    let title = canvas.fitted(title, space.width as f32, TITLE);
    canvas.text(f64::from(space.x), f64::from(panel.y + 31), &title, TITLE);
    space
}

/// The line under the picture.
pub(crate) fn caption(canvas: &mut Canvas, space: Rect, text: &str) {
    let text = canvas.fitted(text, space.width as f32, CAPTION);
    canvas.text(f64::from(space.x), f64::from(space.bottom() + 26), &text, CAPTION);
}

/// A grey field with a word where there is nothing to show.
pub(crate) fn nothing(canvas: &mut Canvas, space: Rect, word: &str) {
    canvas.fill(space, SHADE);
    canvas.frame(space, LINE);
    let (x, y) = (space.x + space.width / 2, space.y + space.height / 2 + 7);
    let style = TextStyle::new(20.0, FAINT_INK).aligned(Align::Centre);
    canvas.text(f64::from(x), f64::from(y), word, style);
}

/// A map in colours with its colour bar; `marks` are the values that the bar names.
pub(crate) fn map(
    canvas: &mut Canvas,
    space: Rect,
    values: PlaneView<'_, f32>,
    scale: ColourScale,
    range: [f64; 2],
    marks: &[(f64, &str)],
) {
    const BAR: i32 = 20;
    const NAMES: i32 = 84;
    let [low, high] = range;
    let position = |value: f64| ((value - low) / (high - low)) as f32;
    let viewport = Viewport::fit(values.dimensions(), space.inset(0, 0, BAR + NAMES + 12, 0));
    let shown = viewport.values(values);
    let width = viewport.rect.width as usize;
    canvas.paint(viewport.rect, |x, y, _| scale.at(position(f64::from(shown[y * width + x]))));
    canvas.frame(viewport.rect, LINE);

    let bar = Rect { x: space.right() - NAMES - BAR, width: BAR, ..viewport.rect };
    let last = f64::from(bar.height - 1).max(1.0);
    canvas.paint(bar, |_, y, _| scale.at(1.0 - (y as f64 / last) as f32));
    canvas.frame(bar, FAINT_INK);
    for (value, name) in marks {
        let share = f64::from(position(*value));
        if (-0.001..=1.001).contains(&share) {
            let y = bar.y + (last * (1.0 - share)).round() as i32;
            canvas.fill(Rect::new(bar.x - 4, y, BAR + 10, 2), INK);
            let x = f64::from(bar.right() + 9);
            let style = TextStyle::new(15.0, INK);
            canvas.text(x, f64::from(y + 6), &figure(*value, 2), style);
            if !name.is_empty() {
                canvas.text(x, f64::from(y + 23), name, style.coloured(FAINT_INK));
            }
        }
    }
}
