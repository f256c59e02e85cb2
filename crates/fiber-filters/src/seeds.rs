use fiber_image::Plane;

use crate::components::Connectivity;

/// A pixel that is kept only where a seed reaches it.
pub(crate) const CANDIDATE: u8 = 1;
/// A pixel that is kept.
pub(crate) const KEPT: u8 = 255;

/// Pixels that are passed over at once where none is kept, as most are.
const BLOCK: usize = 64;

/// Indices of the [`KEPT`] pixels.
pub(crate) fn kept(pixels: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    for (number, block) in pixels.chunks(BLOCK).enumerate() {
        if block.iter().fold(false, |any, &pixel| any | (pixel == KEPT)) {
            let indices = number * BLOCK..;
            found.extend(indices.zip(block).filter(|&(_, &pixel)| pixel == KEPT).map(|(i, _)| i));
        }
    }
    found
}

/// Turns every [`CANDIDATE`] that is connected to a seed into [`KEPT`], and all others to 0.
///
/// `seeds` are indices of pixels that are already [`KEPT`].
pub(crate) fn grow_seeds(marks: &mut Plane<u8>, mut seeds: Vec<usize>, connectivity: Connectivity) {
    let (width, height) = marks.dimensions();
    let pixels = marks.pixels_mut();
    while let Some(index) = seeds.pop() {
        let (x, y) = (index % width, index / width);
        let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
        for near_y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
            let row = near_y * width;
            let columns = match connectivity {
                Connectivity::Four if near_y != y => x..=x,
                _ => left..=right,
            };
            for near_x in columns {
                if pixels[row + near_x] == CANDIDATE {
                    pixels[row + near_x] = KEPT;
                    seeds.push(row + near_x);
                }
            }
        }
    }
    for mark in pixels {
        *mark = if *mark == KEPT { KEPT } else { 0 };
    }
}
