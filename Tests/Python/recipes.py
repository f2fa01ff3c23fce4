"""Runs the programs of the README that need PyTorch, diffusers and k-diffusion.

    python recipes.py TINYSCORE README.md

in a new folder; `make test-recipes` makes the environment for it.
"""

import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import numpy as np

import readme

PROGRAM, README = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])


def tinyscore(*words):
    """Runs the program, which must succeed."""
    subprocess.run([PROGRAM, *map(str, words)], check=True, timeout=60)


def provide_k_diffusion():
    """Makes `k_diffusion.sampling` importable without what the package imports to train on images."""
    package = types.ModuleType("k_diffusion")
    package.__path__ = importlib.util.find_spec("k_diffusion").submodule_search_locations
    sys.modules["k_diffusion"] = package
    absent = ["torchvision", "torchvision.transforms", "torchvision.transforms.functional"]
    for name in absent:
        sys.modules[name] = types.ModuleType(name)
    sys.modules[absent[1]].functional = sys.modules[absent[2]]
    importlib.import_module("k_diffusion.sampling")
    for name in absent:
        del sys.modules[name]


def check_score(load_score):
    """The README's score agrees with `tinyscore score` to 1e-5 of its largest element."""
    import torch

    score = load_score("checkpoints/example.safetensors")
    random = np.random.default_rng(0)
    for sigma in np.geomspace(0.12, 14, 7):
        x = random.standard_normal((33, 2)) * np.hypot(sigma, 1)
        np.save("x.npy", x)
        tinyscore("score", "checkpoints/example.safetensors", "--points", "x.npy", "--sigma", sigma,
                  "--output", "s.npy")
        expected = np.load("s.npy")
        found = score(torch.tensor(x, dtype=torch.float32), sigma).numpy()
        assert found.shape == x.shape
        error = np.abs(found - expected).max() / np.abs(expected).max()
        assert error <= 1e-5, (sigma, error)


def check_axes(names):
    """The diffusers scheduler keeps our levels, and its axes are ours by the README's formulas."""
    scheduler, sigmas = names["scheduler"], names["sigmas"].numpy()
    np.testing.assert_allclose(scheduler.sigmas.numpy(), sigmas, rtol=1e-6)
    products = scheduler.alphas_cumprod.numpy()
    own = np.sqrt((1 - products) / products)
    np.testing.assert_allclose(1 / (1 + own**2), products, rtol=1e-5)
    np.testing.assert_allclose(-2 * np.log(own), np.log(products / (1 - products)), rtol=1e-4, atol=1e-4)


def main():
    os.chdir(tempfile.mkdtemp())
    readme.copy_example(README)
    tinyscore("schedule", "checkpoints/example.safetensors", "--steps", 18, "--append-zero", "--output",
              "levels.json")
    provide_k_diffusion()
    names = {}
    for block in readme.blocks(README, torch=True):
        exec(block, names)
    check_score(names["load_score"])
    readme.check_samples(names["samples"])
    readme.check_samples(names["x"])
    check_axes(names)
    print("ok")


main()
