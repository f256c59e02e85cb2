//! A chip is what is missing between its inner outline and the rim.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use fiber_geometry::Ellipse;

use crate::merge::sort_raster;

/// The pixels of a chip with all that lie between them and the rim of the cladding and in an image of that width and
/// height, in raster order.
///
/// At the rim the step of brightness itself hides where something is broken off; but nothing breaks off further inside and
/// stays at the edge.
pub(crate) fn out_to_the_rim(
    pixels: &[(u32, u32)],
    cladding: &Ellipse,
    (width, height): (usize, usize),
) -> Vec<(u32, u32)> {
    let seen: BTreeSet<(u32, u32)> = pixels.iter().copied().collect();
    let step = 0.5 / cladding.mean_radius_px();
    let polar = |x: u32, y: u32| {
        let (u, v) = cladding.to_unit_disc(f64::from(x), f64::from(y));
        (u.hypot(v), (u, v))
    };
    let innermost = pixels.iter().map(|&(x, y)| polar(x, y).0).fold(f64::INFINITY, f64::min);
    // Whether the way from a pixel to the centre meets the chip.
    let is_behind = |x: u32, y: u32| {
        let (radius, (u, v)) = polar(x, y);
        let mut at = radius;
        while radius <= 1.0 && at > 0.0 && at >= innermost - step {
            let (x, y) = cladding.from_unit_disc(u * at / radius, v * at / radius);
            if x >= 0.0 && y >= 0.0 && seen.contains(&(x.round() as u32, y.round() as u32)) {
                return true;
            }
            at -= step;
        }
        false
    };
    let mut all = pixels.to_vec();
    if let Some((columns, rows)) = box_out_to_the_rim(pixels, cladding) {
        all.extend(
            rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
                .filter(|&(x, y)| (x as usize) < width && (y as usize) < height)
                .filter(|&(x, y)| is_behind(x, y)),
        );
    }
    sort_raster(&mut all);
    all
}

/// Columns and rows that hold the pixels and where rays through them meet the rim.
fn box_out_to_the_rim(
    pixels: &[(u32, u32)],
    cladding: &Ellipse,
) -> Option<(RangeInclusive<u32>, RangeInclusive<u32>)> {
    let corners = || {
        pixels.iter().flat_map(|&(x, y)| {
            let (x, y) = (f64::from(x), f64::from(y));
            let (u, v) = cladding.to_unit_disc(x, y);
            let radius = u.hypot(v).clamp(1e-9, 1.0);
            [(x, y), cladding.from_unit_disc(u / radius, v / radius)]
        })
    };
    let span = |values: &mut dyn Iterator<Item = f64>| {
        let (least, most) =
            values.fold((f64::INFINITY, 0.0_f64), |(least, most), v| (least.min(v), most.max(v)));
        (least <= most).then(|| least.floor().max(0.0) as u32..=most.ceil() as u32)
    };
    Some((span(&mut corners().map(|c| c.0))?, span(&mut corners().map(|c| c.1))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_reaches_out_to_the_rim_and_no_farther() {
        let cladding = Ellipse::circle(50.0, 50.0, 80.0);
        let seen: Vec<(u32, u32)> = (48..53).map(|y| (80, y)).collect();
        let whole = out_to_the_rim(&seen, &cladding, (100, 100));
        // A wedge of 5 pixels at a radius of 30 that spreads to 6.7 at 40: 64 square pixels.
        assert!((55..=75).contains(&whole.len()), "{}", whole.len());
        let radius = |&(x, y): &(u32, u32)| (f64::from(x) - 50.0).hypot(f64::from(y) - 50.0);
        let (least, most) = whole
            .iter()
            .map(radius)
            .fold((f64::INFINITY, 0.0_f64), |(l, m), r| (l.min(r), m.max(r)));
        assert!((29.9..=30.1).contains(&least) && (39.5..=40.6).contains(&most), "{least} {most}");
    }

    #[test]
    fn a_chip_ends_with_the_image() {
        let cladding = Ellipse::circle(50.0, 50.0, 80.0);
        let cut = out_to_the_rim(&[(80, 50)], &cladding, (86, 100));
        assert_eq!(cut, (80..86).map(|x| (x, 50)).collect::<Vec<_>>());
    }

    #[test]
    fn what_lies_beyond_the_rim_stays() {
        let cladding = Ellipse::circle(50.0, 50.0, 80.0);
        let outside = [(92, 50), (93, 50)];
        assert_eq!(out_to_the_rim(&outside, &cladding, (100, 100)), outside);
    }
}
