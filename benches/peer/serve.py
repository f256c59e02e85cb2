"""The peer's side of `cargo xtask bench-peers`: one command a line, one answer a line.

    image FILE     reads a grey image
    model FOLDER SIZE
                   the planes of the model of the inspections from now on
    face FILE      reads a face to inspect
    run STAGE      milliseconds of one run of it
    peak           largest resident memory of this process so far, KiB
    about          versions and threads, as JSON
"""

import json
import platform
import sys
import time

import cv2
import numpy
import scipy
import skimage
from threadpoolctl import threadpool_info

import features
import inspection
import kernels

cv2.setNumThreads(1)


def about():
    pools = [
        {key: pool.get(key) for key in ("internal_api", "num_threads", "architecture")}
        for pool in threadpool_info()]
    versions = {m.__name__: m.__version__ for m in (cv2, numpy, scipy, skimage)}
    versions["python"] = platform.python_version()
    return json.dumps({"versions": versions, "cv2_threads": cv2.getNumThreads(), "pools": pools})


def stages(grey):
    smooth = features.smooth(grey)
    calls = {f"kernel/{name}": call for name, call in kernels.kernels(grey).items()}
    for name, family in features.FAMILIES.items():
        calls[f"features/{name}"] = lambda family=family: family(smooth)
    calls["features"] = lambda: features.extract(grey)
    for name, family in features.PLAIN.items():
        calls[f"plain/{name}"] = lambda family=family: family(smooth)
    calls["plain"] = lambda: features.reference.features(grey)
    return calls


def inspections(grey, model):
    plain = features.reference.features
    whole = model.resized(grey.shape)
    return {
        "inspection": lambda: inspection.inspect(grey, model),
        "plain/inspection": lambda: inspection.inspect(grey, model, plain),
        "whole/inspection": lambda: inspection.inspect(grey, whole, plain),
    }


def peak():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM"))


def main():
    calls, model = {}, None
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "image":
            calls = stages(cv2.imread(argument, cv2.IMREAD_GRAYSCALE))
            answer = "ok"
        elif command == "model":
            folder, size = argument.rsplit(" ", 1)
            planes = (numpy.load(f"{folder}/{name}_{size}.npy")
                      for name in ("archetype", "variation"))
            model = inspection.Model(*planes)
            answer = "ok"
        elif command == "face":
            calls = inspections(cv2.imread(argument, cv2.IMREAD_GRAYSCALE), model)
            answer = "ok"
        elif command == "run":
            start = time.perf_counter()
            calls[argument]()
            answer = f"{1e3 * (time.perf_counter() - start):.4f}"
        elif command == "peak":
            answer = peak()
        else:
            answer = about()
        print(answer, flush=True)


if __name__ == "__main__":
    main()
