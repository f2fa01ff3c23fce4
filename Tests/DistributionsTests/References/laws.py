"""Reference values of continuous laws, by other means than tinyscore's. Writes LawReferences.swift.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 scipy==1.17.0
    /tmp/venv/bin/python Tests/DistributionsTests/References/laws.py

Densities: log p_sigma from its definition with 60 digits, its gradient and Laplacian by mpmath's
numerical differentiation (curves: sums over a million points instead). Rates: C = D + sigma^2 E div s by
quadrature of the density, H[y|x] = H[y] + H[z] - H[x] likewise; nan where not finite.
"""
import pathlib

import mpmath as mp
import numpy as np
from scipy import integrate, special

mp.mp.dps = 60
HERE = pathlib.Path(__file__)

# MARK: laws as in LawReferenceTests.swift

LINE = dict(w=[0.3, 0.7], m=[[-1], [2]], c=[[[0.25]], [[1.44]]])
PLANE = dict(
    w=[0.5, 0.3, 0.2], m=[[0, 0], [3, 1], [-1, 2]],
    c=[[[1, 0.3], [0.3, 0.5]], [[0.2, 0], [0, 0.2]], [[2, -0.9], [-0.9, 0.6]]])
# The second component is a line along (3, 4)/5, the third a point.
FLAT = dict(
    w=[0.5, 0.25, 0.25], m=[[0, 0], [2, 0], [-2, 1]],
    c=[[[0.3, 0], [0, 0.3]], [[0.36, 0.48], [0.48, 0.64]], [[0, 0], [0, 0]]])
SPACE = dict(
    w=[0.6, 0.4], m=[[1, 0, -1], [-1, 1, 0]],
    c=[[[1, 0.2, 0], [0.2, 0.6, 0.1], [0, 0.1, 0.4]], [[0.5, 0, 0], [0, 0.1, 0], [0, 0, 2]]])


def mixture(law):
    def log_density(x, s):
        total = mp.mpf(0)
        for w, m, c in zip(law["w"], law["m"], law["c"]):
            a = mp.matrix(c) + s * s * mp.eye(len(m))
            d = mp.matrix([xi - mi for xi, mi in zip(x, m)])
            q = (d.T * mp.lu_solve(a, d))[0]
            total += w * mp.exp(-q / 2) / mp.sqrt(mp.det(2 * mp.pi * a))
        return mp.log(total)
    return log_density


def derivatives(log_density, x, s):
    """log p, score and divergence."""
    x = [mp.mpf(v) for v in x]
    s = mp.mpf(s)
    row = [log_density(x, s)]
    divergence = mp.mpf(0)
    scores = []
    h = s * mp.mpf(10) ** -15
    for j in range(len(x)):
        def at(t):
            return log_density([v + (t if i == j else 0) for i, v in enumerate(x)], s)
        up, down = at(h), at(-h)
        scores.append((up - down) / (2 * h))
        divergence += (up - 2 * row[0] + down) / h**2
    return row + scores + [divergence]


def mixture_curve(law, s, n=1201):
    """C and H of a mixture on a line or in a plane by Simpson's rule on a fine grid."""
    m, c, w = (np.array(law[k], float) for k in "mcw")
    D = m.shape[1]

    def moments(s):
        spread = max(np.sqrt(np.diag(k) + s * s).max() for k in c)
        low, high = m.min(0) - 12 * spread, m.max(0) + 12 * spread
        axes = [np.linspace(a, b, n if D == 2 else 40001) for a, b in zip(low, high)]
        x = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, D)
        logs, scores, traces = [], [], []
        for wk, mk, ck in zip(w, m, c):
            a = np.linalg.inv(ck + s * s * np.eye(D))
            d = x - mk
            scores.append(-d @ a)
            logs.append(np.log(wk) + (d * scores[-1]).sum(1) / 2 + np.linalg.slogdet(a / (2 * np.pi))[1] / 2)
            traces.append(-np.trace(a))
        logs = np.array(logs)
        logp = special.logsumexp(logs, axis=0)
        p = np.exp(logs - logp)
        score = sum(pk[:, None] * sk for pk, sk in zip(p, scores))
        div = sum(pk * (t + ((sk - score) ** 2).sum(1)) for pk, sk, t in zip(p, scores, traces))
        shape = [len(a) for a in axes]

        def integral(f):
            f = f.reshape(shape)
            for a in reversed(axes):
                f = integrate.simpson(f, x=a, axis=-1)
            return f
        density = np.exp(logp)
        return integral(density * div), -integral(density * logp)

    div, hx = moments(s)
    H = np.nan
    if all(np.linalg.matrix_rank(k) == D for k in c):
        H = moments(0.0)[1] + D / 2 * np.log(2 * np.pi * np.e * s * s) - hx
    return D + s * s * div, H


def number(v):
    v = mp.mpf(v)
    return ".nan" if mp.isnan(v) else mp.nstr(v, 17)


def swift(name, doc, rows):
    lines = [f"  /// {doc}", f"  static let {name}: [[Double]] = ["]
    lines += ["    [" + ", ".join(number(v) for v in row) + "]," for row in rows]
    return "\n".join(lines + ["  ]"])


def densities(log_density, cases):
    return [[s, *x, *derivatives(log_density, x, s)] for s, x in cases]


def rates(curve, sigmas):
    return [[s, *curve(s)] for s in sigmas]


def mixtures():
    yield swift("line", "Mixture of two on a line.", densities(
        mixture(LINE), [(s, [x]) for s in (0.01, 0.5, 3) for x in (-1.5, 0.3, 40)]))
    yield swift("lineRates", "Its curve.", rates(lambda s: mixture_curve(LINE, s), (0.01, 0.1, 0.5, 1, 3, 30)))
    yield swift("plane", "Mixture of three in the plane.", densities(
        mixture(PLANE), [(s, x) for s in (0.01, 0.5, 3) for x in ([0.4, 0.2], [1.5, 1.1], [-30, 7])]))
    yield swift("planeRates", "Its curve.", rates(lambda s: mixture_curve(PLANE, s), (0.05, 0.2, 0.5, 1, 3, 20)))
    yield swift("flat", "A disc, a line and a point.", densities(
        mixture(FLAT), [(s, x) for s in (0.05, 0.5, 3) for x in ([0.4, 0.2], [2.3, 0.4], [-2, 1.1])]))
    yield swift("flatRates", "Its curve.", rates(lambda s: mixture_curve(FLAT, s), (0.1, 0.3, 1, 5)))
    yield swift("space", "Mixture of two in space.", densities(
        mixture(SPACE), [(s, x) for s in (0.01, 0.5, 3) for x in ([0.4, 0.2, 0], [-9, 30, 2])]))


def sphere_density(D, R, s):
    """log p at radius r, as a function of r."""
    nu = mp.mpf(D) / 2 - 1

    def log_density(r):
        k = R * r / s**2
        mean = mp.gamma(nu + 1) * (2 / k) ** nu * mp.besseli(nu, k) if k else mp.mpf(1)
        return mp.log(mean) - (r * r + R * R) / (2 * s * s) - mp.mpf(D) / 2 * mp.log(2 * mp.pi * s * s)
    return log_density


def sphere_row(D, R, s, r):
    s, r, R = mp.mpf(s), mp.mpf(r), mp.mpf(R)
    f = sphere_density(D, R, s)
    h = mp.mpf(10) ** -15 * s * min(1, s / R)
    up, middle, down = f(r + h), f(r), f(r - h)
    slope = (up - down) / (2 * h)
    return [D, s, r, middle, slope, (up - 2 * middle + down) / h**2 + (D - 1) * slope / r]


def sphere_rate(D, s):
    """C = E (1 - A^2)/s^2 for R = 1, by Gauss and Legendre's rule along the radius."""
    with mp.workdps(40):
        s = mp.mpf(s)
        nu = mp.mpf(D) / 2 - 1
        middle = mp.sqrt(1 + (D - 1) * s * s)
        low, high = max(mp.mpf(0), middle - 11 * s), middle + 11 * s
        nodes, weights = np.polynomial.legendre.leggauss(200)
        rows = []
        for node, weight in zip(nodes, weights):
            r = (low + high) / 2 + (high - low) / 2 * mp.mpf(node)
            k = r / s**2
            i = mp.besseli(nu, k)
            a = mp.besseli(nu + 1, k) / i
            log_mass = (D - 1) * mp.log(r) + mp.log(i) - nu * mp.log(k) - r * r / (2 * s * s)
            rows.append((log_mass, mp.mpf(weight), (1 - a * a) / s**2))
        top = max(row[0] for row in rows)
        mass = [w * mp.exp(m - top) for m, w, _ in rows]
        return mp.fsum(m * row[2] for m, row in zip(mass, rows)) / mp.fsum(mass)


def spheres():
    cases = []
    for D in (1, 2, 3, 8, 81, 10000):
        for s in (0.001, 0.05, 1, 1000):
            for r in (0.01, 1, 1.003, 30):
                cases.append(sphere_row(D, 1, s, r))
    yield swift("sphere", "Unit spheres: D, σ, r = ‖x‖, log p, d log p/dr, divergence.", cases)
    yield swift("sphereRates", "Their curves: D, σ, C.", [
        [D, s, sphere_rate(D, s)] for D in (2, 3, 8, 81, 10000)
        for s in (0.001, 0.02, 0.3, 1, 20, 1000)])


def main():
    text = "\n\n".join(part for law in LAWS for part in law())
    HERE.with_name("LawReferences.swift").write_text(
        "// swift-format-ignore-file\n// Written by laws.py beside this file.\n\n"
        "/// Rows of σ, x, log p, score and divergence; of curves σ, C and H[y|x].\n"
        "enum LawReferences {\n" + text + "\n}\n")


LAWS = [mixtures, spheres]

if __name__ == "__main__":
    main()
