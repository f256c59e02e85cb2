"""The operators of fiber-filters by OpenCV, as it has them."""

import cv2
import numpy as np

REFLECT = cv2.BORDER_REFLECT_101


def ssim(a, b):
    """Map and its three terms by composition of Gaussian blurs in single precision."""
    a, b = a.astype(np.float32), b.astype(np.float32)

    def blur(plane):
        return cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=REFLECT)

    c1, c2 = 2.55**2, 7.65**2
    mean_a, mean_b = blur(a), blur(b)
    mean_ab = mean_a * mean_b
    mean_aa, mean_bb = mean_a * mean_a, mean_b * mean_b
    variance_a = np.maximum(blur(a * a) - mean_aa, 0)
    variance_b = np.maximum(blur(b * b) - mean_bb, 0)
    covariance = blur(a * b) - mean_ab
    deviations = cv2.sqrt(variance_a * variance_b)
    luminance = (2 * mean_ab + c1) / (mean_aa + mean_bb + c1)
    spread = variance_a + variance_b + c2
    contrast = (2 * deviations + c2) / spread
    structure = (covariance + c2 / 2) / (deviations + c2 / 2)
    index = luminance * ((2 * covariance + c2) / spread)
    return index, luminance, contrast, structure, cv2.mean(index[5:-5, 5:-5])[0]


def kernels(grey):
    """Name of each operator and a call of it on this image; inputs are made ready beforehand."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0, borderType=REFLECT)
    f32, f64 = grey.astype(np.float32), grey.astype(np.float64)
    mask = np.where(grey > 130, np.uint8(255), np.uint8(0))
    height, width = grey.shape
    half = cv2.pyrDown(f64, borderType=REFLECT)
    x, y = np.meshgrid(np.arange(-7, 8, dtype=np.float32), np.arange(-7, 8, dtype=np.float32))
    spectral = np.cos(np.float32(0.3) * x * y) / (1 + x * x + y * y)
    calls = {
        "binomial 3x3": lambda: cv2.GaussianBlur(grey, (3, 3), 0, borderType=REFLECT),
        "Gaussian, sigma 3, f32":
            lambda: cv2.GaussianBlur(f32, (25, 25), 3, borderType=REFLECT),
        "kernel 15x15, f32": lambda: cv2.filter2D(f32, -1, spectral, borderType=REFLECT),
        "box mean 31x31, f32": lambda: cv2.blur(f32, (31, 31), borderType=REFLECT),
        "integral image": lambda: cv2.integral(grey),
        "Sobel, both": lambda: (
            cv2.Sobel(grey, cv2.CV_16S, 1, 0, ksize=3, borderType=REFLECT),
            cv2.Sobel(grey, cv2.CV_16S, 0, 1, ksize=3, borderType=REFLECT)),
        "Laplacian": lambda: cv2.Laplacian(grey, cv2.CV_16S, ksize=1, borderType=REFLECT),
        "Canny": lambda: cv2.Canny(grey, 50, 150),
        "Canny, many edges": lambda: cv2.Canny(grey, 10, 30),
        "components": lambda: cv2.connectedComponentsWithStats(mask, connectivity=8),
        "outer contours": lambda: cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE),
        "histogram": lambda: cv2.calcHist([grey], [0], None, [256], [0, 256]),
        "pyramid down, f64": lambda: cv2.pyrDown(f64, borderType=REFLECT),
        "pyramid up, f64": lambda: cv2.pyrUp(half, dstsize=(width, height)),
        "SSIM": lambda: ssim(grey, smooth),
    }
    for size in (3, 5, 11, 31):
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        calls[f"dilate, disc {size}"] = lambda disc=disc: cv2.dilate(grey, disc)
        calls[f"top-hat, disc {size}"] = (
            lambda disc=disc: cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, disc))
    for size in (5, 31):
        square = np.ones((size, size), np.uint8)
        calls[f"erode, square {size}"] = lambda square=square: cv2.erode(grey, square)
    return calls
