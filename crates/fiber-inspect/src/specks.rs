use fiber_defects::Detection;
use fiber_reference::SpeckMap;

/// Share of a defect's pixels on specks of the sensor from which it is one of them.
const SHARE_ON_SPECKS: f64 = 0.5;

/// Takes defects that lie on known specks of the sensor out of a detection, and gives their number.
///
/// Labels follow the defects: label `n + 1` is of defect `n`.
pub(crate) fn leave_out(detection: &mut Detection, specks: &SpeckMap) -> usize {
    if specks.dimensions() != detection.labels.dimensions() {
        return 0;
    }
    let mut pixels = vec![(0_usize, 0_usize); detection.defects.len()];
    for (y, row) in detection.labels.rows().enumerate() {
        for (x, &label) in row.iter().enumerate() {
            if let Some((all, on_specks)) =
                (label as usize).checked_sub(1).and_then(|i| pixels.get_mut(i))
            {
                *all += 1;
                *on_specks += usize::from(specks.contains(x, y));
            }
        }
    }
    let is_speck = |&(all, on_specks): &(usize, usize)| {
        all > 0 && on_specks as f64 >= SHARE_ON_SPECKS * all as f64
    };
    let mut next = 0_u32;
    let new_labels: Vec<u32> = std::iter::once(0)
        .chain(pixels.iter().map(|counts| {
            if is_speck(counts) {
                return 0;
            }
            next += 1;
            next
        }))
        .collect();
    let mut kept = pixels.iter().map(|counts| !is_speck(counts));
    detection.defects.retain(|_| kept.next().unwrap_or(true));
    for label in detection.labels.pixels_mut() {
        *label = new_labels.get(*label as usize).copied().unwrap_or(0);
    }
    pixels.len() - detection.defects.len()
}
