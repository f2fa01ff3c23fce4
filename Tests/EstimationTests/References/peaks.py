"""Where two points of the line decide most, by other means than tinyscore's. Prints the rows of
PeakReferences in InformationPeaksTests.swift.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    /tmp/venv/bin/python Tests/EstimationTests/References/peaks.py

Points 1 and -1 of weights w and 1 - w. Expectations are taken over z given each point, by the trapezoid rule
at 24001 places from -12 to 12; then scipy's bounded search, whose tolerance 1e-9 leaves the square root of
rounding, 1e-7.
"""
import numpy as np
from scipy.optimize import minimize_scalar

z = np.linspace(-12, 12, 24001)
phi = np.exp(-z * z / 2)
phi /= phi.sum()


def quantities(w, sigma):
    """C, the variance of h and the variance of the surprisal."""
    c = h1 = h2 = s2 = 0.0
    for weight, y in ((w, 1.0), (1 - w, -1.0)):
        x = y + sigma * z
        logit = 2 * x / sigma**2 + np.log(w / (1 - w))
        surprisal = np.logaddexp(0, -y * logit)
        p = 1 / (1 + np.exp(-logit))
        h = p * np.logaddexp(0, -logit) + (1 - p) * np.logaddexp(0, logit)
        c += weight * np.sum(phi * 4 * p * (1 - p)) / sigma**2
        h1 += weight * np.sum(phi * h)
        h2 += weight * np.sum(phi * h * h)
        s2 += weight * np.sum(phi * surprisal * surprisal)
    return c, h2 - h1 * h1, s2 - h1 * h1


for w in (0.5, 0.8):
    row = []
    for f in (
        lambda s: quantities(w, s)[0] / (2 * s * s),
        lambda s: quantities(w, s)[0] / s,
        lambda s: quantities(w, s)[0],
        lambda s: quantities(w, s)[1],
        lambda s: quantities(w, s)[2],
    ):
        best = minimize_scalar(
            lambda s: -f(s), bounds=(0.3, 2), method="bounded", options={"xatol": 1e-9})
        row.append(round(float(best.x), 7))
    print(f"    {row},")
