"""Small seeded images for the feature figures: odd sizes, few grey levels, low rank, saturation.

    python make_images.py images
"""

import pathlib
import sys

import cv2
import numpy as np


def images():
    rng = np.random.default_rng(181)
    sizes = (1, 1), (1, 7), (40, 1), (2, 2), (3, 5), (7, 7), (12, 13), (300, 10), (11, 90)
    for width, height in sizes:
        yield f"random_{width}x{height}", rng.integers(0, 256, (height, width))
    y, x = np.mgrid[:60, :77]
    radius = np.hypot(x - 31.3, y - 27.8)
    yield "binary_77x60", 255 * rng.integers(0, 2, (60, 77))
    yield "specks_77x60", 255 * (rng.random((60, 77)) > 0.97)
    yield "saturated_77x60", rng.normal(250, 30, (60, 77))
    yield "dark_77x60", rng.normal(3, 4, (60, 77))
    yield "quiet_77x60", rng.normal(128, 0.7, (60, 77))
    yield "disc_77x60", np.where(radius < 20, 200, 60) + rng.normal(0, 3, (60, 77))
    yield "annulus_77x60", np.where((radius < 22) & (radius > 14), 220, 30)
    yield "columns_77x60", np.repeat(rng.integers(0, 256, (1, 77)), 60, axis=0)
    yield "rank_one_77x60", np.outer(rng.integers(0, 16, 60), rng.integers(0, 16, 77))
    yield "blocks_77x60", np.kron(rng.integers(0, 256, (6, 7)), np.ones((10, 11)))
    yield "white_9x4", np.full((4, 9), 255)
    yield "black_6x8", np.zeros((8, 6))


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, pixels in images():
        pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{name}.png"), pixels)


if __name__ == "__main__":
    main()
