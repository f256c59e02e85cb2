//! Connected components.

use fiber_filters::{Connectivity, components};
use fiber_image::Plane;
use proptest::prelude::*;

use crate::planes::mask;

/// Labels by flood filling from each unlabelled pixel in raster order.
fn flooded(mask: &Plane<u8>, connectivity: Connectivity) -> (Plane<u32>, Vec<Vec<(usize, usize)>>) {
    let mut labels = mask.filled_like(0_u32);
    let mut parts = Vec::new();
    for y in 0..mask.height() {
        for x in 0..mask.width() {
            if mask[(x, y)] == 0 || labels[(x, y)] != 0 {
                continue;
            }
            let label = parts.len() as u32 + 1;
            labels[(x, y)] = label;
            let mut part = vec![(x, y)];
            let mut next = 0;
            while let Some(&(x, y)) = part.get(next) {
                next += 1;
                for v in 0..mask.height() {
                    for u in 0..mask.width() {
                        let (dx, dy) = (u.abs_diff(x), v.abs_diff(y));
                        let near = match connectivity {
                            Connectivity::Four => dx + dy == 1,
                            Connectivity::Eight => dx.max(dy) == 1,
                        };
                        if near && mask[(u, v)] != 0 && labels[(u, v)] == 0 {
                            labels[(u, v)] = label;
                            part.push((u, v));
                        }
                    }
                }
            }
            parts.push(part);
        }
    }
    (labels, parts)
}

proptest! {
    #[test]
    fn labels_and_figures_are_those_of_flood_filling(
        mask in mask(12), connectivity in prop_oneof![Just(Connectivity::Four), Just(Connectivity::Eight)],
    ) {
        let found = components(mask.view(), connectivity);
        let (labels, parts) = flooded(&mask, connectivity);
        prop_assert_eq!(found.labels().pixels(), labels.pixels());
        prop_assert_eq!(found.len(), parts.len());
        prop_assert_eq!(found.is_empty(), parts.is_empty());
        for ((label, component), part) in found.iter().zip(&parts) {
            let bounds = |values: Vec<usize>| {
                (*values.iter().min().unwrap(), *values.iter().max().unwrap(),
                 values.iter().sum::<usize>() as f64 / values.len() as f64)
            };
            let (left, right, mean_x) = bounds(part.iter().map(|&(x, _)| x).collect());
            let (top, bottom, mean_y) = bounds(part.iter().map(|&(_, y)| y).collect());
            prop_assert_eq!(component.area, part.len());
            prop_assert_eq!((component.x, component.width), (left, right - left + 1));
            prop_assert_eq!((component.y, component.height), (top, bottom - top + 1));
            prop_assert!((component.centroid.0 - mean_x).abs() < 1e-9);
            prop_assert!((component.centroid.1 - mean_y).abs() < 1e-9);
            prop_assert_eq!(found.get(label), Some(component));
        }
        prop_assert_eq!(found.get(0), None);
        prop_assert_eq!(found.get(parts.len() as u32 + 1), None);
    }

    #[test]
    fn masks_hold_the_accepted_components(mask in mask(12), least in 1_usize..5) {
        let found = components(mask.view(), Connectivity::Eight);
        let kept = found.mask(|_, component| component.area >= least);
        for (&kept, &label) in kept.pixels().iter().zip(found.labels().pixels()) {
            let large = found.get(label).is_some_and(|component| component.area >= least);
            prop_assert_eq!(kept, if large { 255 } else { 0 });
        }
    }
}

#[test]
fn a_spiral_is_one_component() {
    let spiral = [
        "#########",
        "........#",
        "#######.#",
        "#.....#.#",
        "#.###.#.#",
        "#.#...#.#",
        "#.#####.#",
        "#.......#",
        "#########",
    ];
    let pixels = spiral.iter().flat_map(|row| row.bytes().map(|byte| u8::from(byte == b'#')));
    let mask = Plane::new(9, 9, pixels.collect()).unwrap();
    assert_eq!(components(mask.view(), Connectivity::Four).len(), 1);
}
