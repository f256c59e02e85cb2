use crate::{
    Histogram, StatsError, chebyshev_distance, check, chi_square_distance, cosine_distance,
    euclidean_distance, js_divergence, kl_divergence, kolmogorov_smirnov, manhattan_distance,
    mean_ssim, pearson_correlation, spearman_correlation, wasserstein_distance,
};

/// Bins over the joint range of both vectors for the three measures that compare histograms.
const BINS: usize = 30;

/// Twelve measures of how much two vectors of the same variables differ.
///
/// Every measure is finite for every pair of finite vectors (or the call is an error); the rules for
/// constant and zero vectors stand with the functions named. `kl`, `js` and `chi_square` compare
/// histograms of 30 equal bins over the joint range, and are 0 where that range is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorComparison {
    /// [`euclidean_distance`].
    pub euclidean: f64,
    /// [`manhattan_distance`].
    pub manhattan: f64,
    /// [`chebyshev_distance`].
    pub chebyshev: f64,
    /// [`cosine_distance`].
    pub cosine: f64,
    /// [`pearson_correlation`]: 1 for equal vectors.
    pub pearson: f64,
    /// [`spearman_correlation`]: 1 for equal vectors.
    pub spearman: f64,
    /// [`kolmogorov_smirnov`].
    pub kolmogorov_smirnov: f64,
    /// [`kl_divergence`] of the first vector's histogram from the second's, in nats.
    pub kl: f64,
    /// [`js_divergence`] of the histograms, in nats.
    pub js: f64,
    /// [`chi_square_distance`] of the histograms.
    pub chi_square: f64,
    /// [`wasserstein_distance`].
    pub wasserstein: f64,
    /// [`mean_ssim`]: 1 for equal vectors.
    pub ssim: f64,
}

impl VectorComparison {
    /// Names of the measures, in the order of [`values`](Self::values).
    pub const NAMES: [&'static str; 12] = [
        "euclidean",
        "manhattan",
        "chebyshev",
        "cosine",
        "pearson",
        "spearman",
        "kolmogorov_smirnov",
        "kl",
        "js",
        "chi_square",
        "wasserstein",
        "ssim",
    ];

    /// The measures in the order of [`NAMES`](Self::NAMES).
    #[must_use]
    pub fn values(&self) -> [f64; 12] {
        [
            self.euclidean,
            self.manhattan,
            self.chebyshev,
            self.cosine,
            self.pearson,
            self.spearman,
            self.kolmogorov_smirnov,
            self.kl,
            self.js,
            self.chi_square,
            self.wasserstein,
            self.ssim,
        ]
    }

    /// The measures in the order of [`NAMES`](Self::NAMES), all turned so that equal vectors give 0
    /// (to rounding) and larger means less alike: similarities (Pearson, Spearman, SSIM) as 1 minus
    /// their value.
    #[must_use]
    pub fn dissimilarities(&self) -> [f64; 12] {
        Self {
            pearson: 1.0 - self.pearson,
            spearman: 1.0 - self.spearman,
            ssim: 1.0 - self.ssim,
            ..*self
        }
        .values()
    }
}

/// Compares two vectors of the same, equally scaled variables by twelve measures.
///
/// ```
/// let comparison = fiber_stats::compare_vectors(&[1.0, 2.0, 4.0], &[1.0, 2.0, 8.0])?;
/// assert_eq!((comparison.euclidean, comparison.spearman), (4.0, 1.0));
/// # Ok::<(), fiber_stats::StatsError>(())
/// ```
///
/// # Errors
/// Where the vectors are empty, differ in length or hold a value that is not finite, or a measure
/// overflows.
pub fn compare_vectors(a: &[f64], b: &[f64]) -> Result<VectorComparison, StatsError> {
    check::pair(a, b)?;
    let (kl, js, chi_square) = histogram_measures(a, b)?;
    Ok(VectorComparison {
        euclidean: euclidean_distance(a, b)?,
        manhattan: manhattan_distance(a, b)?,
        chebyshev: chebyshev_distance(a, b)?,
        cosine: cosine_distance(a, b)?,
        pearson: pearson_correlation(a, b)?,
        spearman: spearman_correlation(a, b)?,
        kolmogorov_smirnov: kolmogorov_smirnov(a, b)?,
        kl,
        js,
        chi_square,
        wasserstein: wasserstein_distance(a, b)?,
        ssim: mean_ssim(a, b)?,
    })
}

fn histogram_measures(a: &[f64], b: &[f64]) -> Result<(f64, f64, f64), StatsError> {
    let values = || a.iter().chain(b).copied();
    let (low, high) = (values().fold(a[0], f64::min), values().fold(a[0], f64::max));
    if low == high {
        return Ok((0.0, 0.0, 0.0));
    }
    check::representable("joint range", high - low)?;
    let p = Histogram::new(a, BINS, low, high)?.probabilities();
    let q = Histogram::new(b, BINS, low, high)?.probabilities();
    Ok((kl_divergence(&p, &q)?, js_divergence(&p, &q)?, chi_square_distance(&p, &q)?))
}
