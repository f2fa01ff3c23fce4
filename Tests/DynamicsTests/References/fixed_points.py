"""Reference values for the fixed points ("modes") of noised point sets, independent of the project's code.

p_s(x) = sum_j w_j N(x; y_j, s^2 1); fixed points x = m(x) = sum_j p_j(x) y_j. With A = 1 - Cov(x)/s^2
(= -s^2 Hessian of log p) a fixed point is stable when A is positive definite. Each data point's stable fixed
point is followed upward in s (predictor + Newton, every Newton iterate must keep A positive definite, step
halving) to the fold where A becomes singular; the fold equations m = x, A v = 0, |v| = 1 are then solved in
mpmath. "Ascent" is mean shift (gradient ascent with step s^2) at the fold's s, started at x_f + 0.01 s v on the
rising side. "Nearest" is the nearest of the stable paths that go on at s_f. Symmetric cases are reduced to one
dimension by hand. The cases are in generate_branchings.py and generate_digits.py.
"""
import mpmath as mp
import numpy as np
from numpy.linalg import LinAlgError, cholesky, eigh, norm, solve
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist

mp.mp.dps = 40
SPLIT = 1e-6  # two paths closer than this many s have merged: a fold too small for doubles, see `pair_fold`


class Points:
  """Equally weighted points in double precision: fixed points, their paths and the folds of these."""

  def __init__(self, y):
    self.y = np.asarray(y, float)

  def weights(self, x, s):
    d2 = ((self.y - x) ** 2).sum(1)
    p = np.exp((d2.min() - d2) / (2 * s * s))
    return p / p.sum(), d2

  def moments(self, x, s):
    """m, A, dm/ds; weights, centred points and squared distances."""
    p, d2 = self.weights(x, s)
    m = p @ self.y
    u = self.y - m
    pu = p[:, None] * u
    return m, np.eye(len(x)) - u.T @ pu / s ** 2, pu.T @ d2 / s ** 3, (p, u, d2)

  def newton(self, x, s, limit=8):
    """The stable fixed point near x, or None where an iterate's A is not positive definite."""
    for _ in range(limit):
      m, a, _, _ = self.moments(x, s)
      try: cholesky(a)
      except LinAlgError: return None
      dx = solve(a, m - x)
      x = x + dx
      if norm(dx) < 1e-9 * s: return x
    return None

  def ascend(self, x, s, rate=1.0):
    """x <- x + rate (m - x) to the end, finished by Newton's method."""
    for n in range(400000):
      p, _ = self.weights(x, s)
      dx = rate * (p @ self.y - x)
      x = x + dx
      if n % 10 == 9 and norm(dx) < 1e-3 * rate * s:
        z = self.newton(x, s, 60)
        if z is not None and norm(z - x) < 0.02 * s: return z
    raise ArithmeticError("the ascent does not end")

  def fold(self, x, s):
    """Newton's method for (x, v, s) with m = x, A v = 0, v.v = 1, from a stable fixed point close by."""
    d, v = len(x), eigh(self.moments(x, s)[1])[1][:, 0]
    for _ in range(30):
      m, a, ms, (p, u, d2) = self.moments(x, s)
      pu, uv = p[:, None] * u, u @ v
      j = np.zeros((2 * d + 1, 2 * d + 1))
      j[:d, :d], j[:d, -1], j[d:-1, d:-1], j[-1, d:-1] = -a, ms, -a, 2 * v
      j[d:-1, :d] = (pu * uv[:, None]).T @ u / s ** 4
      j[d:-1, -1] = pu.T @ (uv * (d2 - p @ d2)) / s ** 5 - 2 * (pu.T @ uv) / s ** 3
      try: dz = solve(j, -np.concatenate([m - x, -a @ v, [v @ v - 1]]))
      except LinAlgError: return None
      x, v, s = x + dz[:d], v + dz[d:-1], s + dz[-1]
      if not s > 0: return None
      if norm(dz[:d]) + abs(dz[-1]) < 1e-12 * (1 + norm(x)): return s, x, v
    return None

  def track(self, x, s, end):
    """Follow a stable fixed point: (x at end, None), or (None, (s, x, v) of its fold)."""
    h = end - s
    _, a, ms, _ = self.moments(x, s)
    while end - s > 1e-15 * s:
      h = min(h, end - s)
      dx = solve(a, ms) * h
      z = self.newton(x + dx, s + h)
      if z is not None:
        _, az, msz, _ = self.moments(z, s + h)
        least = 1 if len(x) - a.trace() < 0.5 else eigh(a)[0][0]
        bound = s * (1e-3 if least > 0.3 else 1e-6)  # the tangent must be alike at both ends of the step
        if norm(z - x - dx) <= 0.3 * norm(dx) + bound and norm(solve(az, msz) * h - dx) <= 0.7 * norm(dx) + 4 * bound:
          x, s, h, a, ms = z, s + h, 2 * h, az, msz
          continue
      if h < 2e-3 * s:
        f = self.fold(x, s)
        if f is not None and s <= f[0] <= min(s + 2 * h, end) and norm(f[1] - x) < 0.3 * s: return None, f
      if h < 1e-13 * s: return None, (s, x, eigh(a)[1][:, 0])  # a pitchfork to double precision
      h /= 2
    return x, None

  def merging(self, ratio, start, report=lambda *_: None, resume=None):
    """All folds on the data points' paths. Roots >= len(y) are modes that come from no data point."""
    live = {} if resume else {i: self.newton(y, start) for i, y in enumerate(self.y)}
    events, s, fresh = [], start, len(self.y)
    if resume: live, events, fresh = *resume, max([fresh - 1, *resume[0]]) + 1
    while len(live) > 1:
      end, after, folds = s * ratio, {}, []
      for i, x in live.items():
        z, f = self.track(x, s, end)
        if f is None: after[i] = z
        else: folds.append((*f, i))
      for f, g in [(f, g) for f in folds for g in folds if f[3] > g[3]]:  # both found one fold between them
        if abs(f[0] - g[0]) < 1e-8 * s and norm(f[1] - g[1]) < 1e-3 * s:
          events.append(dict(pair=(f[3], g[3]), level=f[0], x=f[1]))
          folds = [q for q in folds if q[3] not in (f[3], g[3])]
          above = f[0] * (1 + 1e-5)
          after[g[3]] = self.track(self.ascend(f[1], above), above, max(end, above))[0]
      for sf, xf, v, i in sorted(folds, key=lambda f: f[0]):
        p, u, _ = self.moments(xf, sf)[3]
        up, above = np.sign(p @ (u @ v) ** 3) * v, sf * (1 + 1e-9)
        land = self.ascend(xf + 0.01 * sf * up, above)
        near = []
        for _, k in sorted((norm(x - xf), k) for k, x in live.items() if k != i):
          z = self.track(live[k], s, above)[0]
          if z is not None: near.append((norm(z - xf), k))
          if len(near) == 4: break
        near = min(near, default=(np.nan, -1))
        z, g = self.track(land, above, end)
        if g is None: same = [k for k, x in after.items() if norm(x - z) < SPLIT * s]
        else: same = [f[3] for f in folds if f[3] != i and abs(f[0] - g[0]) + norm(f[1] - g[1]) < SPLIT * s]
        if not same: after[fresh], same, fresh = z, [fresh], fresh + 1
        events.append(dict(s=sf, x=xf, v=v, point=i, into=same[0], land=land, near=near[1], distance=near[0]))
      names = np.array(sorted(after))
      places = np.array([after[k] for k in names])
      for a, b in np.argwhere(np.tril(cdist(places, places) < SPLIT * s, -1)):  # met without a visible fold
        events.append(dict(pair=(int(names[a]), int(names[b])), level=end, x=places[a]))
        after.pop(int(names[a]), None)
      live, s = after, end
      report(s, live, events)
    return events


def mean(y, w, x, s, v=None):
  """In mpmath: m(x), and Cov(x) v / s^2 when v is given."""
  e = [wj * mp.exp(-sum((a - b) ** 2 for a, b in zip(x, yj)) / (2 * s * s)) for yj, wj in zip(y, w)]
  t, d = mp.fsum(e), range(len(x))
  m = [mp.fsum(ej * yj[k] for ej, yj in zip(e, y)) / t for k in d]
  if v is None: return m
  c = [mp.fsum(yj[k] * v[k] for k in d) for yj in y]
  cm = mp.fsum(ej * cj for ej, cj in zip(e, c)) / t
  return m, [mp.fsum(ej * (cj - cm) * yj[k] for ej, cj, yj in zip(e, c, y)) / t / s ** 2 for k in d]


def root(f, guess):
  """Newton's method in mpmath (several unknowns), checked."""
  z = mp.findroot(lambda *z: f(z), [mp.mpf(g) for g in guess], tol=mp.mpf(10) ** (-1.6 * mp.mp.dps), maxsteps=60,
                  verify=False)
  if max(abs(r) for r in f(list(z))) > mp.mpf(10) ** (-0.7 * mp.mp.dps): raise ArithmeticError("no root")
  return list(z)


def mp_fold(y, w, s, x, v, land):
  """Fold (s, x) and landing at s in mpmath, from a guess. y: rows of exact decimals."""
  d = len(x)

  def system(z):
    m, cv = mean(y, w, z[:d], z[-1], z[d:-1])
    return [a - b for a, b in zip(m, z)] + [a - b for a, b in zip(cv, z[d:-1])] + [sum(a * a for a in z[d:-1]) - 1]
  z = root(system, [*x, *v, s])
  landing = root(lambda q: [a - b for a, b in zip(mean(y, w, q, z[-1]), q)], land)
  return z[-1], z[:d], landing


def pair_fold(y, w, a, b):
  """The fold of two isolated points of equal weight: of the law m = tanh(m/T + h) with tiny h, from its normal
  form (fold at m = -(3h/2)^(1/3), T = 1 - m^2; landing at -2m). Returns (vanishing, other, s, x, landing, h)."""
  middle, half = [(p + q) / 2 for p, q in zip(y[a], y[b])], [(q - p) / 2 for p, q in zip(y[a], y[b])]
  r = mp.sqrt(sum(p * p for p in half))
  h = sum((m - c) * p for m, c, p in zip(mean(y, w, middle, r), middle, half)) / r ** 2
  u = mp.sign(h) * mp.cbrt(3 * abs(h) / 2)
  at = lambda t: [c + t * p for c, p in zip(middle, half)]
  z = mp_fold(y, w, r * mp.sqrt(1 - u * u), at(-u), [p / r for p in half], at(2 * u))
  return (a, b, *z, h) if h > 0 else (b, a, *z, h)


def merge_list(y, ratio, start):
  """All events on the paths of equally weighted points y (rows of mpf), each solved again in mpmath: rows of
  s, point, the path it lands on, the nearest path, x, landing, jump."""
  points, w, rows, rename = Points([[float(c) for c in row] for row in y]), [mp.mpf(1) / len(y)] * len(y), [], {}
  for e in points.merging(ratio, start):
    if "pair" in e:
      i, k, s, x, land, _ = pair_fold(y, w, *e["pair"])
      if i != e["pair"][0]: rename[e["pair"][1]] = k  # `merging` keeps the other name of the pair
      near = k
    else:
      s, x, land = mp_fold(y, w, e["s"], e["x"], e["v"], e["land"])
      i, k, near = (rename.get(q, q) for q in (e["point"], e["into"], e["near"]))
      if abs(s / e["s"] - 1) > 1e-9: raise ArithmeticError("mpmath found another fold")
      up = e["v"] if e["v"] @ (e["land"] - e["x"]) > 0 else -e["v"]
      slow = points.ascend(e["x"] + 0.001 * e["s"] * up, e["s"] * (1 + 1e-9), 0.2)
      if norm(slow - e["land"]) > 1e-6: print("the landing depends on the ascent's step:", i, k)
    rows.append((s, i, k, near, x, land, mp.sqrt(sum((a - b) ** 2 for a, b in zip(x, land)))))
  return sorted(rows, key=lambda r: r[0])


def mode_counts(numbers, levels, starts=1500):
  """(s, stable modes reached from the data points, all stable modes found from many starts)."""
  points, rng, rows = Points(numbers), np.random.default_rng(1), []
  y = points.y
  for s in levels:
    found, counts = [], []
    share, corners = rng.dirichlet(np.full(4, 0.7), starts), rng.integers(0, len(y), (starts, 4))
    for group in (y, (share[:, :, None] * y[corners]).sum(1)):
      for x in group:
        z = points.ascend(x, s)
        if all(norm(z - q) > 1e-7 for q in found): found.append(z)
      counts.append(len(found))
    rows.append((s, *counts))
  return rows


def curie_weiss(h):
  """m = tanh(m/T + h), h >= 0: (T, m) where the negative solution vanishes, and m of the other there."""
  if h == 0: return mp.mpf(1), mp.mpf(0), mp.mpf(0)
  f = lambda q: mp.atanh(q) - q / (1 - q * q) + h  # at the fold m = -q, T = 1 - q^2
  q = mp.findroot(f, (mp.cbrt(3 * h / 2) / 4, min(1.5 * mp.cbrt(3 * h / 2), mp.mpf("0.999"))), solver="anderson")
  t = 1 - q * q
  return t, -q, mp.findroot(lambda m: mp.tanh(m / t + h) - m, min(2 * q, mp.mpf(1)))


def simplex(k):
  """k corners at distance 1 from the centre: fold (s, x along a corner's axis), stability of the centre, and the
  least eigenvalue of A across the axis at the fold."""
  c = mp.mpf(k) / (k - 1)
  p = lambda x, s: 1 / (1 + (k - 1) * mp.exp(-c * x / s ** 2))
  x, s = root(lambda z: [(k * p(*z) - 1) / (k - 1) - z[0], c * c * p(*z) * (1 - p(*z)) / z[1] ** 2 - 1],
              [0.4, 1.05 / mp.sqrt(k - 1)])
  return s, x, 1 / mp.sqrt(k - 1), 1 - (1 - p(x, s)) * (1 - mp.mpf(1) / (k - 1) ** 2) / ((k - 2) * s ** 2)


def ring(k, s):
  """k points on the unit circle: radius of the mode at a point's angle, and A's eigenvalues (radial, angular)."""
  y, w = [[mp.cos(2 * mp.pi * j / k), mp.sin(2 * mp.pi * j / k)] for j in range(k)], [mp.mpf(1) / k] * k
  r = mp.findroot(lambda r: mean(y, w, [r, mp.mpf(0)], s)[0] - r, (0.2, 1), solver="anderson")
  eig = [1 - mean(y, w, [r, mp.mpf(0)], s, v)[1][i] for i, v in enumerate(([1, 0], [0, 1]))]
  return r, *eig


def two_point_peaks():
  """+-1 in one dimension: argmax over s of C/s^2, C/s, C, Var h(x), Var(-log p(y|x)); trapezoids in z."""
  z = np.linspace(-12, 12, 6001)
  g = np.exp(-z * z / 2)
  g /= g.sum()

  def values(s):
    a = 2 * (1 + s * z) / s ** 2  # log odds of y = 1, for x = 1 + s z
    p, l1, l0 = 1 / (1 + np.exp(-a)), np.logaddexp(0, -a), np.logaddexp(0, a)
    h = p * l1 + (1 - p) * l0
    rate = g @ (4 * p * (1 - p)) / s ** 2
    return np.array([rate / s ** 2, rate / s, rate, g @ h ** 2 - (g @ h) ** 2, g @ l1 ** 2 - (g @ l1) ** 2])
  grid = np.geomspace(0.15, 6, 700)
  table, rows = np.array([values(s) for s in grid]), []
  for k in range(5):
    peaks = [i for i in range(1, 699) if table[i - 1, k] < table[i, k] >= table[i + 1, k]]
    assert len(peaks) == 1
    b = minimize_scalar(lambda s: -values(s)[k], bounds=grid[[peaks[0] - 1, peaks[0] + 1]], method="bounded",
                        options=dict(xatol=1e-10))
    rows.append((b.x, -b.fun))
  return rows
