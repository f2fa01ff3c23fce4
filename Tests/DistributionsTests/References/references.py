"""Reference values of information curves, by other means than tinyscore's. Writes ReferenceValues.swift.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath==1.4.1 numpy==2.4.6
    /tmp/venv/bin/python Tests/DistributionsTests/References/references.py

Each row: sigma, C = E tr Cov(y|x)/sigma^2, H[y|x], variance of h(x), variance of -log p(y|x); nats.
"""
import pathlib

import mpmath as mp
import numpy as np

mp.mp.dps = 30


def line(positions, weights, sigma):
    """Points on a line: mpmath's adaptive Gauss-Legendre between all points and crossings."""
    t = [mp.mpf(p) for p in positions]
    w = [mp.mpf(v) for v in weights]
    sigma = mp.mpf(sigma)

    def moments(x):
        e = [v * mp.exp(-((x - p) / sigma) ** 2 / 2) for v, p in zip(w, t)]
        density = mp.fsum(e)
        q = [v / density for v in e]
        mean = mp.fsum(a * p for a, p in zip(q, t))
        var = mp.fsum(a * (p - mean) ** 2 for a, p in zip(q, t)) / sigma**2
        logs = [mp.log(a) if a > 0 else mp.mpf(0) for a in q]
        h = -mp.fsum(a * b for a, b in zip(q, logs))
        s = mp.fsum(a * b * b for a, b in zip(q, logs))
        density /= sigma * mp.sqrt(2 * mp.pi)
        return density * var, density * h, density * h * h, density * s

    # Panels shorter than the width sigma^2/distance of a crossing.
    low, high = min(t) - 14 * sigma, max(t) + 14 * sigma
    extent = max(t) - min(t)
    width = min(sigma, 4 * sigma**2 / extent)
    n = int(mp.ceil((high - low) / width))
    edges = [low + (high - low) * k / n for k in range(n + 1)]
    nodes, gauss = gauss_legendre(20)
    sums = [mp.mpf(0)] * 4
    for a, b in zip(edges, edges[1:]):
        for node, weight in zip(nodes, gauss):
            value = moments((a + b) / 2 + (b - a) / 2 * node)
            for k in range(4):
                sums[k] += (b - a) / 2 * weight * value[k]
    return finish(sums)


def finish(sums):
    c, h, h2, s = sums
    return c, h, h2 - h * h, s - h * h


def gauss_legendre(n):
    """Nodes and weights to 30 digits: numpy's nodes polished by Newton's iteration."""
    nodes, weights = [], []
    for guess in np.polynomial.legendre.leggauss(n)[0]:
        x = mp.mpf(float(guess))
        for _ in range(3):
            derivative = n * (x * mp.legendre(n, x) - mp.legendre(n - 1, x)) / (x * x - 1)
            x -= mp.legendre(n, x) / derivative
        derivative = n * (x * mp.legendre(n, x) - mp.legendre(n - 1, x)) / (x * x - 1)
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * derivative**2))
    return nodes, weights


def plane(points, weights, sigma, step=0.06, reach=11.0):
    """Points in the plane: log-sum-exp on a fine grid, Simpson's rule along both axes."""
    y = np.asarray(points) / sigma
    low, high = y.min(0) - reach, y.max(0) + reach
    n = [2 * int(np.ceil((b - a) / step / 2)) + 1 for a, b in zip(low, high)]
    axes = [np.linspace(a, b, k) for a, b, k in zip(low, high, n)]
    rules = []
    for axis in axes:
        simpson = np.ones(len(axis))
        simpson[1:-1:2], simpson[2:-1:2] = 4, 2
        rules.append(simpson * (axis[1] - axis[0]) / 3)
    sums = np.zeros(4)
    logw = np.log(weights)
    for v, rule in zip(axes[1], rules[1]):
        u = axes[0]
        a = logw - ((u[:, None] - y[:, 0]) ** 2 + (v - y[:, 1]) ** 2) / 2
        top = a.max(1, keepdims=True)
        logp = top[:, 0] + np.log(np.exp(a - top).sum(1))
        logq = a - logp[:, None]
        q = np.exp(logq)
        mean = q @ y
        var = sum((q * (y[:, i] - mean[:, i : i + 1]) ** 2).sum(1) for i in range(2))
        h, s = -(q * logq).sum(1), (q * logq**2).sum(1)
        mass = np.exp(logp) / (2 * np.pi) * rules[0] * rule
        sums += [(mass * f).sum() for f in (var, h, h * h, s)]
    return finish(sums)


def simplex(count, sigma):
    """`count` points at orthogonal unit vectors: C and H as one-dimensional integrals.

    With a_1 = 1/s^2 + z_1/s, a_j = z_j/s and S = sum exp(a), H = E log S - E a_1 and
    C = (1 - E sum_j exp(2 a_j)/S^2)/s^2; log S = int (exp(-t) - exp(-t S)) dt/t and
    1/S^2 = int t exp(-t S) dt make the expectations products over the points.
    """
    z = np.arange(-13, 13, 0.01)
    normal = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * 0.01
    shift = 1 / sigma**2
    u = np.arange(-40 - 13 / sigma - shift, 6 + 13 / sigma, 0.005)

    def phi(u, power):
        exponent = u[:, None] + z / sigma  # log(t exp(a))
        return (np.exp(power * exponent - np.exp(np.minimum(exponent, 700))) * normal).sum(1)

    p, ps = phi(u, 0), phi(u + shift, 0)
    q, qs = phi(u, 2), phi(u + shift, 2)
    du = u[1] - u[0]
    log_s = ((np.exp(-np.exp(u)) - ps * p ** (count - 1)) * du).sum()
    squares = ((qs * p ** (count - 1) + (count - 1) * q * ps * p ** (count - 2)) * du).sum()
    return (1 - squares) / sigma**2, log_s - shift


def swift(name, doc, rows):
    lines = [f"  /// {doc}", f"  static let {name}: [[Double]] = ["]
    for row in rows:
        lines.append("    [" + ", ".join(mp.nstr(mp.mpf(v), 17) for v in row) + "],")
    return "\n".join(lines + ["  ]"])


def main():
    two = [(s, *line([-1, 1], [0.5, 0.5], s)) for s in ("0.15", "0.3", "0.5", "0.8", "1", "2", "10", "100")]
    # |(1,2,3) - (1.5,1,4)| = 1.5 and the third point is three such steps further.
    third = [(s, *line([0, 1.5, 6], [0.5, 0.3, 0.2], s)) for s in ("0.2", "0.5", "1", "3", "20")]
    angle = 2 * np.pi * np.arange(8) / 8
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    ring = [(s, *plane(circle, np.full(8, 1 / 8), s)) for s in (0.08, 0.15, 0.3, 0.6, 1.2, 5)]
    for s in (0.08, 0.3):
        coarse, fine = plane(circle, np.full(8, 1 / 8), s), plane(circle, np.full(8, 1 / 8), s, 0.04)
        print("ring: change on refinement", np.abs(np.subtract(coarse, fine)).max())
    # Six vertices span five dimensions.
    six = [(s, *simplex(6, s)) for s in (0.12, 0.16, 0.2, 0.3, 0.5, 1, 5)]
    print("simplex: dH/dln s - C", [
        (simplex(6, s * 1.001)[1] - simplex(6, s / 1.001)[1]) / (2 * np.log(1.001)) - simplex(6, s)[0]
        for s in (0.2, 0.5, 5)])
    text = "\n\n".join([
        swift("twoPoints", "Points -1 and 1 of equal weight.", two),
        swift("unequalLine", "Points 0, 1.5 and 6 on a line, of weights 0.5, 0.3 and 0.2.", third),
        swift("ring", "Eight points on the unit circle.", ring),
        swift("simplex", "Six points at unit vectors at right angles: σ, C and H.", six)])
    path = pathlib.Path(__file__).with_name("ReferenceValues.swift")
    path.write_text(
        "// swift-format-ignore-file\n// Written by references.py beside this file.\n\n"
        "/// Rows of σ, C, H, the variance of h and that of the surprisal, to 1e-12 or better.\nenum ReferenceValues {\n" + text + "\n}\n")


main()
