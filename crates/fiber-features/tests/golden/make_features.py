"""The 181 features of version 1 of the schema, by OpenCV, NumPy, SciPy and scikit-image.

The reference of the Rust extractor: one line per formula, library calls where a library has the
operator. Usage:

    python make_features.py IMAGE... > features.json
"""

import json
import pathlib
import sys

import cv2
import numpy as np
import scipy
import scipy.ndimage as ndimage
import skimage
from skimage.filters import rank

BORDER = cv2.BORDER_REFLECT_101


def luma(path):
    """The grey plane: as stored, or ITU-R BT.601 in 15-bit fixed point from colour."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image.ndim == 2:
        return image
    b, g, r = (image[..., i].astype(np.int64) for i in range(3))
    return ((9798 * r + 19235 * g + 3735 * b + 16384) >> 15).astype(np.uint8)


def smooth(grey):
    """The 3x3 binomial in integers, rounded half up, mirrored border."""
    kernel = np.outer([1, 2, 1], [1, 2, 1]).astype(np.float64)
    total = cv2.filter2D(grey.astype(np.float64), cv2.CV_64F, kernel, borderType=BORDER)
    return ((total.astype(np.int64) + 8) >> 4).astype(np.uint8)


def bits(counts):
    """Shannon entropy in bits of a histogram, empty bins dropped."""
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log2(p)).sum())


def statistical(g):
    v = g.ravel().astype(np.float64)
    mean, std = v.mean(), v.std()
    z = (v - mean) / std if std > 0 else np.zeros_like(v)
    p10, p25, p50, p75, p90 = np.percentile(v, [10, 25, 50, 75, 90])
    return {
        "stat_mean": mean,
        "stat_std": std,
        "stat_variance": v.var(),
        "stat_skew": (z**3).mean(),
        "stat_kurtosis": (z**4).mean() - 3 if std > 0 else 0,
        "stat_min": v.min(),
        "stat_max": v.max(),
        "stat_range": v.max() - v.min(),
        "stat_median": np.median(v),
        "stat_mad": np.median(np.abs(v - np.median(v))),
        "stat_iqr": p75 - p25,
        "stat_entropy": bits(np.bincount(g.ravel(), minlength=256)),
        "stat_energy": (v**2).sum(),
        "stat_p10": p10,
        "stat_p25": p25,
        "stat_p50": p50,
        "stat_p75": p75,
        "stat_p90": p90,
    }


def norms(g, s):
    f = g.astype(np.float64)
    return {
        "norm_frobenius": np.linalg.norm(f, "fro"),
        "norm_l1": f.sum(axis=0).max(),
        "norm_linf": f.sum(axis=1).max(),
        "norm_l2": s[0],
        "norm_nuclear": s.sum(),
        "norm_trace": np.trace(f),
    }


def lbp(g):
    out = {}
    for r in (1, 2, 3, 5):
        code = np.zeros(g.shape, np.int64)
        for dy in range(-r, r + 1):
            for dx in range(-r, r + 1):
                if (dy, dx) != (0, 0):
                    code += np.roll(g, (-dy, -dx), (0, 1)) >= g
        out[f"lbp_r{r}_mean"] = code.mean()
        out[f"lbp_r{r}_std"] = code.std()
        out[f"lbp_r{r}_entropy"] = bits(np.bincount(code.ravel()))
        out[f"lbp_r{r}_energy"] = (code.astype(np.float64) ** 2).mean()
    return out


def glcm(g):
    q = (g // 32).astype(np.int64)
    h, w = q.shape
    i, j = np.indices((8, 8))
    out = {}
    for d in (1, 2, 3):
        for angle, (dy, dx) in {0: (0, d), 45: (-d, d), 90: (-d, 0), 135: (-d, -d)}.items():
            y0, y1, x0, x1 = max(0, -dy), min(h, h - dy), max(0, -dx), min(w, w - dx)
            key = f"glcm_d{d}_a{angle}"
            if y1 <= y0 or x1 <= x0:
                p = None
            else:
                here, there = q[y0:y1, x0:x1], q[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
                counts = np.bincount((here * 8 + there).ravel(), minlength=64).reshape(8, 8)
                p = (counts + counts.T) / (2 * counts.sum())
            out[key + "_contrast"] = 0 if p is None else (p * (i - j) ** 2).sum()
            out[key + "_energy"] = 1 if p is None else np.sqrt((p**2).sum())
            out[key + "_homogeneity"] = 1 if p is None else (p / (1 + (i - j) ** 2)).sum()
    return out


def fourier(g):
    h, w = g.shape
    spectrum = np.fft.fftshift(np.fft.fft2(g.astype(np.float64)))
    magnitude = np.abs(spectrum)
    power = magnitude**2
    phase = np.angle(spectrum[magnitude > 1e-9 * magnitude.max()])
    y, x = np.indices(g.shape)
    k = np.hypot(y - h // 2, x - w // 2).astype(int)
    ks = np.arange(1, min(h // 2, w // 2))
    count = np.bincount(k.ravel())
    total = np.bincount(k.ravel(), power.ravel())
    profile = total[ks] / count[ks]
    weight = profile.sum()
    centroid = (ks * profile).sum() / weight if weight > 0 else 0
    spread = np.sqrt(((ks - centroid) ** 2 * profile).sum() / weight) if weight > 0 else 0
    return {
        "fft_mean_magnitude": magnitude.mean(),
        "fft_std_magnitude": magnitude.std(),
        "fft_max_magnitude": magnitude.max(),
        "fft_total_power": power.sum(),
        "fft_dc_component": magnitude[h // 2, w // 2],
        "fft_mean_phase": phase.mean() if phase.size else 0,
        "fft_std_phase": phase.std() if phase.size else 0,
        "fft_spectral_centroid": centroid,
        "fft_spectral_spread": spread,
    }


def multiscale(g):
    levels = [g.astype(np.float64)]
    for _ in range(3):
        levels.append(cv2.pyrDown(levels[-1], borderType=BORDER).reshape(
            (levels[-1].shape[0] + 1) // 2, (levels[-1].shape[1] + 1) // 2))
    out = {}
    for i, level in enumerate(levels):
        out[f"pyramid_l{i}_mean"] = level.mean()
        out[f"pyramid_l{i}_std"] = level.std()
        out[f"pyramid_l{i}_energy"] = (level**2).sum()
    for i in (1, 2, 3):
        fine = levels[i - 1]
        detail = fine - cv2.pyrUp(levels[i], dstsize=fine.shape[::-1]).reshape(fine.shape)
        out[f"pyramid_detail_l{i}_energy"] = (detail**2).sum()
        out[f"pyramid_detail_l{i}_mean"] = np.abs(detail).mean()
        out[f"pyramid_detail_l{i}_std"] = detail.std()
    for i in (0, 1):
        laplacian = cv2.Laplacian(levels[i], cv2.CV_64F, ksize=1, borderType=BORDER)
        out[f"laplacian_l{i}_energy"] = (laplacian**2).sum()
        out[f"laplacian_l{i}_mean"] = np.abs(laplacian).mean()
    return out


def morphology(g):
    out = {}
    for n in (3, 5, 7, 11):
        element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (n, n))
        for key, op in (("wth", cv2.MORPH_TOPHAT), ("bth", cv2.MORPH_BLACKHAT)):
            hat = cv2.morphologyEx(g, op, element)
            out[f"morph_{key}_{n}_mean"] = hat.mean()
            out[f"morph_{key}_{n}_max"] = hat.max()
            out[f"morph_{key}_{n}_sum"] = hat.sum(dtype=np.int64)
    threshold, _ = cv2.threshold(g, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    binary = ((g > threshold) & (g.min() < g.max())).astype(np.uint8)
    square = np.ones((5, 5), np.uint8)
    area, eroded, dilated = (
        int(b.sum()) for b in (binary, cv2.erode(binary, square), cv2.dilate(binary, square)))
    out["morph_binary_area_ratio"] = area / g.size
    out["morph_gradient_area"] = dilated - eroded
    out["morph_erosion_ratio"] = eroded / area if area else 0
    out["morph_dilation_ratio"] = dilated / area if area else 0
    return out


def shape(g):
    h, w = g.shape
    m = cv2.moments(g)
    hu = cv2.HuMoments(m).ravel()
    out = {
        f"shape_hu_{i + 1}": np.sign(v) * np.log10(1 + abs(v) / 1e-12) for i, v in enumerate(hu)}
    out["shape_centroid_x"] = m["m10"] / m["m00"] / w if m["m00"] else 0.5
    out["shape_centroid_y"] = m["m01"] / m["m00"] / h if m["m00"] else 0.5
    return out


def svd(s):
    names = ("largest", "top5_ratio", "top10_ratio", "entropy", "energy_ratio",
             "n_components_90", "n_components_95", "effective_rank")
    total = s.sum()
    if total == 0:
        return {f"svd_{name}": 0 for name in names}
    p = s / total
    kept = p[p > 1e-7]
    entropy = -(kept * np.log2(kept)).sum()
    cumulative = np.cumsum(p)
    values = (
        s[0],
        p[:5].sum(),
        p[:10].sum(),
        entropy,
        s[0] / max(s[1], 1e-6 * s[0]) if s.size > 1 else 1e6,
        np.searchsorted(cumulative, 0.90) + 1,
        np.searchsorted(cumulative, 0.95) + 1,
        2**entropy,
    )
    return {f"svd_{name}": value for name, value in zip(names, values)}


def entropy(g):
    p = np.bincount(g.ravel(), minlength=256) / g.size
    local = rank.entropy(g // 8, np.ones((9, 9), np.uint8))
    return {
        "entropy_shannon": bits(np.bincount(g.ravel(), minlength=256)),
        "entropy_renyi": -np.log2((p**2).sum()),
        "entropy_tsallis": 1 - (p**2).sum(),
        "entropy_local_mean": local.mean(),
        "entropy_local_std": local.std(),
        "entropy_local_max": local.max(),
        "entropy_local_min": local.min(),
    }


def gradient(g):
    dx = cv2.Sobel(g, cv2.CV_64F, 1, 0, ksize=3, borderType=BORDER)
    dy = cv2.Sobel(g, cv2.CV_64F, 0, 1, ksize=3, borderType=BORDER)
    magnitude, orientation = np.hypot(dx, dy), np.arctan2(dy, dx)
    laplacian = cv2.Laplacian(g, cv2.CV_64F, ksize=1, borderType=BORDER)
    edges = int((cv2.Canny(g, 50, 150) > 0).sum())
    return {
        "gradient_magnitude_mean": magnitude.mean(),
        "gradient_magnitude_std": magnitude.std(),
        "gradient_magnitude_max": magnitude.max(),
        "gradient_magnitude_sum": magnitude.sum(),
        "gradient_orientation_mean": orientation.mean(),
        "gradient_orientation_std": orientation.std(),
        "laplacian_mean": np.abs(laplacian).mean(),
        "laplacian_std": laplacian.std(),
        "laplacian_sum": np.abs(laplacian).sum(),
        "edge_density": edges / g.size,
        "edge_count": edges,
    }


def topology(g):
    eight = np.ones((3, 3))
    b0, b1 = [], []
    for t in np.percentile(g, np.linspace(5, 95, 20)):
        upper = g >= t
        components = ndimage.label(upper, eight)[1]
        b0.append(components)
        b1.append(components - skimage.measure.euler_number(upper, connectivity=2))
    out = {}
    for key, curve, unit in (("b0", b0, "components"), ("b1", b1, "holes")):
        steps = np.abs(np.diff(curve))
        out[f"topo_{key}_max_{unit}"] = max(curve)
        out[f"topo_{key}_mean_{unit}"] = np.mean(curve)
        out[f"topo_{key}_persistence_sum"] = steps.sum()
        out[f"topo_{key}_persistence_max"] = steps.max()
    return out


def features(grey):
    g = smooth(grey)
    s = np.linalg.svd(g.astype(np.float64), compute_uv=False)
    out = statistical(g) | norms(g, s) | lbp(g) | glcm(g) | fourier(g) | multiscale(g)
    out |= morphology(g) | shape(g) | svd(s) | entropy(g) | gradient(g) | topology(g)
    assert len(out) == 181
    return {name: float(out[name]) for name in sorted(out)}


def main():
    images = {pathlib.Path(path).name: features(luma(path)) for path in sys.argv[1:]}
    versions = {m.__name__: m.__version__ for m in (cv2, np, scipy, skimage)}
    json.dump({"versions": versions, "images": images}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
