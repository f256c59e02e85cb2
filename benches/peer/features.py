"""The families of the feature schema as an OpenCV and NumPy programmer writes them for speed.

The formulas are those of crates/fiber-features/tests/golden/make_features.py, which is written for
clarity; what is slow there and has a faster library call or a vectorised form is written anew here.
"""

import pathlib
import sys

import cv2
import numpy as np
from skimage.filters import rank

GOLDEN = pathlib.Path(__file__).parents[2] / "crates/fiber-features/tests/golden"
sys.path.insert(0, str(GOLDEN))

import make_features as reference  # noqa: E402


def smooth(grey):
    return cv2.GaussianBlur(grey, (3, 3), 0, borderType=cv2.BORDER_REFLECT_101)


def histogram(codes, size):
    """Counts of 8-bit codes."""
    return cv2.calcHist([codes], [0], None, [size], [0, size]).ravel().astype(np.float64)


def statistical(g):
    counts = np.bincount(g.ravel(), minlength=256)
    v = np.arange(256.0)
    n = counts.sum()
    mean = (counts * v).sum() / n
    variance = (counts * (v - mean) ** 2).sum() / n
    std = np.sqrt(variance)
    z = (v - mean) / std if std > 0 else np.zeros_like(v)
    p10, p25, p50, p75, p90 = np.percentile(g, [10, 25, 50, 75, 90])
    present = np.flatnonzero(counts)
    low, high = float(present[0]), float(present[-1])
    return {
        "stat_mean": mean,
        "stat_std": std,
        "stat_variance": variance,
        "stat_skew": (counts * z**3).sum() / n,
        "stat_kurtosis": (counts * z**4).sum() / n - 3 if std > 0 else 0,
        "stat_min": low,
        "stat_max": high,
        "stat_range": high - low,
        "stat_median": p50,
        "stat_mad": np.median(np.abs(g.astype(np.float32) - np.float32(p50))),
        "stat_iqr": p75 - p25,
        "stat_entropy": reference.bits(counts),
        "stat_energy": (counts * v**2).sum(),
        "stat_p10": p10,
        "stat_p25": p25,
        "stat_p50": p50,
        "stat_p75": p75,
        "stat_p90": p90,
    }


def singular_values(g):
    """Roots of the eigenvalues of the smaller Gram matrix; faster than the decomposition of g itself."""
    f = g.astype(np.float64)
    gram = f @ f.T if f.shape[0] <= f.shape[1] else f.T @ f
    eigenvalues = np.linalg.eigvalsh(gram)[::-1]
    noise = eigenvalues[0] * np.finfo(float).eps * eigenvalues.size
    return np.sqrt(np.where(eigenvalues > noise, eigenvalues, 0))


def norms(g):
    return reference.norms(g, singular_values(g))


def svd(g):
    return reference.svd(singular_values(g))


def lbp(g):
    out = {}
    h, w = g.shape
    padded = np.pad(g, 5, mode="wrap")
    at_least = np.empty(g.shape, np.bool_)
    code = np.zeros(g.shape, np.uint8)
    inner = 0
    for r in (1, 2, 3, 5):
        # A larger square carries on from the counts of the smaller one.
        for dy in range(-r, r + 1):
            for dx in range(-r, r + 1):
                if max(abs(dy), abs(dx)) > inner:
                    there = padded[5 + dy : 5 + dy + h, 5 + dx : 5 + dx + w]
                    np.greater_equal(there, g, out=at_least)
                    np.add(code, at_least.view(np.uint8), out=code)
        inner = r
        counts = histogram(code, 128)
        n, k = counts.sum(), np.arange(128.0)
        mean = (counts * k).sum() / n
        out[f"lbp_r{r}_mean"] = mean
        out[f"lbp_r{r}_std"] = np.sqrt((counts * (k - mean) ** 2).sum() / n)
        out[f"lbp_r{r}_entropy"] = reference.bits(counts)
        out[f"lbp_r{r}_energy"] = (counts * k**2).sum() / n
    return out


def glcm(g):
    q = g >> 5
    h, w = q.shape
    i, j = np.indices((8, 8))
    contrast, homogeneity = (i - j) ** 2, 1 / (1 + (i - j) ** 2)
    out = {}
    for d in (1, 2, 3):
        for angle, (dy, dx) in {0: (0, d), 45: (-d, d), 90: (-d, 0), 135: (-d, -d)}.items():
            y0, y1, x0, x1 = max(0, -dy), min(h, h - dy), max(0, -dx), min(w, w - dx)
            key = f"glcm_d{d}_a{angle}"
            if y1 <= y0 or x1 <= x0:
                out |= {key + "_contrast": 0, key + "_energy": 1, key + "_homogeneity": 1}
                continue
            here, there = q[y0:y1, x0:x1], q[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
            counts = histogram((here << 3) | there, 64).reshape(8, 8)
            p = (counts + counts.T) / (2 * counts.sum())
            out[key + "_contrast"] = (p * contrast).sum()
            out[key + "_energy"] = np.sqrt((p**2).sum())
            out[key + "_homogeneity"] = (p * homogeneity).sum()
    return out


def fourier(g):
    h, w = g.shape
    half = np.fft.rfft2(g.astype(np.float64))
    # The columns that stand for their mirror image too.
    weight = np.full(half.shape[1], 2.0)
    weight[0] = 1
    if w % 2 == 0:
        weight[-1] = 1
    magnitude = np.abs(half)
    power = magnitude**2
    n = g.size
    mean = (magnitude * weight).sum() / n
    total = (power * weight).sum()
    kept = magnitude > 1e-9 * magnitude.max()
    weights = np.broadcast_to(weight, half.shape)[kept]
    phase = np.angle(half[kept])
    count = weights.sum()
    own = (weights == 1) | (np.abs(phase) == np.pi)
    mean_phase = (phase * weights)[own].sum() / count if count else 0
    squares = (phase**2 * weights).sum() / count if count else 0
    y = np.minimum(np.arange(h), h - np.arange(h))[:, None]
    k = np.hypot(y, np.arange(half.shape[1])[None, :]).astype(np.intp)
    ks = np.arange(1, min(h // 2, w // 2))
    flat = np.broadcast_to(weight, half.shape).ravel()
    area = np.bincount(k.ravel(), flat)
    rings = np.bincount(k.ravel(), (power * weight).ravel())
    profile = rings[ks] / area[ks]
    sum_ = profile.sum()
    centroid = (ks * profile).sum() / sum_ if sum_ > 0 else 0
    return {
        "fft_mean_magnitude": mean,
        "fft_std_magnitude": np.sqrt(max(total / n - mean**2, 0)),
        "fft_max_magnitude": magnitude.max(),
        "fft_total_power": total,
        "fft_dc_component": magnitude[0, 0],
        "fft_mean_phase": mean_phase,
        "fft_std_phase": np.sqrt(max(squares - mean_phase**2, 0)),
        "fft_spectral_centroid": centroid,
        "fft_spectral_spread":
            np.sqrt(((ks - centroid) ** 2 * profile).sum() / sum_) if sum_ > 0 else 0,
    }


def multi_scale(g):
    levels = [g.astype(np.float64)]
    for _ in range(3):
        levels.append(cv2.pyrDown(levels[-1], borderType=cv2.BORDER_REFLECT_101))
    out = {}

    def mean_std_energy(plane):
        mean, std = (float(v.item()) for v in cv2.meanStdDev(plane))
        return mean, std, cv2.norm(plane, cv2.NORM_L2SQR)

    for i, level in enumerate(levels):
        mean, std, energy = mean_std_energy(level)
        out |= {f"pyramid_l{i}_mean": mean, f"pyramid_l{i}_std": std, f"pyramid_l{i}_energy": energy}
    for i in (1, 2, 3):
        fine = levels[i - 1]
        detail = cv2.subtract(fine, cv2.pyrUp(levels[i], dstsize=fine.shape[::-1]))
        _, std, energy = mean_std_energy(detail)
        out[f"pyramid_detail_l{i}_energy"] = energy
        out[f"pyramid_detail_l{i}_mean"] = cv2.norm(detail, cv2.NORM_L1) / detail.size
        out[f"pyramid_detail_l{i}_std"] = std
    for i in (0, 1):
        laplacian = cv2.Laplacian(levels[i], cv2.CV_64F, ksize=1, borderType=cv2.BORDER_REFLECT_101)
        out[f"laplacian_l{i}_energy"] = cv2.norm(laplacian, cv2.NORM_L2SQR)
        out[f"laplacian_l{i}_mean"] = cv2.norm(laplacian, cv2.NORM_L1) / laplacian.size
    return out


def morphology(g):
    out = {}
    for n in (3, 5, 7, 11):
        element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (n, n))
        for key, op in (("wth", cv2.MORPH_TOPHAT), ("bth", cv2.MORPH_BLACKHAT)):
            hat = cv2.morphologyEx(g, op, element)
            total = cv2.sumElems(hat)[0]
            out[f"morph_{key}_{n}_mean"] = total / hat.size
            out[f"morph_{key}_{n}_max"] = cv2.minMaxLoc(hat)[1]
            out[f"morph_{key}_{n}_sum"] = total
    _, binary = cv2.threshold(g, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    low, high, _, _ = cv2.minMaxLoc(g)
    if low == high:
        binary[:] = 0
    square = np.ones((5, 5), np.uint8)
    area, eroded, dilated = (
        cv2.countNonZero(b) for b in (binary, cv2.erode(binary, square), cv2.dilate(binary, square)))
    out["morph_binary_area_ratio"] = area / g.size
    out["morph_gradient_area"] = dilated - eroded
    out["morph_erosion_ratio"] = eroded / area if area else 0
    out["morph_dilation_ratio"] = dilated / area if area else 0
    return out


def shape(g):
    return reference.shape(g)


def entropy(g):
    counts = np.bincount(g.ravel(), minlength=256)
    p = counts / g.size
    local = rank.entropy(g >> 3, np.ones((9, 9), np.uint8))
    return {
        "entropy_shannon": reference.bits(counts),
        "entropy_renyi": -np.log2((p**2).sum()),
        "entropy_tsallis": 1 - (p**2).sum(),
        "entropy_local_mean": local.mean(),
        "entropy_local_std": local.std(),
        "entropy_local_max": local.max(),
        "entropy_local_min": local.min(),
    }


def gradient(g):
    dx = cv2.Sobel(g, cv2.CV_64F, 1, 0, ksize=3, borderType=cv2.BORDER_REFLECT_101)
    dy = cv2.Sobel(g, cv2.CV_64F, 0, 1, ksize=3, borderType=cv2.BORDER_REFLECT_101)
    magnitude = cv2.magnitude(dx, dy)
    # cv2.phase is good to 0.3 degrees only.
    orientation = np.arctan2(dy, dx)
    laplacian = cv2.Laplacian(g, cv2.CV_16S, ksize=1, borderType=cv2.BORDER_REFLECT_101)
    absolute = cv2.norm(laplacian, cv2.NORM_L1)
    edges = cv2.countNonZero(cv2.Canny(g, 50, 150))
    m_mean, m_std = (float(v.item()) for v in cv2.meanStdDev(magnitude))
    o_mean, o_std = (float(v.item()) for v in cv2.meanStdDev(orientation))
    return {
        "gradient_magnitude_mean": m_mean,
        "gradient_magnitude_std": m_std,
        "gradient_magnitude_max": cv2.minMaxLoc(magnitude)[1],
        "gradient_magnitude_sum": cv2.sumElems(magnitude)[0],
        "gradient_orientation_mean": o_mean,
        "gradient_orientation_std": o_std,
        "laplacian_mean": absolute / g.size,
        "laplacian_std": float(cv2.meanStdDev(laplacian)[1].item()),
        "laplacian_sum": absolute,
        "edge_density": edges / g.size,
        "edge_count": edges,
    }


def topology(g):
    b0, b1 = [], []
    for t in np.percentile(g, np.linspace(5, 95, 20)):
        upper = (g >= t).astype(np.uint8)
        b0.append(cv2.connectedComponents(upper, connectivity=8)[0] - 1)
        # Holes: parts of the background but the one that reaches around the image.
        around = cv2.copyMakeBorder(1 - upper, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
        b1.append(cv2.connectedComponents(around, connectivity=4)[0] - 2)
    out = {}
    for key, curve, unit in (("b0", b0, "components"), ("b1", b1, "holes")):
        steps = np.abs(np.diff(curve))
        out[f"topo_{key}_max_{unit}"] = max(curve)
        out[f"topo_{key}_mean_{unit}"] = np.mean(curve)
        out[f"topo_{key}_persistence_sum"] = steps.sum()
        out[f"topo_{key}_persistence_max"] = steps.max()
    return out


FAMILIES = {
    "entropy": entropy,
    "fourier": fourier,
    "glcm": glcm,
    "gradient": gradient,
    "lbp": lbp,
    "morphology": morphology,
    "multi_scale": multi_scale,
    "norm": norms,
    "shape": shape,
    "statistical": statistical,
    "svd": svd,
    "topology": topology,
}


def plain_singular_values(g):
    return np.linalg.svd(g.astype(np.float64), compute_uv=False)


# The same families by plain library calls.
PLAIN = {
    "entropy": reference.entropy,
    "fourier": reference.fourier,
    "glcm": reference.glcm,
    "gradient": reference.gradient,
    "lbp": reference.lbp,
    "morphology": reference.morphology,
    "multi_scale": reference.multiscale,
    "norm": lambda g: reference.norms(g, plain_singular_values(g)),
    "shape": reference.shape,
    "statistical": reference.statistical,
    "svd": lambda g: reference.svd(plain_singular_values(g)),
    "topology": reference.topology,
}


def extract(grey):
    """All 181 features; the singular values are computed once."""
    g = smooth(grey)
    s = singular_values(g)
    out = reference.norms(g, s) | reference.svd(s)
    for name, family in FAMILIES.items():
        if name not in ("norm", "svd"):
            out |= family(g)
    assert len(out) == 181
    return {name: float(out[name]) for name in sorted(out)}


if __name__ == "__main__":
    # Agreement with the reference: the largest relative difference of any feature of each image.
    for path in sys.argv[1:]:
        image = reference.luma(path)
        fast, clear = extract(image), reference.features(image)
        worst = max(clear, key=lambda k: abs(fast[k] - clear[k]) / max(abs(clear[k]), 1e-9))
        print(pathlib.Path(path).name, worst, clear[worst], fast[worst])
