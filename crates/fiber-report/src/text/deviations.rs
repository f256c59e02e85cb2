//! Deviant features in words: which family, in which direction, how far.

use crate::DeviantFeature;
use crate::wording::figure;

/// Standard deviations from which a feature is worth a word.
const WORTH_A_WORD: f64 = 3.0;

/// Families of features by the beginning of their names.
const FAMILIES: [(&str, &str); 14] = [
    ("stat", "grey levels"),
    ("norm", "strength of the image as a matrix"),
    ("lbp", "local texture"),
    ("glcm", "texture of pairs of pixels"),
    ("fft", "spectrum"),
    ("pyramid", "structure over scales"),
    ("laplacian", "fine structure"),
    ("gradient", "slopes"),
    ("edge", "edges"),
    ("morph", "small bright and dark structures"),
    ("topo", "number of parts and holes"),
    ("svd", "singular values"),
    ("entropy", "local disorder"),
    ("shape", "shape of bright parts"),
];

/// One line a family that deviates, the farthest first.
pub(super) fn deviations_in_words(features: &[DeviantFeature]) -> String {
    let mut families: Vec<(&str, Vec<&DeviantFeature>)> = Vec::new();
    for feature in features.iter().filter(|feature| feature.z.abs() > WORTH_A_WORD) {
        let prefix = feature.name.split('_').next().unwrap_or_default();
        match families.iter_mut().find(|(name, _)| *name == prefix) {
            Some((_, members)) => members.push(feature),
            None => families.push((prefix, vec![feature])),
        }
    }
    families.iter().map(|(prefix, members)| family_in_words(prefix, members)).collect()
}

fn family_in_words(prefix: &str, members: &[&DeviantFeature]) -> String {
    let known = FAMILIES.iter().find(|(name, _)| *name == prefix).map(|(_, words)| *words);
    let above = members.iter().filter(|feature| feature.z > 0.0).count();
    let direction = match (above, members.len() - above) {
        (_, 0) => "above",
        (0, _) => "below",
        _ => "on either side of",
    };
    let Some(farthest) = members.iter().max_by(|a, b| a.z.abs().total_cmp(&b.z.abs())) else {
        return String::new();
    };
    let what = known.map_or_else(|| prefix.to_owned(), |words| format!("{words} ({prefix})"));
    format!(
        "  {what}: {} {direction} what good faces show, {} by {} sigmas\n",
        if members.len() == 1 {
            "1 feature".to_owned()
        } else {
            format!("{} features", members.len())
        },
        farthest.name,
        figure(farthest.z.abs(), 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &str, z: f64) -> DeviantFeature {
        DeviantFeature { name: name.to_owned(), z, value: 2.0, reference: 1.0 }
    }

    #[test]
    fn families_are_told_with_direction_and_distance() {
        let features = [
            feature("lbp_r1_std", -9.0),
            feature("glcm_d1_a0_contrast", 6.0),
            feature("lbp_r2_mean", -4.0),
            feature("glcm_d2_a0_energy", -3.5),
            feature("stat_mean", 2.9),
        ];
        assert_eq!(
            deviations_in_words(&features),
            "  local texture (lbp): 2 features below what good faces show, lbp_r1_std by 9.0 sigmas\n  \
             texture of pairs of pixels (glcm): 2 features on either side of what good faces show, \
             glcm_d1_a0_contrast by 6.0 sigmas\n"
        );
        assert_eq!(deviations_in_words(&[feature("stat_mean", 1.0)]), "");
    }
}
