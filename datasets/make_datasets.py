"""Makes the generated data sets of this folder; run by hand: python make_datasets.py

Needs numpy and scikit-learn (which carries the digits). The random rotation of gaussian-16 comes
from numpy's PCG64 with seed 16.
"""

import json
import pathlib

import numpy as np
from sklearn.datasets import load_digits

HERE = pathlib.Path(__file__).parent


def rows(matrix):
    return "[\n" + ",\n".join("    " + json.dumps([float(x) for x in row]) for row in matrix) + "\n  ]"


def write(name, comment, description, body):
    text = f"// {comment}\n{{\n  \"description\": {json.dumps(description)},\n{body}\n}}\n"
    (HERE / f"{name}.json").write_text(text)


def ring(k):
    angle = 2 * np.pi * np.arange(k) / k
    return np.round(np.stack([np.cos(angle), np.sin(angle)], 1), 16) + 0.0


def simplex(k):
    corners = np.eye(k) - 1.0 / k
    return corners / np.linalg.norm(corners, axis=1, keepdims=True)


def rotated_gaussian(dimension, smallest, largest):
    q, r = np.linalg.qr(np.random.default_rng(16).standard_normal((dimension, dimension)))
    q *= np.sign(np.diag(r))
    covariance = q @ np.diag(np.geomspace(smallest, largest, dimension)) @ q.T
    return (covariance + covariance.T) / 2


write("two-points", "Two points at distance 2: one decision, worth ln 2 nats.",
      "two equally likely points, +1 and -1, in one dimension",
      '  "distribution": "points",\n  "points": [[1], [-1]]')
write("ring-8", "Eight points on the unit circle: ln 8 nats, decided in stages.",
      "eight equally likely points on the unit circle",
      f'  "distribution": "points",\n  "points": {rows(ring(8))}')
write("simplex-16", "Sixteen points at equal distances from each other: ln 16 nats, decided at once.",
      "the sixteen corners of a regular simplex with circumradius 1",
      f'  "distribution": "points",\n  "points": {rows(simplex(16))}')
write("gaussian-16", "A Gaussian whose directions freeze one after the other as the noise falls.",
      "a Gaussian in 16 dimensions, eigenvalues of the covariance log-spaced from 0.05 to 3, axes rotated",
      f'  "distribution": "gaussian",\n  "mean": {json.dumps([0.0] * 16)},\n'
      f'  "covariance": {rows(rotated_gaussian(16, 0.05, 3))}')
write("subspace-4-in-16", "Data on a flat subspace: the entropy rate reads its dimension at small noise.",
      "a four-dimensional isotropic Gaussian in 16 dimensions",
      '  "distribution": "gaussian",\n  "dimension": 16,\n  "standardDeviation": 1,\n  "subspaceDimension": 4')
write("unequal-two-points", "Two points of unequal weight: instead of a pitchfork the fixed points part at a fold.",
      "two points, +1 and -1, of probability 0.8 and 0.2",
      '  "distribution": "points",\n  "points": [[1], [-1]],\n  "weights": [0.8, 0.2]')
write("hierarchy", "Three binary decisions at well separated noise levels: x = ±4, then y = ±1, then x ± 0.25.",
      "eight points in the plane that branch at sigma near 4, 1 and 0.25",
      f'  "distribution": "points",\n  "points": {rows([[x + u, y] for x in (-4, 4) for y in (-1, 1) for u in (-0.25, 0.25)])}')
write("grid-25", "Twenty-five narrow Gaussians: first which one, then where in it.",
      "25 equally likely Gaussians of standard deviation 0.1 on a 5 by 5 grid of spacing 1",
      '  "distribution": "gaussian-mixture",\n  "components": [\n' + ",\n".join(
          f'    {{"weight": 0.04, "mean": [{x}, {y}], "standardDeviation": 0.1}}'
          for x in range(-2, 3) for y in range(-2, 3)) + "\n  ]")
write("overlapping-gaussians", "Five wide Gaussians that run into each other: no noise level at which one is chosen.",
      "five overlapping Gaussians along a bent line in the plane, standard deviation 0.7",
      '  "distribution": "gaussian-mixture",\n  "components": [\n' + ",\n".join(
          f'    {{"weight": {w}, "mean": [{x}, {abs(x) / 2}], "standardDeviation": 0.7}}'
          for x, w in zip(range(-2, 3), (0.1, 0.25, 0.3, 0.15, 0.2))) + "\n  ]")
write("sphere-8", "A sphere in eight dimensions: at small noise the entropy rate reads 7.",
      "the unit sphere in 8 dimensions, uniform",
      '  "distribution": "hypersphere",\n  "dimension": 8,\n  "radius": 1')
write("checkerboard", "A checkerboard: sharp edges, so that the limit 2 is approached but linearly in sigma.",
      "uniform on the eight squares of one colour of a 4 by 4 board of side 4",
      '  "distribution": "checkerboard",\n  "cells": 4,\n  "width": 1')
for name, comment, text in [
    ("circle", "A circle: at small noise the entropy rate reads 1.", "the unit circle, uniform"),
    ("two-moons", "Two half circles that reach into each other.", "two interleaved half circles of radius 1"),
    ("swiss-roll", "One and a half turns of a spiral, denser inside.", "a spiral strip, t from 1.5 pi to 4.5 pi"),
    ("spiral", "Two arms that meet at the origin.", "two spiral arms of one and a half turns each")]:
    write(name, comment, text, f'  "distribution": "curve",\n  "shape": "{name}"')
np.save(HERE / "digits.npy", load_digits().data.astype(np.uint8))
