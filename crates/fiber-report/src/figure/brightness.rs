//! How much brighter a dark image is shown.

use fiber_image::PlaneView;

/// Factor on the grey levels of an image, at least 1.
///
/// Dark-field frames use the lowest fifth of the range: unaltered, nothing could be seen in a figure. An
/// image of ordinary exposure is shown as it is.
pub(crate) fn gain(view: PlaneView<'_, u8>) -> f32 {
    /// Share of the pixels that may be brighter than the level that decides: specks and hot pixels.
    const OUTSHINING: u64 = 1000;
    const DARK: usize = 100;
    const WANTED: f32 = 200.0;
    /// Beyond, noise would look like a finding.
    const LARGEST: f32 = 8.0;
    let mut counts = [0_u64; 256];
    for row in view.rows() {
        row.iter().for_each(|&level| counts[usize::from(level)] += 1);
    }
    let allowed = counts.iter().sum::<u64>() / OUTSHINING;
    let mut brighter = 0;
    let bright = (0..256).rev().find(|&level| {
        brighter += counts[level];
        brighter > allowed
    });
    match bright {
        Some(level @ 1..DARK) => (WANTED / level as f32).min(LARGEST),
        _ => 1.0,
    }
}

/// `, shown 4.2 times as bright`, or nothing.
pub(crate) fn remark(gain: f32) -> String {
    if gain > 1.0 { format!(", shown {gain:.1} times as bright") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fiber_image::Plane;

    fn gain_of(level: impl Fn(usize) -> u8) -> f32 {
        gain(Plane::from_fn(100, 100, |x, y| level(100 * y + x)).unwrap().view())
    }

    #[test]
    fn dark_images_are_shown_brighter_and_others_are_not() {
        assert_eq!(gain_of(|_| 50), 4.0);
        assert_eq!(gain_of(|_| 120), 1.0);
        assert_eq!(gain_of(|i| if i % 2 == 0 { 0 } else { 200 }), 1.0);
        assert_eq!(gain_of(|_| 0), 1.0);
        assert_eq!(gain_of(|_| 3), 8.0);
    }

    #[test]
    fn a_few_hot_pixels_do_not_count() {
        assert_eq!(gain_of(|i| if i < 10 { 255 } else { 40 }), 5.0);
        assert_eq!(gain_of(|i| if i < 11 { 255 } else { 40 }), 1.0);
    }

    #[test]
    fn only_a_change_is_remarked_on() {
        assert_eq!(remark(1.0), "");
        assert_eq!(remark(4.21), ", shown 4.2 times as bright");
    }
}
