"""The programs in the README, and what their samples must be."""

import json
import pathlib
import re
import shutil

import numpy as np
from safetensors import safe_open

EXAMPLE = "checkpoints/example.safetensors"


def blocks(readme, *, torch, heading="Python"):
    """The Python blocks under a heading: those that PyTorch runs, or the others."""
    text = pathlib.Path(readme).read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"\n## {heading}\n", 1)[1], flags=re.M)[0]
    found = re.findall(r"```python\n(.*?)```", section, flags=re.S)
    return [block for block in found if ("torch" in block or "diffusers" in block) == torch]


def copy_example(readme):
    """Puts the shipped checkpoint where the blocks look for it: in the current folder."""
    pathlib.Path("checkpoints").mkdir()
    shutil.copy(pathlib.Path(readme).parent / EXAMPLE, "checkpoints")


def check_samples(samples):
    """The samples are those of the example's data: near the eight points, and about as many at each."""
    # Of 18 steps of first order 1.6 % end between two points, of second order 0.2 %.
    law = json.loads(safe_open(EXAMPLE, "np").metadata()["dataset"])
    samples, points = np.asarray(samples), np.array(law["points"])
    assert points.shape == (8, 2)
    assert samples.shape == (2000, 2) and np.isfinite(samples).all()
    distances = np.linalg.norm(samples[:, None] - points, axis=2)
    far = (distances.min(axis=1) > 0.2).mean()
    assert far < 0.03, far
    # The last step goes to the posterior mean, which is the point; half of the way would be seen.
    median = np.median(distances.min(axis=1))
    assert median < 0.005, median
    # Five standard errors of a count; fails by chance in one of 200000 runs, the noise is fixed.
    counts = np.bincount(distances.argmin(axis=1), minlength=8)
    assert np.abs(counts - 250).max() < 5 * np.sqrt(250 * 7 / 8), counts
