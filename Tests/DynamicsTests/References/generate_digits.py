"""Case 12: the merging of the digits' modes (see fixed_points.py), in double precision; takes long.

Run: OMP_NUM_THREADS=1 python generate_digits.py 1797 1.02  -> digits-1797.pkl
"""
import pathlib
import pickle
import sys
import time

import numpy as np

from fixed_points import Points


class Digits(Points):
  """Squared distances by a product with the matrix: exact enough, as |y|^2 are integers below 2^14."""

  def __init__(self, y):
    super().__init__(y)
    self.squares = (self.y ** 2).sum(1)

  def weights(self, x, s):
    d2 = self.squares - 2 * (self.y @ x) + x @ x
    p = np.exp((d2.min() - d2) / (2 * s * s))
    return p / p.sum(), d2

  def moments(self, x, s):
    p, d2 = self.weights(x, s)
    keep = p > 1e-15
    p, d2, y = p[keep], d2[keep], self.y[keep]
    m = p @ y
    u = y - m
    q = np.sqrt(p)[:, None] * u
    return m, np.eye(len(x)) - q.T @ q / s ** 2, u.T @ (p * d2) / s ** 3, (p, u, d2)


if __name__ == "__main__":
  count, ratio, began, kept = int(sys.argv[1]), float(sys.argv[2]), time.time(), []
  points = Digits(np.load(pathlib.Path(__file__).parents[3] / "datasets" / "digits.npy").astype(float)[:count])

  def report(s, live, events):
    kept.append((s, live))
    pickle.dump((events, kept), open(f"digits-{count}.pkl", "wb"))
    print(f"{s:.5f} modes {len(live)} events {len(events)} seconds {time.time() - began:.0f}", flush=True)
  if len(sys.argv) > 3:  # resume from an interrupted run's file
    events, kept = pickle.load(open(sys.argv[3], "rb"))
    points.merging(ratio, kept[-1][0], report, (kept[-1][1], events))
  else:
    points.merging(ratio, 2.5, report)
