use std::fmt;

use crate::table::ROWS;

/// Version of the meaning of the names in [`FEATURES`].
///
/// Any change of a name or of what it measures is a new version; vectors of different versions must not
/// be compared.
pub const SCHEMA_VERSION: u32 = 1;

/// What a feature measures: the kind of computation behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Entropies of the grey levels, of the whole image and of windows.
    Entropy,
    /// The discrete Fourier spectrum.
    Fourier,
    /// Grey level co-occurrence (Haralick 1973).
    Glcm,
    /// Sobel and Laplacian derivatives, Canny edges.
    Gradient,
    /// Local binary patterns as rank counts.
    Lbp,
    /// Top-hats, and the foreground under erosion and dilation.
    Morphology,
    /// The Gaussian pyramid and what its steps lose (Burt and Adelson 1983).
    MultiScale,
    /// Norms of the image as a matrix.
    Norm,
    /// Moments of the image as a mass distribution (Hu 1962).
    Shape,
    /// Moments and quantiles of the grey levels.
    Statistical,
    /// The singular values of the image as a matrix.
    Svd,
    /// Components and holes of the superlevel sets.
    Topology,
}

impl Family {
    /// All families, sorted by name.
    pub const ALL: [Self; 12] = [
        Self::Entropy,
        Self::Fourier,
        Self::Glcm,
        Self::Gradient,
        Self::Lbp,
        Self::Morphology,
        Self::MultiScale,
        Self::Norm,
        Self::Shape,
        Self::Statistical,
        Self::Svd,
        Self::Topology,
    ];

    /// The lower-case name, words joined by `_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entropy => "entropy",
            Self::Fourier => "fourier",
            Self::Glcm => "glcm",
            Self::Gradient => "gradient",
            Self::Lbp => "lbp",
            Self::Morphology => "morphology",
            Self::MultiScale => "multi_scale",
            Self::Norm => "norm",
            Self::Shape => "shape",
            Self::Statistical => "statistical",
            Self::Svd => "svd",
            Self::Topology => "topology",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One line of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureInfo {
    /// The stable key.
    pub name: &'static str,
    /// The family that computes it.
    pub family: Family,
    /// What it measures, in one line.
    pub meaning: &'static str,
}

/// The 181 features of version [`SCHEMA_VERSION`], sorted by name: the order of every vector.
///
/// ```
/// use fiber_features::FEATURES;
///
/// assert_eq!(FEATURES.len(), 181);
/// let info = FEATURES.iter().find(|info| info.name == "norm_l1").expect("a name of the schema");
/// assert_eq!(info.meaning, "largest column sum");
/// println!("{:<28} {:<12} {}", info.name, info.family, info.meaning);
/// ```
pub static FEATURES: &[FeatureInfo] = &rows();

/// Length of every vector.
pub(crate) const FEATURE_COUNT: usize = ROWS.len();

const fn rows() -> [FeatureInfo; FEATURE_COUNT] {
    let mut infos = [FeatureInfo { name: "", family: Family::Entropy, meaning: "" }; FEATURE_COUNT];
    let mut i = 0;
    while i < FEATURE_COUNT {
        let (family, name, meaning) = ROWS[i];
        infos[i] = FeatureInfo { name, family, meaning };
        i += 1;
    }
    infos
}

/// Place of a name in [`FEATURES`].
pub(crate) fn feature_index(name: &str) -> Option<usize> {
    FEATURES.binary_search_by(|info| info.name.cmp(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_every_one_is_found() {
        assert!(FEATURES.is_sorted_by(|a, b| a.name < b.name));
        for (i, info) in FEATURES.iter().enumerate() {
            assert_eq!(feature_index(info.name), Some(i));
            assert!(!info.meaning.is_empty() && !info.meaning.contains('\n'));
        }
        assert_eq!(feature_index("lbp_r4_mean"), None);
    }

    #[test]
    fn families_have_the_sizes_of_the_schema() {
        let size = |family| FEATURES.iter().filter(|info| info.family == family).count();
        let sizes = Family::ALL.map(size);
        assert_eq!(sizes, [7, 9, 36, 11, 16, 28, 25, 6, 9, 18, 8, 8]);
        assert!(Family::ALL.is_sorted_by(|a, b| a.name() < b.name() && a < b));
    }
}
