"""A whole inspection as an OpenCV, NumPy and scikit-image programmer writes it for speed.

The stages of `Inspector::inspect` with a model: the fibre, the canonical view, its features and their
distance, SSIM on one and on several scales, the windows and the variation model, the
self-reference around the fibre, compact marks on four scales, lines in 104 directions of three lengths
and both polarities, and the measures of what is found. What takes no time worth naming is left
out: grading, twelve measures between feature vectors, merging of marks, the tracing of scratches.
"""

import cv2
import numpy as np
from skimage.filters import apply_hysteresis_threshold, rank

import features
import kernels

UM_PER_PX, SIDE, CLADDING_UM = 0.5, 520, 125.0
ANGLES = 720
REFLECT = cv2.BORDER_REFLECT_101
SIGMAS = (0.7, 1.4, 2.8, 5.6)
LINES = ((17, 16, 1.16, 6.1), (41, 32, 1.46, 5.65), (71, 56, 1.64, 5.45))


class Model:
    """What is learned of good faces, with the numbers that only its size matters for."""

    def __init__(self, archetype, variation):
        self.archetype, self.variation = archetype, variation
        self.precision = np.eye(181)
        self.mean = np.zeros(181)

    def resized(self, shape):
        """The same planes for faces that are compared as they are, without a canonical view."""
        return Model(*(cv2.resize(p, shape[::-1]) for p in (self.archetype, self.variation)))


def locate(grey):
    """Centre and radii of the cladding: a Hough circle, then an ellipse through the steepest steps."""
    factor = max(1, -(-max(grey.shape) // 600))
    small = cv2.resize(grey, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1)
    height = small.shape[0]
    found = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT, 1, 20, param1=60, param2=25,
        minRadius=height // 8, maxRadius=height // 2)
    x, y, r = found[0, 0] * factor if found is not None else np.float32(
        [grey.shape[1] / 2, grey.shape[0] / 2, grey.shape[0] / 4])
    patch = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1)
    reach = 1.2 * float(r)
    polar = cv2.warpPolar(
        patch, (int(4 * reach), ANGLES), (float(x), float(y)), reach,
        cv2.WARP_POLAR_LINEAR | cv2.WARP_FILL_OUTLIERS)
    steps = np.abs(cv2.Sobel(polar, cv2.CV_32F, 1, 0, ksize=3))
    near = int(0.85 / 1.2 * polar.shape[1])
    at = near + steps[:, near:-4].argmax(axis=1)
    radius, angle = (at + 0.5) / 4, 2 * np.pi * np.arange(ANGLES) / ANGLES
    rim = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1).astype(np.float32)
    centre, (width, height), _ = cv2.fitEllipseDirect(rim)
    return centre, ((width + height) / 4) if 0.8 < width / max(height, 1) < 1.25 else float(r)


def canonical(grey, centre, radius):
    scale = UM_PER_PX * 2 * radius / CLADDING_UM
    middle = (SIDE - 1) / 2
    matrix = np.float64([
        [scale, 0, centre[0] - scale * middle], [0, scale, centre[1] - scale * middle]])
    if scale > 1.25:
        grey = cv2.GaussianBlur(grey, (0, 0), 0.5 * np.sqrt(scale**2 - 1))
    return cv2.warpAffine(
        grey, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE)


def multi_scale_ssim(a, b):
    for _ in range(5):
        kernels.ssim(a, b)
        a, b = (cv2.resize(v, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for v in (a, b))


def local_map(view, model):
    """Windows of three sides, by integral images, and every pixel against its variation."""
    a, b = view.astype(np.float64), model.archetype.astype(np.float64)
    terms = [a, b, a * a, b * b, a * b, np.square(model.variation, dtype=np.float64)]
    tables = [cv2.integral(t, sdepth=cv2.CV_64F) for t in terms]
    combined = np.abs(a - b) / np.maximum(6, 4 * model.variation)
    combined = combined.astype(np.float32)
    for side in (16, 32, 64):
        half = side // 2

        def means(table):
            corner = table[: -side : half, : -side : half]
            ny, nx = corner.shape
            down, right = table[side::half, ::half][:ny, :nx], table[::half, side::half][:ny, :nx]
            return (table[side::half, side::half][:ny, :nx] - down - right + corner) / side**2

        ma, mb, aa, bb, ab, vv = (means(t) for t in tables)
        c2 = 7.65**2 + 9 * vv
        luminance = (2 * ma * mb + 2.55**2) / (ma * ma + mb * mb + 2.55**2)
        index = luminance * (2 * (ab - ma * mb) + c2) / (aa - ma * ma + bb - mb * mb + c2)
        difference = np.abs(ma - mb) / np.maximum(6, 4 * np.sqrt(vv))
        for score in (1 - index, difference):
            # A tile of half a side lies in four windows.
            padded = np.pad(score, 1, mode="edge")
            tiles = (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]) / 4
            spread = cv2.resize(
                tiles.astype(np.float32), view.shape[::-1], interpolation=cv2.INTER_NEAREST)
            combined = np.maximum(combined, spread)
    mask = (combined > 1).astype(np.uint8)
    return cv2.connectedComponentsWithStats(mask, connectivity=8)


class Rings:
    """Medians of magnitudes by ring, from histograms."""

    LEVELS = 256

    def __init__(self, radius, reach):
        self.inside = radius <= reach
        self.ring = radius.astype(np.intp)
        self.count = int(reach) + 2
        self.of_inside = self.ring[self.inside] * self.LEVELS

    def deviations(self, values):
        magnitudes = np.abs(values[self.inside])
        top = max(float(magnitudes.max()), 1e-6)
        levels = (magnitudes * ((self.LEVELS - 1) / top)).astype(np.intp)
        counts = np.bincount(self.of_inside + levels, minlength=self.count * self.LEVELS)
        counts = counts[: self.count * self.LEVELS].reshape(self.count, self.LEVELS).cumsum(axis=1)
        middle = (counts >= counts[:, -1:] / 2).argmax(axis=1)
        return ((middle + 0.5) * top / (self.LEVELS - 1) * 1.4826).astype(np.float32)

    def standardise(self, values, deviations):
        scale = deviations[np.minimum(self.ring, self.count - 1)]
        return np.where(self.inside, values / np.maximum(scale, 1e-3), 0)


def self_reference(grey, centre, radius):
    """Residual around the fibre against a running median over angle, twice, the second without marks."""
    reach = 2 * radius
    left, top = (int(max(0, c - reach)) for c in centre)
    part = grey[top : int(centre[1] + reach) + 2, left : int(centre[0] + reach) + 2]
    part = part.astype(np.float32)
    middle = (centre[0] - left, centre[1] - top)
    radii = int(reach) + 3
    polar = cv2.warpPolar(
        part, (radii, ANGLES), middle, radii,
        cv2.INTER_CUBIC | cv2.WARP_POLAR_LINEAR | cv2.WARP_FILL_OUTLIERS)
    levels = np.pad(np.clip(polar, 0, 255).astype(np.uint8), ((40, 40), (0, 0)), mode="wrap")
    window = np.ones((81, 1), np.uint8)
    first = rank.median(levels, window)
    off = np.abs(levels.astype(np.int16) - first)
    healthy = (off <= 3 * np.maximum(1, np.median(off, axis=0) * 1.4826)).astype(np.uint8)
    expected = rank.median(levels, window, mask=healthy)[40:-40].astype(np.float32)
    ys, xs = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
    r, angle = cv2.cartToPolar(xs - np.float32(middle[0]), ys - np.float32(middle[1]))
    turn = angle * np.float32(ANGLES / (2 * np.pi))
    expected = cv2.remap(expected, r, turn, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rings = Rings(r, reach)
    difference = np.where(rings.inside, part - expected, 0)
    return difference, rings.standardise(difference, rings.deviations(difference)), rings


def marks(response, low, high, reach):
    """Connected pixels above `low` with one above `high`, those that are high enough beside their peak."""
    halo = apply_hysteresis_threshold(response, low, high)
    levels = np.clip(response * 3, 0, 255).astype(np.uint8)
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    mask = (halo & (levels >= 0.5 * cv2.dilate(levels, element))).astype(np.uint8)
    cv2.connectedComponentsWithStats(halo.astype(np.uint8), connectivity=8)
    return mask, halo


def blobs(residual, rings):
    clipped = np.clip(residual, -40, 40).astype(np.float32)
    found, halo = np.zeros(residual.shape, np.uint8), np.zeros(residual.shape, bool)
    for sigma in SIGMAS:
        inner = cv2.GaussianBlur(clipped, (0, 0), sigma, borderType=REFLECT)
        outer = cv2.GaussianBlur(clipped, (0, 0), 3 * sigma, borderType=REFLECT)
        cv2.GaussianBlur(clipped, (0, 0), sigma / 2, borderType=REFLECT)
        band = inner - outer
        response = rings.standardise(band, rings.deviations(band))
        response[(inner * band <= 0) | (np.abs(inner) < 0.8 * np.abs(band))] = 0
        mask, more = marks(np.abs(response), 3.5, 8.0, max(6, int(2 * sigma) + 2))
        found |= mask
        halo |= more
    return found, halo


def line_sums(plane, length, degrees):
    """Sums along a direction: shear by whole pixels, running sums down the columns, shear back."""
    height, width = plane.shape
    slope = 1 / np.tan(np.radians(degrees))
    wide = width + int(abs(slope) * height) + 1
    shift = slope * height if slope > 0 else 0
    matrix = np.float64([[1, -slope, shift], [0, 1, 0]])
    sheared = cv2.warpAffine(plane, matrix, (wide, height), flags=cv2.INTER_NEAREST)
    down = max(1, int(round(length * np.sin(np.radians(degrees)))) | 1)
    sums = cv2.boxFilter(
        sheared, -1, (1, down), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return cv2.warpAffine(
        sums, matrix, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)


def lines(residual, rings, halo):
    closed = cv2.dilate(halo.astype(np.uint8), np.ones((5, 5), np.uint8))
    is_open = (rings.inside & (closed == 0)).astype(np.float32)
    flat = np.clip(residual, -8, 8).astype(np.float32)
    flat = np.clip(flat - cv2.GaussianBlur(flat, (0, 0), 4, borderType=REFLECT), -4, 4)
    flat = cv2.GaussianBlur(flat, (0, 0), 0.8, borderType=REFLECT) * is_open
    planes = ((flat, is_open), (cv2.transpose(flat), cv2.transpose(is_open)))
    found = np.zeros(residual.shape, np.uint8)
    for length, directions, white, high in LINES:
        bright = np.full(residual.shape, -np.inf, np.float32)
        dark = np.full(residual.shape, np.inf, np.float32)
        for degrees in 180 * np.arange(directions) / directions:
            steep = 45 < degrees < 135
            values, counts = planes[0 if steep else 1]
            turned = degrees if steep else (90 - degrees) % 180
            sums = line_sums(values, length, turned)
            sums /= cv2.sqrt(cv2.max(line_sums(counts, length, turned), 1))
            sums = sums if steep else cv2.transpose(sums)
            cv2.max(bright, sums, dst=bright)
            cv2.min(dark, sums, dst=dark)
        for response in (bright, -dark):
            scale = np.maximum(rings.deviations(response) / (1.4826 * white), 1)
            response = rings.standardise(response, scale) * is_open
            found |= marks(response, 0.69 * high, high, 4)[0]
    return found


def measures(found, difference):
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    out = []
    for label in range(1, count):
        x, y, width, height, area = stats[label]
        if area < 4:
            continue
        inside = (labels[y : y + height, x : x + width] == label).astype(np.uint8)
        points = cv2.findNonZero(inside)
        out.append((
            cv2.minEnclosingCircle(points), cv2.minAreaRect(points),
            cv2.mean(difference[y : y + height, x : x + width], inside)[0]))
    return out


def inspect(grey, model, extract=features.extract):
    """The view is the face itself where the model is of its size, else the canonical one."""
    centre, radius = locate(grey)
    whole = model.archetype.shape == grey.shape
    view = grey if whole else canonical(grey, centre, radius)
    values = np.fromiter(extract(view).values(), np.float64)
    off = values - model.mean
    distance = float(np.sqrt(off @ model.precision @ off))
    structure = kernels.ssim(view, model.archetype)
    multi_scale_ssim(view.astype(np.float32), model.archetype)
    regions = local_map(view, model)
    difference, residual, rings = self_reference(grey, centre, radius)
    found, halo = blobs(residual, rings)
    found |= lines(residual, rings, halo)
    return distance, structure[-1], regions[0], measures(found, difference.astype(np.float32))
