"""Holds the exact entropy rates C of shipped data sets against entropies, of which they are the derivative.

usage: entropy_integrals.py TINYSCORE        (make laws)

Over all noise levels C integrates to the entropy of the points' weights (to 1e-4 nats, by Monte Carlo to 4
standard errors); between two levels to the difference of H[y|x] (to the stated error, by Monte Carlo to 4.5
standard errors). Exits 1 if it does not.
"""

import json
import re
import sys

import numpy as np

from exact_laws import ROOT, checked, evaluate, listed, number, show

# Data set and stated error as in exact_laws.py (0: rounding; None: standard errors).
SHIPPED = [("two-points", 1e-11), ("unequal-two-points", 1e-11), ("ring-8", 1e-7), ("hierarchy", 1e-7),
           ("simplex-16", None), ("digits", None), ("gaussian-16", 0), ("grid-25", 1e-8), ("checkerboard", 1e-9)]


def weighted_points(name):
    """Points and weights of a data set that has finitely many."""
    path = ROOT / "datasets" / (name + ".npy")
    if path.exists():
        y = np.load(path).astype(float)
        return y, np.full(len(y), 1 / len(y))
    law = json.loads(re.sub(r"^//.*", "", path.with_suffix(".json").read_text(), flags=re.MULTILINE))
    y = np.array(law.get("points", []))
    return y, np.array(law.get("weights", np.full(len(y), 1 / max(1, len(y)))))


def total(name, path, stated):
    """The entropy of the weights and the error of that under the curve, at 400 levels from where no points mix."""
    y, w = weighted_points(name)
    if len(y) == 0:
        return "– | –"
    distances = ((y**2).sum(1)[:, None] + (y**2).sum(1) - 2 * y @ y.T)[np.triu_indices(len(y), 1)]
    spread = np.sqrt(w @ ((y - w @ y) ** 2).sum(1))
    sigmas = np.geomspace(np.sqrt(distances.min()) / 20, 1000 * spread, 400)
    _, area = evaluate(path, "--samples", 2048, *listed(sigmas))
    entropy = -w @ np.log(w)
    error = abs(area["value"] - entropy)
    if stated is not None:
        return f"{entropy:.5f} | " + checked(number(error), error <= 1e-4)
    deviation = error / area["standardError"]
    return f"{entropy:.5f} | " + checked(f"{number(error)} ({deviation:.1f} s.e.)", deviation <= 4)


def difference(path, stated):
    """The largest `|ΔH − ∫ C d ln σ|` over 16 parts of the range, by Gauss and Legendre's rule with 10 nodes."""
    ends = [level["sigma"] for level in evaluate(path, "--levels", 2, "--samples", 2048)[0]]
    edges = np.linspace(*np.log(ends), 17)
    nodes, rule = np.polynomial.legendre.leggauss(10)
    half = (edges[1] - edges[0]) / 2
    inner = (edges[:-1, None] + half + half * nodes).ravel()
    levels, _ = evaluate(path, "--samples", 2048, *listed(np.exp([*edges, *inner])))
    exact = {level["sigma"]: level["exact"] for level in levels}
    H, C = ([exact[s][q] for s in sorted(exact)] for q in ("conditionalEntropy", "entropyRate"))
    errors, shares = [], []
    for k in range(16):
        low, high = H[11 * k], H[11 * k + 11]
        rates = C[11 * k + 1:11 * k + 11]
        errors.append(abs(high["value"] - low["value"] - half * rule @ [c["value"] for c in rates]))
        if stated is None:
            allowed = np.linalg.norm([low["standardError"], high["standardError"],
                                      *(half * rule * [c["standardError"] for c in rates])]) + 1e-12
        else:
            allowed = (2 + 2 * half) * (stated or 1e-12 * max(1, abs(low["value"]), abs(high["value"])))
        shares.append(errors[-1] / allowed)
    if stated is None:
        return checked(f"{number(max(errors))} ({max(shares):.1f} s.e.)", max(shares) <= 4.5)
    return checked(number(max(errors)), max(shares) <= 1)


def table():
    yield "| data set | entropy of the weights | error of ∫ C d ln σ | error of ΔH |"
    yield "|---|---|---|---|"
    for name, stated in SHIPPED:
        path = next((ROOT / "datasets").glob(name + ".[jn]*"))
        yield f"| {name} | {total(name, path, stated)} | {difference(path, stated)} |"


sys.exit(show(table()))
