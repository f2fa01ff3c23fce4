"""Case 12: how many stable modes plain ascent from each of the digits reaches, at fixed noise levels (no path
following: a check of generate_digits.py). Run: python generate_digit_counts.py -> digit-counts.json"""
import json
import pathlib

import numpy as np
from scipy.spatial.distance import cdist

from generate_digits import Digits

points, counts = Digits(np.load(pathlib.Path(__file__).parents[3] / "datasets" / "digits.npy").astype(float)), []
for s in (3, 4, 5, 5.5, 6, 6.5, 7, 8, 9, 10, 12, 13.5):
  ends = np.empty((0, 64))
  for y in points.y:
    z = points.ascend(y, s)
    if not len(ends) or cdist(ends, z[None]).min() > 1e-5: ends = np.vstack([ends, z])
  counts.append((s, len(ends)))
  print(counts[-1], flush=True)
  json.dump(counts, open("digit-counts.json", "w"))
