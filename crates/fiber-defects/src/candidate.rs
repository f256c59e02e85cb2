use fiber_filters::{Components, Connectivity, components};
use fiber_image::Plane;

use crate::footprint::Footprint;

/// Connected pixels that one detector holds for part of a defect.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) algorithm: &'static str,
    /// `(x, y)` in raster order.
    pub(crate) pixels: Vec<(u32, u32)>,
    /// Pixels of the mark's halo: how many stand out of the noise; 0 where it is a stronger mark's.
    pub(crate) halo: usize,
    /// Highest response, in standard deviations of the noise.
    pub(crate) peak: f32,
    /// Where that is, the first such pixel.
    pub(crate) at: (u32, u32),
}

/// One candidate for each 8-connected component of a footprint's mask whose own response reaches `least`:
/// what is cut off a stronger mark's foot has no claim of its own.
pub(crate) fn candidates(
    algorithm: &'static str,
    footprint: &Footprint,
    response: &Plane<f32>,
    least: f32,
) -> Vec<Candidate> {
    let Footprint { origin: (left, top), mask, halo } = footprint;
    let found = components(mask.view(), Connectivity::Eight);
    let halos = components(halo.view(), Connectivity::Eight);
    let mut candidates: Vec<Candidate> = found
        .iter()
        .map(|(_, part)| Candidate {
            algorithm,
            pixels: Vec::with_capacity(part.area),
            halo: 0,
            peak: 0.0,
            at: (0, 0),
        })
        .collect();
    let responses = response.rows().skip(*top).map(|row| &row[*left..]);
    for (y, (labels, responses)) in (*top..).zip(found.labels().rows().zip(responses)) {
        // Most rows have no mark.
        if labels.iter().fold(0, |any, label| any | label) == 0 {
            continue;
        }
        for (x, (&label, &value)) in (*left..).zip(labels.iter().zip(responses)) {
            if label > 0 {
                let candidate = &mut candidates[label as usize - 1];
                candidate.pixels.push((x as u32, y as u32));
                if value.abs() > candidate.peak || candidate.pixels.len() == 1 {
                    (candidate.peak, candidate.at) = (value.abs(), (x as u32, y as u32));
                }
            }
        }
    }
    candidates.retain(|candidate| candidate.peak >= least);
    share_out(&halos, (*left, *top), &mut candidates);
    candidates
}

/// A halo belongs to the strongest candidate in it, the first one where several are.
fn share_out(halos: &Components, (left, top): (usize, usize), candidates: &mut [Candidate]) {
    let mut strongest: Vec<Option<usize>> = vec![None; halos.len()];
    for (i, candidate) in candidates.iter().enumerate() {
        let Some(&(x, y)) = candidate.pixels.first() else { continue };
        let Some(halo) =
            (halos.labels()[(x as usize - left, y as usize - top)] as usize).checked_sub(1)
        else {
            continue;
        };
        if strongest[halo].is_none_or(|first| candidates[first].peak < candidate.peak) {
            strongest[halo] = Some(i);
        }
    }
    for (owner, (_, halo)) in strongest.into_iter().zip(halos.iter()) {
        if let Some(i) = owner {
            candidates[i].halo = halo.area;
        }
    }
}

/// Response in standard deviations at which a candidate is as likely real as not.
pub(crate) const EVEN: f32 = 6.0;

/// A logistic curve in the highest matched response: 0.5 at [`EVEN`] standard deviations, 0.9 at 8.2.
pub(crate) fn confidence(peak: f32) -> f64 {
    1.0 / (1.0 + f64::from(EVEN - peak).exp())
}

#[cfg(test)]
mod tests {
    use crate::footprint::footprint;

    use super::*;

    #[test]
    fn feet_of_strong_marks_are_no_candidates_and_halos_go_to_the_strongest() {
        // A strong mark, a weak foot of its own, and a second mark in the same halo.
        let levels = vec![0.0, 0.0, 40.0, 12.0, 6.0, 5.0, 4.0, 9.0, 0.0, 0.0_f32];
        let response = Plane::new(10, 1, levels).expect("ten");
        let marks = footprint(&response, 3.5, 8.0, 0.5, 1).expect("legal elements");
        let marks = marks.expect("some above 8");
        assert_eq!(marks.origin, (1, 0), "one pixel before the first");
        assert_eq!(marks.halo.row(0), [0, 255, 255, 255, 255, 255, 255, 0]);
        assert_eq!(marks.mask.row(0), [0, 255, 0, 255, 255, 0, 255, 0]);
        let found = candidates("a", &marks, &response, 8.0);
        let seen: Vec<_> = found.iter().map(|c| (c.pixels.clone(), c.halo, c.peak)).collect();
        assert_eq!(seen, [(vec![(2, 0)], 6, 40.0), (vec![(7, 0)], 0, 9.0)]);
        assert_eq!(candidates("a", &marks, &response, 0.0).len(), 3);
    }
}
