"""Compares the exact curves of every kind of law with references computed by other means: the README's table.

usage: exact_laws.py TINYSCORE        (make laws)

Exits 1 if an error exceeds what the documentation comments in Sources/Distributions/*+Curve.swift state for C
(H and the variances are held to the same), or, by Monte Carlo, 4.5 of the standard errors reported.
"""

import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).parents[2]
tool = sys.argv[1]
QUANTITIES = ["entropyRate", "conditionalEntropy", "posteriorEntropyVariance", "surprisalVariance"]


def evaluate(law, *options):
    """The levels with their exact points, and the entropy under the curve."""
    result = json.loads(subprocess.run([tool, "evaluate", law, "--quiet", "--json", "-", *map(str, options)],
                                       check=True, capture_output=True).stdout)
    return result["levels"], result["summary"]["entropy"]["exact"]


def listed(sigmas):
    return "--sigmas", ",".join(repr(float(s)) for s in sigmas)


def references(file):
    """The tables of a Swift file that References/*.py wrote: rows of σ, C, H, Var h, Var S as far as known."""
    text = (ROOT / "Tests/DistributionsTests/References" / file).read_text().replace(".nan", "None")
    return {name: ast.literal_eval(rows) for name, rows in
            re.findall(r"static let (\w+): \[\[Double\]\] = (\[.*?\n  \])", text, re.DOTALL)}


# MARK: laws and their references

points, laws = references("ReferenceValues.swift"), references("LawReferences.swift")
random = np.random.default_rng(1)
Q = np.linalg.qr(random.normal(size=(16, 16)))[0]  # rotated axes
Q3 = np.linalg.qr(random.normal(size=(3, 3)))[0]


def point_law(y, weights=None):
    return {"distribution": "points", "points": np.array(y, float).tolist()} | ({"weights": weights} if weights else {})


def mixture_law(w, m, c):
    return {"distribution": "gaussian-mixture", "components": [
        {"weight": a, "mean": np.array(b, float).tolist(), "covariance": np.array(d, float).tolist()}
        for a, b, d in zip(w, m, c)]}


def curve_law(shape, scale=1, noise=0):
    return {"distribution": "curve", "shape": shape, "scale": scale, "noise": noise}


def gaussian(eigenvalues):
    """A Gaussian along rotated axes and, by matrix inverses instead of eigenvalues, its curve."""
    D = len(eigenvalues)
    axes = np.linalg.qr(random.normal(size=(D, D)))[0]
    S = (axes * eigenvalues) @ axes.T
    S = (S + S.T) / 2
    rows = []
    for s in (0.05, 0.2, 1, 5, 30):  # at σ² near the rounding of S its inverse would err
        P = s * s * np.linalg.solve(S + s * s * np.eye(D), S)  # Cov(y|x)
        full = min(eigenvalues) > 0
        H = np.linalg.slogdet(2 * np.pi * np.e * P)[1] / 2 if full else None
        rows.append([s, np.trace(P) / s**2, H, 0, D / 2 if full else None])
    return {"distribution": "gaussian", "mean": np.arange(D).tolist(), "covariance": S.tolist()}, rows


def sphere(D):
    return [row[1:] for row in laws["sphereRates"] if row[0] == D]


angle = np.arange(8) * np.pi / 4
# As in References/laws.py; FLAT is a disc, a line and a point.
PLANE = dict(w=[0.5, 0.3, 0.2], m=[[0, 0], [3, 1], [-1, 2]],
             c=[[[1, 0.3], [0.3, 0.5]], [[0.2, 0], [0, 0.2]], [[2, -0.9], [-0.9, 0.6]]])
FLAT = dict(w=[0.5, 0.25, 0.25], m=[[0, 0], [2, 0], [-2, 1]],
            c=[[[0.3, 0], [0, 0.3]], [[0.36, 0.48], [0.48, 0.64]], [[0, 0], [0, 0]]])
# PLANE with an independent normal third coordinate of variance 0.7, rotated: the curves add.
SPACE = dict(w=PLANE["w"], m=[Q3 @ [*m, 1] for m in PLANE["m"]],
             c=[Q3 @ np.block([[np.array(c), np.zeros((2, 1))], [np.zeros((1, 2)), 0.7]]) @ Q3.T for c in PLANE["c"]])
SPACE_ROWS = [[row[0], *np.add(row[1:], [0.7 / (0.7 + row[0] ** 2), np.log(
    2 * np.pi * np.e * 0.7 * row[0] ** 2 / (0.7 + row[0] ** 2)) / 2, 0, 0.5][:len(row) - 1])]
    for row in laws["planeRates"]]

# Law, dimension, method, stated error of C (0: that of rounding; None: standard errors), JSON, reference.
ON_LINE, IN_PLANE, SAMPLED = "quadrature on a line", "quadrature in the plane", "Monte Carlo"
ROWS = [
    ("two points", 1, ON_LINE, 1e-11, point_law([[-1], [1]]), points["twoPoints"]),
    ("two points", 16, ON_LINE, 1e-11, point_law([1 - Q[0], 1 + Q[0]]), points["twoPoints"]),
    ("three points on a line, unequal", 3, ON_LINE, 1e-11,
     point_law([[1, 2, 3], [1.5, 1, 4], [3, -2, 7]], [0.5, 0.3, 0.2]), points["unequalLine"]),
    ("ring of 8", 2, IN_PLANE, 1e-7, point_law(np.stack([np.cos(angle), np.sin(angle)], 1)), points["ring"]),
    # A product of three laws of two points.
    ("cube of 8 corners", 3, SAMPLED, None, point_law(2 * np.array(list(np.ndindex(2, 2, 2))) - 1),
     [[row[0], *(3 * np.array(row[1:]))] for row in points["twoPoints"]]),
    ("simplex of 6", 6, SAMPLED, None, point_law(np.eye(6)), points["simplex"]),
    ("Gaussian", 6, "closed form", 0, *gaussian([0.05, 0.2, 0.4, 1, 1.7, 3])),
    ("Gaussian on a subspace", 6, "closed form", 0, *gaussian([0.05, 0.4, 3, 0, 0, 0])),
    ("mixture of 2", 1, ON_LINE, 1e-8, mixture_law([0.3, 0.7], [[-1], [2]], [[[0.25]], [[1.44]]]), laws["lineRates"]),
    ("mixture of 3", 2, IN_PLANE, 1e-8, mixture_law(**PLANE), laws["planeRates"]),
    ("mixture of disc, line, point", 2, IN_PLANE, 1e-8, mixture_law(**FLAT), laws["flatRates"]),
    ("mixture of 3", 3, SAMPLED, None, mixture_law(**SPACE), SPACE_ROWS),
    *(("hypersphere", D, "quadrature along the radius", 1e-11 * D,
       {"distribution": "hypersphere", "dimension": D, "radius": 1}, sphere(D)) for D in (8, 10000)),
    ("box", 2, ON_LINE, 2e-11, {"distribution": "box", "lower": [0, -2], "upper": [1, 1]}, laws["boxRates"]),
    ("flat box", 3, ON_LINE, 2e-11, {"distribution": "box", "lower": [0, 5, -2], "upper": [1, 5, 1]},
     [[*row[:2], None, None, None] for row in laws["boxRates"]]),
    *((f"checkerboard of {n}", 2, IN_PLANE, 1e-9, {"distribution": "checkerboard", "cells": n, "width": width},
       laws[f"board{n}Rates"]) for n, width in ((4, 1), (3, 0.7))),
    ("circle", 2, IN_PLANE, 1e-7, curve_law("circle"), sphere(2)),
    ("swiss roll", 2, IN_PLANE, 1e-7, curve_law("swiss-roll"), laws["rollRates"]),
    ("two moons", 2, IN_PLANE, 1e-7, curve_law("two-moons", 2), laws["moonsRates"]),
    ("spiral", 2, IN_PLANE, 1e-7, curve_law("spiral"), laws["spiralRates"]),
    ("noisy moons", 2, IN_PLANE, 1e-7, curve_law("two-moons", 1, 0.1), laws["noisyMoonsRates"]),
]


# MARK: output

def number(v):
    return "–" if v is None else f"{v:.2g}".replace("e-0", "e-")


def checked(text, holds):
    """`text`, in bold where a check fails."""
    return text if holds else f"**{text}**"


def show(lines):
    """Prints a table and returns whether a check failed."""
    failed = False
    for line in lines:
        print(line, flush=True)
        failed |= "**" in line
    return failed


# MARK: comparison

def compare(levels, rows, stated):
    """The largest errors of C, H and the variances, and those in units of what is stated."""
    errors, shares = [[], [], []], [[0], [0], [0]]
    for level, row in zip(levels, rows):
        for i, (quantity, expected) in enumerate(zip(QUANTITIES, row[1:])):
            estimate, i = level["exact"][quantity], min(i, 2)
            if expected is None or estimate is None:
                # A variance may be left out, never one made up; H is there where it is finite.
                wrong = estimate is not None or (i == 1 and expected is not None)
                shares[i].append(np.inf if wrong else 0)
                continue
            errors[i].append(abs(estimate["value"] - expected))
            allowed = stated or 1e-12 * max(1, abs(expected))
            shares[i].append(errors[i][-1] / (estimate["standardError"] + 1e-12 if stated is None else allowed))
    return [max(e, default=None) for e in errors], [max(s) for s in shares]


def table(folder):
    yield "| law | D | method | stated error, C/D | measured: C/D | H | variances |"
    yield "|---|---|---|---|---|---|---|"
    for name, D, method, stated, law, rows in ROWS:
        path = pathlib.Path(folder, "law.json")
        path.write_text(json.dumps(law))
        levels, _ = evaluate(path, *listed(row[0] for row in rows))
        errors, shares = compare(levels, rows, stated)
        errors[0] /= D
        cells = [number(e) for e in errors]
        if stated is None:
            claim = f"± {number(max(level['exact']['entropyRate']['standardError'] for level in levels) / D)}"
            cells = [c if e is None else f"{c} ({s:.1f} s.e.)" for c, e, s in zip(cells, errors, shares)]
        else:
            claim = number(stated / D) if stated else "rounding"
        limit = 4.5 if stated is None else 1
        cells = [checked(c, s <= limit) for c, s in zip(cells, shares)]
        yield f"| {name} | {D} | {method} | {claim} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(show(table(folder)))
