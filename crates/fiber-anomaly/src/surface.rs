//! What a plain surface looks like without defects.

use fiber_image::{Plane, PlaneView};

/// Side in pixels of the tiles whose medians follow the illumination.
const TILE: usize = 24;

/// Expected brightness of a surface without a fibre: tile medians, median-filtered over 3 x 3 tiles and
/// interpolated, times the share of that which each column and then each row has in the median (sensor halves read out by
/// different amplifiers, column noise, dark border rows), where the line is at least as long as a tile.
///
/// A defect larger than a tile and a half is taken for illumination, and a scratch along one column or row over
/// half of the image for the sensor's.
pub(crate) fn expected_surface(image: PlaneView<'_, f32>) -> Plane<f32> {
    let mut expected = interpolate(&median_3x3(&tile_medians(image)), image);
    let columns = if image.height() >= TILE { image.width() } else { 0 };
    for x in 0..columns {
        let gain = gain(image.rows().map(|row| row[x]), expected.rows().map(|row| row[x]));
        for y in 0..image.height() {
            expected[(x, y)] *= gain;
        }
    }
    let rows = if image.width() >= TILE { image.height() } else { 0 };
    for y in 0..rows {
        let gain = gain(image.row(y).iter().copied(), expected.row(y).iter().copied());
        expected.row_mut(y).iter_mut().for_each(|v| *v *= gain);
    }
    expected
}

/// The share of what is expected that a line of whole grey levels has. Where it is `g` of every value `e`, the
/// differences are `(g - 1) e`, whose median is that of `e` in the same proportion.
fn gain(line: impl Iterator<Item = f32>, expected: impl Iterator<Item = f32>) -> f32 {
    let mut expected: Vec<f32> = expected.collect();
    let mut differences: Vec<f32> = line.zip(&expected).map(|(v, e)| v - e).collect();
    1.0 + median_of_levels(&mut differences) / median(&mut expected).max(1.0)
}

fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Median of whole grey levels, or of what they differ by from something, as if each of them were spread over its own
/// width (the median of grouped data): on a dark frame the levels themselves are steps that would be seen as lines.
fn median_of_levels(levels: &mut [f32]) -> f32 {
    let median = median(levels);
    let below = levels.iter().filter(|&&level| level < median - 0.5).count() as f32;
    let within = levels.iter().filter(|&&level| (level - median).abs() <= 0.5).count() as f32;
    median - 0.5 + (0.5 * levels.len() as f32 - below) / within
}

fn tile_medians(image: PlaneView<'_, f32>) -> Plane<f32> {
    let (columns, rows) = (image.width().div_ceil(TILE), image.height().div_ceil(TILE));
    let mut pixels = Vec::with_capacity(TILE * TILE);
    Plane::from_fn(columns, rows, |column, row| {
        let (x, y) = (column * TILE, row * TILE);
        pixels.clear();
        for y in y..(y + TILE).min(image.height()) {
            pixels.extend_from_slice(&image.row(y)[x..(x + TILE).min(image.width())]);
        }
        median_of_levels(&mut pixels)
    })
    .expect("an image has at least one tile")
}

fn median_3x3(tiles: &Plane<f32>) -> Plane<f32> {
    let (columns, rows) = tiles.dimensions();
    let padded = continued(tiles);
    let mut near = Vec::with_capacity(9);
    Plane::from_fn(columns, rows, |x, y| {
        near.clear();
        for y in y..y + 3 {
            near.extend_from_slice(&padded.row(y)[x..x + 3]);
        }
        median(&mut near)
    })
    .expect("the tiles' own size")
}

/// One more tile on every side, continued in a straight line: a median of only the tiles there are would
/// bend every gradient at the border.
fn continued(tiles: &Plane<f32>) -> Plane<f32> {
    let (columns, rows) = tiles.dimensions();
    let along = |y: usize, x: usize| {
        let row = tiles.row(y);
        match x {
            0 => 2.0 * row[0] - row[1.min(columns - 1)],
            x if x > columns => 2.0 * row[columns - 1] - row[columns.saturating_sub(2)],
            x => row[x - 1],
        }
    };
    Plane::from_fn(columns + 2, rows + 2, |x, y| match y {
        0 => 2.0 * along(0, x) - along(1.min(rows - 1), x),
        y if y > rows => 2.0 * along(rows - 1, x) - along(rows.saturating_sub(2), x),
        y => along(y - 1, x),
    })
    .expect("hardly larger than the tiles")
}

/// Bilinear between tile centres, and on in a straight line beyond the outer ones.
fn interpolate(tiles: &Plane<f32>, image: PlaneView<'_, f32>) -> Plane<f32> {
    let cell = |at: usize, count: usize| {
        if count == 1 {
            return (0, 0, 0.0);
        }
        let position = (at as f32 + 0.5) / TILE as f32 - 0.5;
        let first = (position as usize).min(count - 2);
        (first, first + 1, position - first as f32)
    };
    let columns: Vec<_> = (0..image.width()).map(|x| cell(x, tiles.width())).collect();
    let mut pixels = Vec::with_capacity(image.width() * image.height());
    for y in 0..image.height() {
        let (top, bottom, down) = cell(y, tiles.height());
        let (above, below) = (tiles.row(top), tiles.row(bottom));
        pixels.extend(columns.iter().map(|&(left, right, along)| {
            let upper = above[left] + along * (above[right] - above[left]);
            let lower = below[left] + along * (below[right] - below[left]);
            upper + down * (lower - upper)
        }));
    }
    Plane::new(image.width(), image.height(), pixels).expect("one value was pushed per pixel")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_error(of: &Plane<f32>, truth: &Plane<f32>) -> f32 {
        let pairs = of.pixels().iter().zip(truth.pixels());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_gradient_is_followed_up_to_the_border() {
        for (width, height) in [(240, 192), (200, 130), (30, 50)] {
            let ramp = Plane::from_fn(width, height, |x, y| 0.1 * x as f32 + 0.05 * y as f32);
            let ramp = ramp.expect("sides");
            // Medians of even counts lie half a step off; the last tiles are not full, so that their medians
            // lie up to half a tile from where they are taken to be.
            let error = largest_error(&expected_surface(ramp.view()), &ramp);
            let whole = width % TILE == 0 && height % TILE == 0;
            assert!(error < if whole { 0.25 } else { 1.8 }, "{width} x {height}: {error}");
        }
    }

    #[test]
    fn a_step_at_the_middle_column_is_the_sensors() {
        let halves =
            Plane::from_fn(250, 130, |x, _| if x < 125 { 60.0 } else { 66.0 }).expect("sides");
        assert!(largest_error(&expected_surface(halves.view()), &halves) < 1e-3);
    }

    #[test]
    fn a_dark_border_row_is_the_sensors() {
        let bordered =
            Plane::from_fn(130, 97, |_, y| if y == 96 { 20.0 } else { 60.0 }).expect("sides");
        assert!(largest_error(&expected_surface(bordered.view()), &bordered) < 1e-3);
    }

    #[test]
    fn a_dark_border_row_under_uneven_light_is_the_sensors() {
        // The row passes a third of a light that falls to a half towards the sides.
        let light = |x: usize| 60.0 - 0.3 * x.abs_diff(95) as f32;
        let bordered =
            Plane::from_fn(192, 97, |x, y| if y == 96 { light(x) / 3.0 } else { light(x) });
        let bordered = bordered.expect("sides");
        let expected = expected_surface(bordered.view());
        let off = |y: usize| {
            let pairs = expected.row(y).iter().zip(bordered.row(y));
            pairs.map(|(e, v)| (e - v).abs()).fold(0.0, f32::max)
        };
        // The same loss all along it would be off by a sixth of the light at both ends.
        assert!(off(96) < 1.0 && off(48) < 1.0, "{} and {}", off(96), off(48));
    }

    #[test]
    fn light_is_followed_between_whole_grey_levels() {
        // Noise of a grey level, rounded: a median without more would have steps of one level.
        let light = |x: usize, y: usize| 37.0 + 0.006 * x as f32 + 0.004 * y as f32;
        let mut state = 1_u64;
        let mut noise = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            2.0 * (state >> 40) as f32 / (1 << 24) as f32 - 1.0
        };
        let dark = Plane::from_fn(240, 240, |x, y| (light(x, y) + noise()).round());
        let truth = Plane::from_fn(240, 240, light).expect("sides");
        let expected = expected_surface(dark.expect("sides").view());
        let pairs = expected.pixels().iter().zip(truth.pixels());
        let error = (pairs.map(|(e, t)| (e - t).powi(2)).sum::<f32>() / 57_600.0).sqrt();
        // Medians of whole levels are off by up to half a level, 0.29 in the root of the mean square.
        assert!(error < 0.12, "{error}");
    }

    #[test]
    fn marks_stay_out_of_the_expectation() {
        let marked = Plane::from_fn(200, 200, |x, y| {
            let on_scratch = x.abs_diff(y) <= 1;
            let on_particle = x.abs_diff(150) + y.abs_diff(40) <= 9;
            if on_scratch || on_particle { 160.0 } else { 90.0 }
        })
        .expect("sides");
        let flat = marked.filled_like(90.0);
        // Where within its own level the median lies, the marks on one side of it do tell.
        assert!(largest_error(&expected_surface(marked.view()), &flat) < 0.5);
    }

    #[test]
    fn images_smaller_than_a_tile_have_their_own_median() {
        let strip = Plane::new(1, 3, vec![7.0_f32, 9.0, 200.0]).expect("three");
        assert_eq!(expected_surface(strip.view()).pixels(), [9.0; 3]);
    }
}
