"""Writes operators.json and ssim.json: figures of OpenCV, SciPy and scikit-image on small seeded images.

Run: python make_golden.py    (versions used are written into the files)
"""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import scipy
import scipy.ndimage as ndi
import skimage
from skimage.filters import apply_hysteresis_threshold
from skimage.metrics import structural_similarity

HERE = Path(__file__).parent
VERSIONS = {
    "numpy": np.__version__,
    "opencv": cv2.__version__,
    "scipy": scipy.__version__,
    "skimage": skimage.__version__,
}


def noise(seed, width, height):
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def blobs(seed, width, height):
    smooth = ndi.gaussian_filter(np.random.default_rng(seed).normal(size=(height, width)), 2.0)
    return np.clip(128 + 400 * smooth, 0, 255).astype(np.uint8)


def rings(width, height):
    y, x = np.mgrid[:height, :width]
    r = np.hypot(x - 0.47 * width, y - 0.55 * height)
    return np.clip(120 + 90 * np.sin(r / 1.7) + 30 * (r < 8), 0, 255).astype(np.uint8)


IMAGES = {
    "noise_17x13": noise(1, 17, 13),
    "blobs_31x24": blobs(2, 31, 24),
    "rings_32x25": rings(32, 25),
    "row_13x1": noise(3, 13, 1),
    "column_1x12": noise(4, 1, 12),
    "pixel_1x1": noise(5, 1, 1),
    "thin_2x7": noise(6, 2, 7),
    "flat_6x5": np.full((5, 6), 77, np.uint8),
    "two_levels_9x8": (blobs(7, 9, 8) > 128).astype(np.uint8) * 40 + 90,
}


def values(array):
    array = np.asarray(array)
    if array.dtype.kind == "f":
        return [round(float(v), 7) for v in array.ravel()]
    return [int(v) for v in array.ravel()]


def component_figures(mask, connectivity):
    structure = np.ones((3, 3)) if connectivity == 8 else None
    labels, count = ndi.label(mask, structure)
    _, stats_labels, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    figures, outlines, circles = [], [], []
    for label in range(1, count + 1):  # SciPy labels in raster order
        y, x = np.argwhere(labels == label)[0]
        left, top, width, height, area = stats[stats_labels[y, x]]
        cx, cy = centroids[stats_labels[y, x]]
        if connectivity == 8:
            part = (labels == label).astype(np.uint8)
            (outline,), _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            outlines.append(sorted({(int(x), int(y)) for x, y in outline[:, 0]}))
            (cx_circle, cy_circle), radius = cv2.minEnclosingCircle(outline)
            circles.append([round(v, 4) for v in (cx_circle, cy_circle, radius)])
        figures.append([*(int(v) for v in (area, left, top, width, height)), float(cx), float(cy)])
    return {"labels": values(labels), "figures": figures, "outlines": outlines, "circles": circles}


def operators(image):
    height, width = image.shape
    grey = image.astype(np.float64)
    mask = (image > 128).astype(np.uint8)
    gaussian_size = 2 * math.ceil(4 * 1.7) + 1
    small = cv2.pyrDown(grey)
    otsu, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    element = lambda shape, w, h: cv2.getStructuringElement(shape, (w, h))
    morphology = {}
    for name, e in {
        "ellipse_3": element(cv2.MORPH_ELLIPSE, 3, 3),
        "ellipse_7": element(cv2.MORPH_ELLIPSE, 7, 7),
        "ellipse_11": element(cv2.MORPH_ELLIPSE, 11, 11),
        "rectangle_5x3": element(cv2.MORPH_RECT, 5, 3),
    }.items():
        morphology[name] = {
            "erode": values(cv2.erode(image, e)),
            "dilate": values(cv2.dilate(image, e)),
            "white_top_hat": values(cv2.morphologyEx(image, cv2.MORPH_TOPHAT, e)),
            "black_top_hat": values(cv2.morphologyEx(image, cv2.MORPH_BLACKHAT, e)),
        }
    return {
        "width": width,
        "height": height,
        "pixels": values(image),
        "binomial_3x3": values(cv2.GaussianBlur(image, (3, 3), 0)),
        "gaussian_1.7": values(
            cv2.GaussianBlur(grey, (gaussian_size, gaussian_size), 1.7, borderType=cv2.BORDER_REFLECT_101)
        ),
        "sobel_dx": values(cv2.Sobel(image, cv2.CV_16S, 1, 0)),
        "sobel_dy": values(cv2.Sobel(image, cv2.CV_16S, 0, 1)),
        "laplacian_4": values(cv2.Laplacian(image, cv2.CV_16S, ksize=1)),
        "canny_50_150": values(cv2.Canny(image, 50, 150, apertureSize=3, L2gradient=False)),
        "canny_200_600": values(cv2.Canny(image, 200, 600, apertureSize=3, L2gradient=False)),
        "pyramid_reduce": values(small),
        "pyramid_expand": values(cv2.pyrUp(small, dstsize=(width, height))),
        "otsu": int(otsu),
        "percentiles": {str(q): float(np.percentile(image, 100 * q)) for q in (0, 0.1, 0.25, 0.5, 0.9, 1)},
        "hysteresis_100_200": values(
            np.where(apply_hysteresis_threshold(grey, 100, 200), 255, 0).astype(np.uint8)
        ),
        "components_4": component_figures(mask, 4),
        "components_8": component_figures(mask, 8),
        "morphology": morphology,
        "samples": [
            [x, y, round(float(ndi.map_coordinates(grey, [[y], [x]], order=1)[0]), 7)]
            for x, y in np.random.default_rng(12).random((20, 2)).round(3) * [width - 1, height - 1]
        ],
    }


def gaussian_moments(a, b):
    mean = lambda image: ndi.gaussian_filter(image, 1.5, radius=5, mode="mirror")
    ma, mb = mean(a), mean(b)
    return ma, mb, mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb


def ssim_terms(a, b):
    """Wang et al. 2004, written out; the map is compared with scikit-image's below."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb, va, vb, cov = gaussian_moments(a.astype(float), b.astype(float))
    deviations = np.sqrt(np.maximum(va, 0) * np.maximum(vb, 0))
    luminance = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)
    contrast = (2 * deviations + c2) / (va + vb + c2)
    structure = (cov + c2 / 2) / (deviations + c2 / 2)
    return luminance, contrast, structure


def interior(array):
    return array[5:-5, 5:-5]


def multi_scale(a, b):
    """Wang et al. 2003 with scales that hold an 11 x 11 window."""
    weights = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    means = []
    a, b = a.astype(float), b.astype(float)
    while len(means) < 5 and min(a.shape) >= 11:
        luminance, contrast, structure = ssim_terms(a, b)
        means.append((interior(contrast * structure).mean(), interior(luminance * contrast * structure).mean()))
        halve = lambda p: (
            lambda q: (q[::2, ::2] + q[1::2, ::2] + q[::2, 1::2] + q[1::2, 1::2]) / 4
        )(np.pad(p, ((0, p.shape[0] % 2), (0, p.shape[1] % 2)), mode="edge"))
        a, b = halve(a), halve(b)
    weights = weights[: len(means)] / weights[: len(means)].sum()
    factors = [cs for cs, _ in means[:-1]] + [means[-1][1]]
    return float(np.prod(np.maximum(factors, 0) ** weights)), len(means)


def ssim_case(a, b):
    luminance, contrast, structure = ssim_terms(a, b)
    mean, full = structural_similarity(
        a, b, win_size=11, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, full=True
    )
    assert np.abs(interior(full - luminance * contrast * structure)).max() < 1e-12
    multi, scales = multi_scale(a, b)
    picked = [(x, y) for y in range(0, a.shape[0], 7) for x in range(0, a.shape[1], 7)]
    return {
        "width": a.shape[1],
        "height": a.shape[0],
        "a": values(a),
        "b": values(b),
        "mean": float(mean),
        "multi_scale": multi,
        "scales": scales,
        "samples": [
            [x, y, *(float(t[y, x]) for t in (luminance, contrast, structure))] for x, y in picked
        ],
    }


def write(name, content):
    def lines(node, indent=""):
        if isinstance(node, dict):
            inner = ",\n".join(f'{indent} "{k}": {lines(v, indent + " ")}' for k, v in node.items())
            return "{\n" + inner + "\n" + indent + "}"
        return json.dumps(node, separators=(",", ":"))

    (HERE / name).write_text(lines(content) + "\n")


ellipses = {
    str(n): values(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (n, n)).sum(axis=1)) for n in range(1, 64, 2)
}
write(
    "operators.json",
    {
        "versions": VERSIONS,
        "ellipse_row_widths": ellipses,
        "images": {name: operators(image) for name, image in IMAGES.items()},
    },
)
ring, blob = rings(48, 47), blobs(8, 48, 47)
shaken = np.clip(ring + np.random.default_rng(9).normal(0, 12, ring.shape), 0, 255).astype(np.uint8)
write(
    "ssim.json",
    {
        "versions": VERSIONS,
        "pairs": {
            "ring_shaken": ssim_case(ring, shaken),
            "ring_blob": ssim_case(ring, blob),
            "small": ssim_case(blobs(10, 14, 12), noise(11, 14, 12)),
            "inverse": ssim_case(ring, 255 - ring),
        },
    },
)
