"""Writes golden.json beside itself: figures of other libraries that tests/golden.rs compares with.

Run: python generate.py   (the versions used stand in golden.json under "versions")
"""

import json
import pathlib

import numpy as np
import scipy
import skimage
import sklearn
from scipy import ndimage, stats
from scipy.spatial import distance
from skimage.metrics import structural_similarity
from sklearn.covariance import LedoitWolf, MinCovDet, OAS

rng = np.random.default_rng(20240607)


def sample_statistics():
    values = np.round(rng.gamma(2.0, 3.0, 41), 3)
    values[[3, 9, 17]] = values[5]
    weights = np.round(rng.uniform(0, 2, 41), 2)
    weights[[0, 7]] = 0
    qs = [0.0, 0.013, 0.1, 0.25, 0.5, 0.77, 0.9, 0.995, 1.0]
    return {
        "values": values,
        "weights": weights,
        "qs": qs,
        "mean": values.mean(),
        "variance_population": values.var(),
        "variance_sample": values.var(ddof=1),
        "median": np.median(values),
        "mad": stats.median_abs_deviation(values),
        "mad_normal": stats.median_abs_deviation(values, scale="normal"),
        "trimmed_mean_0_12": stats.trim_mean(values, 0.12),
        "winsorised_0_12": np.asarray(stats.mstats.winsorize(values, limits=(0.12, 0.12))),
        "quantiles": np.quantile(values, qs),
        "weighted_quantiles": np.quantile(values, qs, weights=weights, method="inverted_cdf"),
        "ranks": stats.rankdata(values),
        "running_median": {
            mode: {
                str(radius): ndimage.median_filter(values, size=2 * radius + 1, mode=mode)
                for radius in (0, 1, 4, 20)
            }
            for mode in ("mirror", "wrap")
        },
        "histogram_7_from_1_to_12": np.histogram(values, 7, (1, 12))[0],
    }


def vector_pairs():
    pairs = {
        "noise_181": (rng.normal(size=181), rng.normal(size=181) * 1.4 + 0.2),
        "similar_64": (x := rng.normal(size=64), x + rng.normal(size=64) * 0.1),
        "ties_40": (rng.integers(0, 6, 40) * 1.0, rng.integers(0, 6, 40) * 1.0),
        "off_origin_30": (1e4 + rng.normal(size=30), 1e4 + rng.normal(size=30)),
    }
    result = {}
    for name, (a, b) in pairs.items():
        a, b = np.round(a, 6), np.round(b, 6)
        low, high = min(a.min(), b.min()), max(a.max(), b.max())
        p = np.histogram(a, 30, (low, high))[0] / len(a)
        q = np.histogram(b, 30, (low, high))[0] / len(b)
        both = p + q > 0
        unit_a, unit_b = (a - low) / (high - low), (b - low) / (high - low)
        result[name] = {
            "a": a,
            "b": b,
            "euclidean": distance.euclidean(a, b),
            "manhattan": distance.cityblock(a, b),
            "chebyshev": distance.chebyshev(a, b),
            "cosine": distance.cosine(a, b),
            "pearson": stats.pearsonr(a, b)[0],
            "spearman": stats.spearmanr(a, b)[0],
            "kolmogorov_smirnov": stats.ks_2samp(a, b).statistic,
            "kl": scipy.special.rel_entr(p, q + 1e-10).sum(),
            "js": distance.jensenshannon(p, q) ** 2,
            "chi_square": 0.5 * ((p - q)[both] ** 2 / (p + q)[both]).sum(),
            "wasserstein": stats.wasserstein_distance(a, b),
            "ssim": structural_similarity(
                unit_a,
                unit_b,
                data_range=1.0,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
            ),
        }
    a, b = np.round(rng.normal(size=23), 2), np.round(rng.normal(size=57), 2)
    unequal = {
        "a": a,
        "b": b,
        "kolmogorov_smirnov": stats.ks_2samp(a, b).statistic,
        "wasserstein": stats.wasserstein_distance(a, b),
    }
    return {"pairs": result, "unequal_lengths": unequal}


def distributions():
    probabilities = [1e-300, 1e-12, 1e-5, 0.01, 0.1, 0.35, 0.5, 0.75, 0.9, 0.975, 0.999, 1 - 1e-9, 1 - 2**-50]
    degrees = [1, 2, 3, 4, 5, 8, 30, 181, 999, 20000]
    xs = [1e-8, 0.01, 0.5, 1.0, 3.3, 10.0, 50.0, 181.0, 400.0]
    return {
        "probabilities": probabilities,
        "normal_quantile": stats.norm.ppf(probabilities),
        "degrees": degrees,
        "chi_square_quantile": [
            # The upper tail by its survival function, which keeps the digits of 1 - p.
            [stats.chi2.ppf(p, k) if p < 0.5 else stats.chi2.isf(1 - p, k) for p in probabilities]
            for k in degrees
        ],
        "xs": xs,
        "chi_square_cdf": [stats.chi2.cdf(xs, k) for k in degrees],
    }


def shrinkage():
    result = {}
    for name, (n, p) in {"wide_15x40": (15, 40), "long_50x3": (50, 3)}.items():
        mixing = rng.normal(size=(p, p))
        data = np.round(rng.normal(size=(n, p)) @ mixing + 3, 4)
        lw, oas = LedoitWolf().fit(data), OAS().fit(data)
        covariance = np.cov(data.T)
        values, vectors = np.linalg.eigh(covariance)
        result[name] = {
            "data": data,
            "covariance_sample": covariance,
            "ledoit_wolf": {"shrinkage": lw.shrinkage_, "covariance": lw.covariance_},
            "oas": {"shrinkage": oas.shrinkage_, "covariance": oas.covariance_},
            "mahalanobis_oas": np.sqrt(oas.mahalanobis(data)),
            "log_determinant_oas": np.linalg.slogdet(oas.covariance_)[1],
            "eigenvalues_floored_at_0_01_of_largest": (
                vectors * np.maximum(values, 0.01 * values.max()) @ vectors.T
            ),
            "eigenvalues_floored_at_0_3_of_mean": (
                vectors * np.maximum(values, 0.3 * values.mean()) @ vectors.T
            ),
        }
    return result


def minimum_covariance_determinant():
    data = np.round(rng.normal(size=(700, 3)) @ rng.normal(size=(3, 3)), 3)
    data[::5] = np.round(rng.normal(size=(140, 3)) * 0.5 + [12, -9, 15], 3)
    # Many restarts: the search has to be no worse than the best of them.
    fits = [MinCovDet(support_fraction=0.75, random_state=seed).fit(data) for seed in range(20)]
    best = min(fits, key=lambda fit: np.linalg.slogdet(fit.raw_covariance_)[1])
    return {
        "data": data,
        "raw_log_determinant": np.linalg.slogdet(best.raw_covariance_)[1],
        "raw_location": best.raw_location_,
        "location": best.location_,
        "covariance": best.covariance_,
        "outliers": np.flatnonzero(best.dist_ > stats.chi2.ppf(0.975, 3)),
    }


def plain(value):
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)


golden = {
    "versions": {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-image": skimage.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "sample": sample_statistics(),
    "vectors": vector_pairs(),
    "distributions": distributions(),
    "shrinkage": shrinkage(),
    "mcd_700x3": minimum_covariance_determinant(),
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, default=plain, separators=(",", ":")) + "\n")
