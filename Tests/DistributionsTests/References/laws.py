"""Reference values of continuous laws, by other means than tinyscore's. Writes LawReferences.swift.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 scipy==1.17.0
    /tmp/venv/bin/python Tests/DistributionsTests/References/laws.py

Densities: log p_sigma from its definition with 60 digits, its gradient and Laplacian by mpmath's
numerical differentiation (curves: sums over 320 000 points instead). Rates: C = D + sigma^2 E div s by
quadrature of the density, H[y|x] = H[y] + H[z] - H[x] likewise; nan where not finite. Variances of the
posterior entropy h(x) and of the surprisal: on a line from the posterior itself on a fine grid, in the
plane as `plane_variances` says, twice on different grids that must agree.
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
    if not all(np.linalg.matrix_rank(k) == D for k in c):
        return D + s * s * div, np.nan
    H = moments(0.0)[1] + D / 2 * np.log(2 * np.pi * np.e * s * s) - hx
    spread = max(np.sqrt(np.diag(k)).max() for k in c)
    low, high = m.min(0) - 9 * spread, m.max(0) + 9 * spread
    if D == 1:
        return D + s * s * div, H, *line_variances(law, low[0], high[0], s)

    def density(u, v):
        d = np.stack(np.meshgrid(u, v, indexing="ij"), -1)
        total = 0
        for wk, mk, ck in zip(w, m, c):
            q = np.einsum("...i,ij,...j", d - mk, np.linalg.inv(ck), d - mk)
            total = total + wk * np.exp(-q / 2) / np.sqrt(np.linalg.det(2 * np.pi * ck))
        return total
    return D + s * s * div, H, *agreed(lambda n: plane_variances(density, low, high, s, n))


def agreed(variances):
    """The variances on a grid of 1401 nodes, those on one of 1101 being the same."""
    fine, coarse = variances(1401), variances(1101)
    assert np.abs(fine - coarse).max() < 1e-9, (fine, coarse)
    return fine


def line_variances(law, low, high, s):
    """Var h and Var S of a mixture on a line: p(y|x) at 12 001 y for each of 4001 x."""
    y = np.linspace(low, high, 12_001)
    x = np.linspace(low - 9 * s, high + 9 * s, 4001)
    log_y = special.logsumexp([np.log(w / np.sqrt(2 * np.pi * c[0][0])) - (y - m[0]) ** 2 / (2 * c[0][0])
                               for w, m, c in zip(law["w"], law["m"], law["c"])], axis=0)
    rows = []
    for block in np.array_split(x, 16):
        logs = log_y - (block[:, None] - y) ** 2 / (2 * s * s)
        norm = special.logsumexp(logs, axis=1) + np.log(y[1] - y[0])
        S = norm[:, None] - logs
        q = np.exp(-S) * (y[1] - y[0])
        rows.append([np.exp(norm), (q * S).sum(1), (q * S * S).sum(1)])
    p, h, square = np.concatenate(rows, 1)
    p /= p.sum()
    H = p @ h
    return p @ (h - H) ** 2, p @ square - H * H


def plane_variances(density, low, high, s, n):
    """Var h and Var S: E[S|x] and E[S^2|x] by rectangle rules over y on n^2 nodes, for x on half as many.

    S = |x - y|^2/2s^2 - log p(y) + a function of x; Gaussians in the plane are products.
    """
    y = [np.linspace(a, b, n) for a, b in zip(low, high)]
    x = [np.linspace(a - 9 * s, b + 9 * s, (n + 1) // 2) for a, b in zip(low, high)]
    p = density(*y)
    l = np.log(np.maximum(p, 1e-300))
    t = [(a[:, None] - b) / s for a, b in zip(x, y)]
    k = [np.exp(-r * r / 2) * (b[1] - b[0]) / np.sqrt(2 * np.pi * s * s) for r, b in zip(t, y)]
    K0, K2, K4 = [[r**power * m for r, m in zip(t, k)] for power in (0, 2, 4)]

    def blur(f, *kernels):
        return sum(a @ f @ b.T for a, b in kernels)
    flat, radial = (K0[0], K0[1]), [(K2[0], K0[1]), (K0[0], K2[1])]
    p_x = blur(p, flat)
    keep = p_x > 1e-25
    p_x = np.where(keep, p_x, 1)
    first = (blur(p, *radial) / 2 - blur(p * l, flat)) / p_x
    second = (blur(p, (K4[0], K0[1]), (2 * K2[0], K2[1]), (K0[0], K4[1])) / 4 - blur(p * l, *radial)
              + blur(p * l * l, flat)) / p_x
    offset = np.log(2 * np.pi * s * s) + np.log(p_x)
    h, square = offset + first, offset**2 + 2 * offset * first + second
    mass = np.where(keep, p_x, 0)
    mass = mass / mass.sum()
    H = (mass * h).sum()
    return np.array([(mass * (h - H) ** 2).sum(), (mass * square).sum() - H * H])


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


def interval_mass(a, b):
    """Phi(b) - Phi(a) without cancellation in the tails (60 digits do the rest)."""
    if a + b > 0:
        a, b = -b, -a
    root = mp.sqrt(2)
    return (mp.erfc(-b / root) - mp.erfc(-a / root)) / 2


def box_density(lower, upper):
    def log_density(x, s):
        return mp.fsum(
            mp.log(interval_mass((a - v) / s, (b - v) / s) / (b - a)) for v, a, b in zip(x, lower, upper))
    return log_density


def interval_curve(length, s):
    """C, H, Var h, Var S of a uniform law on an interval: the posterior on 400 nodes, Simpson's rule in x."""
    nodes, weights = np.polynomial.legendre.leggauss(100)
    panels = max(1, int(np.ceil(length / (20 * s))))
    edges = np.linspace(0, length, 4 * panels + 1)
    y = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in zip(edges, edges[1:])])
    w = np.concatenate([(b - a) / 2 * weights for a, b in zip(edges, edges[1:])])
    x = np.linspace(-12 * s, length + 12 * s, 2 * int(length / s * 20 + 500) + 1)
    logs = -((x[:, None] - y) / s) ** 2 / 2
    top = logs.max(1, keepdims=True)
    q = np.exp(logs - top)
    z = (q * w).sum(1)
    surprisal = np.log(z)[:, None] + top - logs
    q /= z[:, None]
    mean = (q * w) @ y
    var = (q * w * (y - mean[:, None]) ** 2).sum(1) / s**2
    h, square = (q * w * surprisal).sum(1), (q * w * surprisal**2).sum(1)
    p = z * np.exp(top[:, 0]) / (length * s * np.sqrt(2 * np.pi))

    def integral(f):
        return integrate.simpson(p * f, x=x)
    H = integral(h)
    return integral(var), H, integral(h * h) - H**2, integral(square) - H**2


def box_curve(sides, s):
    return np.sum([interval_curve(side, s) for side in sides], axis=0)


def boxes():
    yield swift("box", "Box from (0, -2) to (1, 1).", densities(
        box_density([0, -2], [1, 1]),
        [(s, x) for s in (0.01, 0.5, 30) for x in ([0.4, 0.2], [0.99, -2.01], [4, -1], [-100, 300])]))
    yield swift("boxRates", "Its curve: σ, C, H, variance of h and of the surprisal.", rates(
        lambda s: box_curve([1, 3], s), (0.01, 0.1, 0.3, 1, 10)))


def board_density(n, c):
    c = mp.mpf(c)

    def log_density(x, s):
        masses = [[interval_mass(((i - mp.mpf(n) / 2) * c - v) / s, ((i + 1 - mp.mpf(n) / 2) * c - v) / s)
                   for i in range(n)] for v in x]
        total = mp.fsum(masses[0][i] * masses[1][j] for i in range(n) for j in range(n) if (i + j) % 2 == 0)
        return mp.log(total / (((n * n + 1) // 2) * c * c))
    return log_density


def board_curve(n, c, s):
    """C = 2 - sigma^2 int |grad p|^2/p and H from the density on a fine grid."""
    count = 2 * int(max(1500, (n * c / s + 20) * 15)) + 1
    x = np.linspace(-n * c / 2 - 10 * s, n * c / 2 + 10 * s, count)
    lines = (np.arange(n + 1) - n / 2) * c
    t = (lines - x[:, None]) / s
    # From the nearer tail, as the difference of survival functions or of distribution functions.
    mass = np.where(t[:, :-1] > 0, special.ndtr(-t[:, :-1]) - special.ndtr(-t[:, 1:]),
                    special.ndtr(t[:, 1:]) - special.ndtr(t[:, :-1]))
    phi = np.exp(-t * t / 2) / np.sqrt(2 * np.pi) / s
    slope = phi[:, :-1] - phi[:, 1:]
    E, O, dE, dO = (a[:, k::2].sum(1) for a in (mass, slope) for k in (0, 1))
    N = ((n * n + 1) // 2) * c * c
    p = (np.outer(E, E) + np.outer(O, O)) / N
    dx = (np.outer(dE, E) + np.outer(dO, O)) / N
    rule = np.full(count, x[1] - x[0])  # analytic and 0 at the ends: no rule does better
    safe = np.maximum(p, 1e-300)
    score = 2 * rule @ np.where(p > 1e-280, dx * dx / safe, 0) @ rule
    hx = -(rule @ (p * np.log(safe)) @ rule)
    return 2 - s * s * score, np.log(N) + np.log(2 * np.pi * np.e * s * s) - hx


def boards():
    cases = [(s, x) for s in (0.02, 0.4, 20) for x in ([0.3, 0.2], [-1.01, 0.001], [2.5, -1], [30, 80])]
    yield swift("board4", "Checkerboard of 4 cells of side 1.", densities(board_density(4, 1), cases))
    yield swift("board3", "Checkerboard of 3 cells of side 0.7.", densities(board_density(3, 0.7), cases))
    yield swift("board4Rates", "Its curve.", rates(
        lambda s: board_curve(4, 1, s), (0.02, 0.1, 0.3, 0.6, 1, 5, 50)))
    yield swift("board3Rates", "Its curve.", rates(lambda s: board_curve(3, 0.7, s), (0.03, 0.2, 0.5, 5)))


def curve_points(shape, panels):
    """Points and weights along the unit curve: 16 nodes of Gauss and Legendre's rule on each panel."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(0, 1, panels + 1)
    half = 0.5 / panels
    u = ((edges[:-1] + half)[:, None] + half * nodes).ravel()
    w = np.tile(half * weights, panels)
    if shape == "circle":
        t = 2 * np.pi * u
        return np.stack([np.cos(t), np.sin(t)], 1), w
    if shape == "swiss-roll":
        t = 1.5 * np.pi + 3 * np.pi * u
        return np.stack([t * np.cos(t), t * np.sin(t)], 1) / (4.5 * np.pi), w
    if shape == "two-moons":
        t = np.pi * u
        a, b = np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)
        return np.concatenate([a, b]), np.concatenate([w, w]) / 2
    t = 3 * np.pi * u  # the density of theta = 3 pi sqrt(U) is 2 theta/(3 pi)^2
    y = np.stack([t * np.cos(t), t * np.sin(t)], 1) / (3 * np.pi)
    return np.concatenate([y, -y]), np.concatenate([u * w, u * w])


def curve_row(shape, scale, noise, s, x):
    y, w = curve_points(shape, 20_000)
    y = y * scale
    v = s * s + noise * noise
    d = y - np.array(x)
    a = -(d * d).sum(1) / (2 * v)
    top = a.max()
    q = w * np.exp(a - top)
    z = q.sum()
    mean = (q @ d) / z
    trace = (q @ ((d - mean) ** 2).sum(1)) / z
    return [s, *x, top + np.log(z) - np.log(2 * np.pi * v), *(mean / v), (trace / v - 2) / v]


def curve_curve(shape, scale, noise, s, n=1401):
    """C = 2 - sigma^2 int |grad p|^2/p and, with noise, H and the variances."""
    y, w = curve_points(shape, 300)
    y = y * scale

    def moments(v):
        r = np.sqrt(v)
        axes = [np.linspace(a - 9 * r, b + 9 * r, n) for a, b in zip(y.min(0), y.max(0))]
        k = [np.exp(-((a[:, None] - c) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v) for a, c in zip(axes, y.T)]
        dk = [-(a[:, None] - c) / v * m for a, c, m in zip(axes, y.T, k)]
        p = (k[0] * w) @ k[1].T
        dx, dy = (dk[0] * w) @ k[1].T, (k[0] * w) @ dk[1].T
        area = (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])
        safe = np.maximum(p, 1e-300)
        ratio = np.where(p > 1e-280, (dx * dx + dy * dy) / safe, 0)
        return ratio.sum() * area, -(p * np.log(safe)).sum() * area

    score, hx = moments(s * s + noise * noise)
    if not noise:
        return 2 - s * s * score, np.nan
    H = moments(noise * noise)[1] + np.log(2 * np.pi * np.e * s * s) - hx

    def density(*axes):
        k = [np.exp(-((a[:, None] - c) / noise) ** 2 / 2) for a, c in zip(axes, y.T)]
        return (k[0] * w) @ k[1].T / (2 * np.pi * noise**2)
    low, high = y.min(0) - 8 * noise, y.max(0) + 8 * noise
    return 2 - s * s * score, H, *agreed(lambda n: plane_variances(density, low, high, s, n))


def curves():
    for name, shape, scale, noise, sigmas in [
        ("roll", "swiss-roll", 1, 0, (0.02, 0.1, 0.4, 1, 10)), ("moons", "two-moons", 2, 0, (0.05, 0.3, 1, 10)),
        ("spiral", "spiral", 1, 0, (0.02, 0.1, 0.4, 2)),
        ("noisyMoons", "two-moons", 1, 0.1, (0.02, 0.1, 0.5, 3)),
    ]:
        yield swift(name, f"Curve {shape}, scale {scale}, noise {noise}.", [
            curve_row(shape, scale, noise, s, x)
            for s in (0.01, 0.3, 20) for x in ([0.4, 0.2], [-1.01, 0.001], [12, -31])])
        yield swift(name + "Rates", "Its curve.", rates(lambda s: curve_curve(shape, scale, noise, s), sigmas))


def main():
    parts = []
    for law in LAWS:
        parts += law()
        print(law.__name__, flush=True)
    text = "\n\n".join(parts)
    HERE.with_name("LawReferences.swift").write_text(
        "// swift-format-ignore-file\n// Written by laws.py beside this file.\n\n"
        "/// Rows of σ, x, log p, score and divergence; of curves σ, C and H[y|x], of some the variances of h and\n"
        "/// of the surprisal.\n"
        "enum LawReferences {\n" + text + "\n}\n")


LAWS = [mixtures, spheres, boxes, boards, curves]

if __name__ == "__main__":
    main()
