"""Writes BranchingReferences.swift: reference values computed with fixed_points.py, which see for the method.

Run: OMP_NUM_THREADS=1 python generate_branchings.py (a minute or two). Case 12 is read from digits-1797.pkl and
digit-counts.json, which generate_digits.py and generate_digit_counts.py make (half an hour).
"""
import json
import pathlib
import pickle
import textwrap

import mpmath as mp
import numpy as np
from numpy.linalg import norm
from scipy.spatial.distance import pdist

from fixed_points import (curie_weiss, mean, merge_list, mode_counts, pair_fold, ring, simplex,
                          two_point_peaks)
from generate_digits import Digits


class Swift:
  """Collects the static lets, wrapped at 100 columns."""

  def __init__(self): self.text = []

  @staticmethod
  def value(v):
    if isinstance(v, (tuple, list)): return "[" + ", ".join(map(Swift.value, v)) + "]"
    if isinstance(v, (int, np.integer)): return str(v)
    if isinstance(v, float): return repr(float(v))
    return mp.nstr(mp.chop(v, 1e-40), 17, min_fixed=-5)

  def wrap(self, line):
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    while len(line) > 100:
      cut = line.rindex(", ", 0, 100) + 1
      self.text.append(line[:cut])
      line = indent + line[cut:].lstrip()
    self.text.append(line)

  def let(self, comment, name, kind, v):
    self.wrap_comment(comment)
    if not isinstance(v[0], (tuple, list)): return self.wrap(f"  static let {name}: {kind} = {self.value(v)}")
    self.text.append(f"  static let {name}: {kind} = [")
    for r in v: self.wrap("    " + self.value(r) + ",")
    self.text.append("  ]")

  def rows(self, comment, name, kind, labels, rows):
    self.wrap_comment(comment)
    self.text.append(f"  static let {name}: [{kind}] = [")
    for r in rows:
      assert len(r) == len(labels)
      self.wrap("    .init(" + ", ".join(f"{k}: {self.value(v)}" for k, v in zip(labels, r)) + "),")
    self.text.append("  ]")

  def wrap_comment(self, comment):
    self.text += [""] + ["  /// " + c for c in textwrap.wrap(comment, 93)]


EVENT = "sigma point into nearest position landing jump".split()
BRANCH = "parameter sigma position landing jump".split()


def digits(out, n):
  """Case 12, from what generate_digits.py and generate_digit_counts.py found."""
  y = np.load(pathlib.Path(__file__).parents[3] / "datasets" / "digits.npy").astype(float)[:n]
  events, kept = pickle.loads(pathlib.Path(f"digits-{n}.pkl").read_bytes())
  points, folds = Digits(y), sorted((e for e in events if "s" in e), key=lambda e: e["s"])
  born = {e["into"] for e in folds} - set(range(len(y)))
  print(n, "digits: folds", len(folds), "pairs", [(e["pair"], e["level"]) for e in events if "pair" in e],
        "up to", kept[-1][0], "modes left", list(kept[-1][1]), "modes of no data point", sorted(born),
        "nearest not where it lands", sum(e["near"] != e["into"] for e in folds))
  rows = []
  for e in folds:
    s, x, _ = points.fold(e["x"], e["s"] * (1 - 1e-7))
    if abs(s / e["s"] - 1) > 1e-9 or norm(x - e["x"]) > 1e-5: print("  another fold:", e["s"], s)
    rows.append((s, e["point"], e["into"], e["near"], float(norm(e["x"] - e["land"])),
                 float(norm(e["land"] - y.mean(0)))))
  print(*rows[:3], *rows[-8:], sep="\n")
  if n == 1797:
    direct = json.loads(pathlib.Path("digit-counts.json").read_text())
    born_at = [min(e["s"] for e in folds if e["into"] == q) for q in born]
    count = lambda s: n + sum(b <= s for b in born_at) - sum(r[0] <= s for r in rows)
    out.let("12. digits.npy: rows [σ, modes that the data points' paths and their landings are on, modes that ascent "
            "from the data points at this σ reaches].", "digitCounts", "[[Double]]",
            [(float(s), count(s), c) for s, c in direct])
  labels = "sigma point into nearest jump landingFromMean".split()
  out.rows(f"12. The first {n} digits: the first three and the last eight of {len(folds)} folds; landingFromMean: "
           "distance of the landing from these digits' mean.", f"digit{n}Events", "FarEvent", labels, rows[:3] + rows[-8:])


def main():
  out, f = Swift(), mp.mpf
  levels = [f(t) for t in ("0.5", "0.7", "0.9", "0.95", "0.99")]
  tanh = lambda t: mp.findroot(lambda m: mp.tanh(m / t ** 2) - m, (f("0.01"), 1), solver="anderson")
  out.let("1. ±v: x = m v with m = tanh(m |v|²/σ²), pitchfork at |v|. Rows [σ/|v|, m].",
          "twoPointBranch", "[[Double]]", [(t, tanh(t)) for t in levels])
  rows = []
  for q in ("0.8", "0.6", "0.501"):
    t, m, land = curie_weiss(mp.log(f(q) / (1 - f(q))) / 2)
    rows.append((f(q), mp.sqrt(t), m, land, land - m))
  out.rows("2. ±1 with weights `parameter` at +1: fold of the lighter mode.", "unequal", "Branch", BRANCH, rows)
  out.let("3. Rectangle (±1, ±0.6): two pitchforks at 0.6 (y), one at 1 (x), by the product of the laws.",
          "rectangle", "[Double]", [f("0.6"), f(1)])
  for k, name in ((3, "triangle"), (16, "simplex16")):
    s, x, s1, least = simplex(k)
    out.let(f"{4 if k == 3 else 6}. Regular simplex of {k} points, circumradius 1: the {k} outer modes fold at [0] at "
            "distance [1] from the centre; the centre is stable above [2] (so between both all are stable); [3]: "
            "least eigenvalue of 1 - Cov/σ² across the axis at the fold (positive: the fold is along the axis).",
            name, "[Double]", (s, x, s1, least))
  y = [[f(1), f(0)], [f("-0.5"), f("0.9")], [f("-0.5"), f("-0.9")]]
  third = [f(1) / 3] * 3
  out.rows("4. Triangle (1, 0), (-0.5, ±0.9): the mirror images fold at once.", "isosceles", "Event", EVENT,
           merge_list(y, 1.002, 0.3))
  out.let("5. Ring of 8: all meet at 1/√2. Rows [σ, radius of the mode at a point's angle, radial and angular "
          "eigenvalue of 1 - Cov/σ²].", "ring8", "[[Double]]",
          [(f(s), *ring(8, f(s))) for s in ("0.4", "0.5", "0.6", "0.65", "0.7", "0.705")])
  mp.mp.dps = 500
  line = [[f(c)] for c in ("-4.25", "-3.75", "3.75", "4.25")]
  i, k, s, x, land, _ = pair_fold(line, [f(1) / 4] * 4, 2, 3)
  print("hierarchy: vanishing", i, "into", k, "0.25 - sigma", mp.nstr(f("0.25") - s, 5), "jump", mp.nstr(land[0] - x[0], 5))
  e = lambda q, t: mp.exp(-q * q / (2 * t * t))  # the centre's posterior is not uniform: it favours ±3.75
  near, far = f("3.75"), f("4.25")
  last = mp.findroot(lambda t: (near ** 2 * e(near, t) + far ** 2 * e(far, t)) / (e(near, t) + e(far, t)) - t * t, 4)
  out.let("5. (±4 ± 0.25, ±1): at [0] the four pairs of neighbours in x meet (a fold of the outer one, but by "
          f"{mp.nstr(f('0.25') - s, 2)} below 1/4 and with a jump of {mp.nstr(abs(land[0] - x[0]), 2)}), at [1] the two "
          "pairs in y, at [2] (Cov(0) = σ², not √16.0625) the last two.", "hierarchy", "[Double]", (s, 1, last))
  mp.mp.dps = 250
  rows = []
  for far in ("2.5", "4", "8", "20"):
    y = [[f(-1)], [f(1)], [f(far)]]
    rows += [(f(far), *e) for e in merge_list(y, 1.002, 0.3)]
  out.rows("7. {-1, 1, L}: the folds for each L (`parameter`).", "threeOnALine", "LineEvent", ["parameter"] + EVENT, rows)
  field = lambda y: mean(y, third, [f(0)], f(1))[0]
  rows = []
  for far in ("4", "5", "6", "8", "20"):
    y = [[f(-1)], [f(1)], [f(far)]]
    i, k, s, x, land, _ = pair_fold(y, third, 0, 1)
    h = field(y)
    print("line", far, i, k, mp.nstr(h, 8), mp.nstr(land[0] - x[0], 8), mp.nstr((land[0] - x[0]) / mp.cbrt(1.5 * h) / 3, 8))
    rows.append((f(far), h, s, land[0] - x[0], 3 * mp.cbrt(1.5 * h)))
  out.let("7. The jump of -1 into +1 as a function of the third point's field. Rows [L, h = m(0) at σ = 1, σ_f, jump, "
          "3 (3h/2)^(1/3), which the jump tends to].", "jumpOfField", "[[Double]]", rows)
  mp.mp.dps = 40
  for number, name, shape, seed in ((8, "twelve", (12, 3), 7), (9, "forty", (40, 2), 11)):
    y = np.round(np.random.default_rng(seed).standard_normal(shape), 3)
    out.text += ["", f"  /// {number}. default_rng({seed}).standard_normal({shape}), 3 decimals, equal weights.",
                 f"  static let {name}Points: [[Double]] = ["]
    out.text += ["    [" + ", ".join(f"{c:.3f}" for c in r) + "]," for r in y] + ["  ]"]
    out.rows(f"{number}. All events of {name}Points in order of σ.", name + "Events", "Event", EVENT,
             merge_list([[f(f"{c:.3f}") for c in r] for r in y], 1.003, 0.2 * pdist(y).min()))
    out.let("Rows [σ, stable modes reached from the data points, and from 400 starts in their hull as well].",
            name + "Counts", "[[Double]]", mode_counts(y, np.round(np.geomspace(0.1, 0.55, 12), 3), 400))
  rows = []
  for h in ("0", "0.001", "0.01", "0.1", "0.5"):
    t, m, land = curie_weiss(f(h))
    rows.append((f(h), t, m, land, land - m))
  out.rows("10. m = tanh(m/T + h): `sigma` is T where the solution against the field h (`parameter`) vanishes.",
           "curieWeiss", "Branch", BRANCH, rows)
  out.let("11. ±1: [σ of the peak, value there] of C/σ² (dH/dσ² ×2), C/σ (dH/dσ), C (dH/d ln σ), Var H(y|x) over x, "
          "Var(-log p(y|x)) over (x, y); C = E Var(y|x)/σ², nats.", "twoPointPeaks", "[[Double]]", two_point_peaks())
  for n in (1797, 300): digits(out, n)
  head = pathlib.Path(__file__).with_name("head.txt").read_text()
  pathlib.Path("BranchingReferences.swift").write_text(head + "\n".join(out.text) + "\n}\n")


if __name__ == "__main__": main()
