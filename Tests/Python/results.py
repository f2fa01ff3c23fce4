"""Trains and evaluates data sets with default options and prints the README's table of results.

usage: results.py TINYSCORE [NAME ...]        (make results)
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

tool, names = sys.argv[1], sys.argv[2:]
print("| data set | `train` | max abs(b̂ − b), informed | entropy, nats: exact | informed loss | blind loss "
      "| ledger | divergence |")
print("|---|---|---|---|---|---|---|---|")


def nats(estimate):
    if estimate is None:
        return "–"
    value, error = estimate["value"], estimate["standardError"]
    return f"{value:.5g}" if error == 0 else f"{value:.6g} ± {error:.1g}"


with tempfile.TemporaryDirectory() as folder:
    for name in names:
        checkpoint, result = pathlib.Path(folder, name + ".safetensors"), pathlib.Path(folder, name + ".json")
        start = time.perf_counter()
        subprocess.run([tool, "train", name, "--quiet", "--output", checkpoint], check=True)
        seconds = time.perf_counter() - start
        subprocess.run([tool, "evaluate", checkpoint, "--quiet", "--json", result],
                       check=True, stdout=subprocess.DEVNULL)
        summary = json.loads(result.read_text())["summary"]
        entropy = summary["entropy"]
        print(f"| {name} | {seconds:.1f} s | {summary['maxBandwidthError']['informedLoss']:.2g} | "
              + " | ".join(nats(entropy[route]) for route in
                           ("exact", "informedLoss", "loss", "trainingLoss", "divergence"))
              + " |", flush=True)
