use fiber_filters::{
    Ssim, SsimOptions, SsimReference, StructuringElement, erode, multi_scale_ssim, ssim,
};
use fiber_image::{Plane, PlaneView};

use crate::AnomalyError;

/// Structural similarity of a face and the archetype: 1 where they agree, and where it is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct StructuralMaps {
    /// The index, -1..=1: the product of the three terms.
    pub ssim: Plane<f32>,
    /// Agreement of the local means.
    pub luminance: Plane<f32>,
    /// Agreement of the local standard deviations.
    pub contrast: Plane<f32>,
    /// Correlation of the local patterns.
    pub structure: Plane<f32>,
    /// Mean index over the known pixels at least 5 from the border; 1 where there is none.
    pub score: f64,
}

/// SSIM of a face against the archetype: Gaussian window of 11 x 11 pixels, sigma 1.5, 8-bit range
/// ([`fiber_filters::ssim`]).
///
/// Non-zero pixels of `valid` count. The index is known where no invalid pixel lies in the window; beyond
/// the border the planes are mirrored.
///
/// ```
/// use fiber_anomaly::structural_similarity;
/// use fiber_image::Plane;
///
/// let face = Plane::from_fn(48, 40, |x, y| (5 * (x ^ y)) as u8)?;
/// let archetype = face.map(|&value| f32::from(value));
/// let valid = face.filled_like(255);
/// let maps = structural_similarity(face.view(), archetype.view(), valid.view())?;
/// assert!((maps.score - 1.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AnomalyError::Size`] where the planes differ in size.
pub fn structural_similarity(
    face: PlaneView<'_, u8>,
    archetype: PlaneView<'_, f32>,
    valid: PlaneView<'_, u8>,
) -> Result<StructuralMaps, AnomalyError> {
    let face = completed(face, archetype, valid)?;
    let options = SsimOptions::default();
    maps(ssim(face.view(), archetype, &options)?, valid, &options)
}

/// Both [`structural_similarity`] and [`multi_scale_similarity`] with an archetype whose windowed means were taken
/// before, in less time than one after the other; with the reference's options, the default ones for the same results.
///
/// # Errors
/// [`AnomalyError::Size`] where the planes differ in size.
pub fn similarity_at_all_scales(
    face: PlaneView<'_, u8>,
    archetype: &SsimReference,
    valid: PlaneView<'_, u8>,
) -> Result<(StructuralMaps, f64), AnomalyError> {
    let face = completed(face, archetype.plane().view(), valid)?;
    let first = archetype.ssim(face.view())?;
    let multi_scale = archetype.multi_scale_ssim_from(&first, face.view())?;
    Ok((maps(first, valid, archetype.options())?, multi_scale))
}

/// What is known of the similarity.
fn maps(
    similarity: Ssim,
    valid: PlaneView<'_, u8>,
    options: &SsimOptions,
) -> Result<StructuralMaps, AnomalyError> {
    let side = 2 * options.radius + 1;
    let known = erode(valid, &StructuringElement::rectangle(side, side)?);
    let Ssim { map, luminance, contrast, structure, .. } = similarity;
    let mut maps = StructuralMaps { ssim: map, luminance, contrast, structure, score: 1.0 };
    for plane in [&mut maps.ssim, &mut maps.luminance, &mut maps.contrast, &mut maps.structure] {
        for (value, &known) in plane.pixels_mut().iter_mut().zip(known.pixels()) {
            if known == 0 {
                *value = 1.0;
            }
        }
    }
    maps.score = interior_mean(maps.ssim.view(), known.view(), options.radius);
    Ok(maps)
}

/// Multi-scale SSIM of a face against the archetype, 0..=1 ([`fiber_filters::multi_scale_ssim`]).
///
/// Pixels that are 0 in `valid` are taken from the archetype.
///
/// # Errors
/// [`AnomalyError::Size`] where the planes differ in size.
pub fn multi_scale_similarity(
    face: PlaneView<'_, u8>,
    archetype: PlaneView<'_, f32>,
    valid: PlaneView<'_, u8>,
) -> Result<f64, AnomalyError> {
    let face = completed(face, archetype, valid)?;
    Ok(multi_scale_ssim(face.view(), archetype, &SsimOptions::default())?)
}

/// The face with the archetype where it is not valid.
fn completed(
    face: PlaneView<'_, u8>,
    archetype: PlaneView<'_, f32>,
    valid: PlaneView<'_, u8>,
) -> Result<Plane<f32>, AnomalyError> {
    AnomalyError::require_size("archetype", face.dimensions(), archetype.dimensions())?;
    AnomalyError::require_size("valid mask", face.dimensions(), valid.dimensions())?;
    let mut completed = archetype.to_plane();
    for y in 0..face.height() {
        let row = completed.row_mut(y).iter_mut().zip(face.row(y)).zip(valid.row(y));
        for ((completed, &face), &valid) in row {
            if valid != 0 {
                *completed = f32::from(face);
            }
        }
    }
    Ok(completed)
}

fn interior_mean(map: PlaneView<'_, f32>, known: PlaneView<'_, u8>, margin: usize) -> f64 {
    let inside = |side: usize| margin..side.saturating_sub(margin);
    let (mut sum, mut count) = (0.0, 0_usize);
    for y in inside(map.height()) {
        let (row, known) = (map.row(y), known.row(y));
        for x in inside(map.width()) {
            if known[x] != 0 {
                sum += f64::from(row[x]);
                count += 1;
            }
        }
    }
    if count > 0 { sum / count as f64 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noise(width: usize, height: usize, seed: usize) -> Plane<u8> {
        Plane::from_fn(width, height, |x, y| {
            let mixed = (x * 7919 + y * 104_729 + seed * 1_299_709).wrapping_mul(2_654_435_761);
            (mixed >> 13) as u8
        })
        .expect("positive sides")
    }

    #[test]
    fn without_a_mask_the_maps_are_those_of_plain_ssim() {
        let (face, other) = (noise(40, 33, 1), noise(40, 33, 2).map(|&v| f32::from(v)));
        let maps = structural_similarity(face.view(), other.view(), face.filled_like(1).view());
        let maps = maps.expect("equal sizes");
        let plain = ssim(face.view(), other.view(), &SsimOptions::default()).expect("equal sizes");
        assert_eq!((&maps.ssim, &maps.structure), (&plain.map, &plain.structure));
        assert!((maps.score - plain.mean()).abs() < 1e-7, "{} {}", maps.score, plain.mean());
    }

    proptest! {
        #[test]
        fn invalid_pixels_change_nothing(seed in 0_usize..50, wild in any::<u8>(), left in 3_usize..20) {
            let archetype = noise(30, 24, seed).map(|&v| f32::from(v));
            let mut face = noise(30, 24, seed + 1);
            let valid = Plane::from_fn(30, 24, |x, y| if x < left && y < 9 { 0 } else { 255 });
            let valid = valid.expect("positive sides");
            let maps = |face: &Plane<u8>| {
                let planes = (face.view(), archetype.view(), valid.view());
                (
                    structural_similarity(planes.0, planes.1, planes.2).expect("equal sizes"),
                    multi_scale_similarity(planes.0, planes.1, planes.2).expect("equal sizes"),
                )
            };
            let before = maps(&face);
            let reference = SsimReference::new(archetype.view(), &SsimOptions::default());
            let reference = reference.expect("legal options");
            let together = similarity_at_all_scales(face.view(), &reference, valid.view());
            prop_assert_eq!(&together.expect("equal sizes"), &before);
            for (value, &valid) in face.pixels_mut().iter_mut().zip(valid.pixels()) {
                if valid == 0 {
                    *value = wild;
                }
            }
            prop_assert_eq!(maps(&face), before);
        }
    }

    #[test]
    fn nothing_valid_is_nothing_abnormal() {
        let (face, other) = (noise(30, 30, 1), noise(30, 30, 2).map(|&v| f32::from(v)));
        let none = face.filled_like(0);
        let maps = structural_similarity(face.view(), other.view(), none.view());
        let maps = maps.expect("equal sizes");
        assert!(maps.score == 1.0 && maps.ssim.pixels().iter().all(|&value| value == 1.0));
    }

    #[test]
    fn planes_of_other_sizes_are_refused_by_name() {
        let (face, other) = (noise(30, 30, 1), noise(30, 29, 2));
        let all = face.filled_like(1);
        let archetype = face.map(|&v| f32::from(v));
        let error = structural_similarity(face.view(), archetype.view(), other.view());
        assert!(matches!(error, Err(AnomalyError::Size { plane: "valid mask", .. })));
        let error =
            multi_scale_similarity(face.view(), other.map(|&v| f32::from(v)).view(), all.view());
        assert!(matches!(error, Err(AnomalyError::Size { plane: "archetype", .. })));
    }
}
