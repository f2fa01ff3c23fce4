"""Runs the same training in tinyscore and in JAX, in alternation, and prints ratios as Markdown tables.

usage: peers.py TINYSCORE PYTHON-WITH-JAX [--quick]        (make bench-peers)

Two tables. Throughput: microseconds of a step with Adam, the median of alternating runs. Time to accuracy:
for each side and learning rate runs of more and more steps, each with its whole schedule, until the median of
three seeds is accurate enough; the least time wins. Start-up and compilation are not counted on either side.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

tool, python = sys.argv[1:3]
quick = "--quick" in sys.argv
here = pathlib.Path(__file__).parent
cores = len(os.sched_getaffinity(0))
SEEDS = [0, 1, 2]


def run(*arguments):
    return subprocess.run(
        [str(a) for a in arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def tinyscore_train(folder, data, *options):
    """Trains; the path of the checkpoint, and seconds and steps by its metrics."""
    path, metrics = folder / "own.safetensors", folder / "own.jsonl"
    path.unlink(missing_ok=True)
    run(tool, "train", data, "--quiet", "--checkpoint-every", 0, "--output", path, "--metrics", metrics, *options)
    return path, [json.loads(line) for line in metrics.read_text().splitlines()]


def throughput(folder):
    print("| width | threads | tinyscore, us a step | JAX, us a step | ratio |")
    print("|---|---|---|---|---|")
    for width in (64, 128, 256):
        steps = 400 if quick else 128 * 1500 // width
        for threads in sorted({1, cores}):
            own, peer = [], []
            for _ in range(3 if quick else 5):
                _, lines = tinyscore_train(
                    folder, "ring-8", "--optimizer", "adam", "--width", width, "--threads", threads,
                    "--steps", steps)
                # From the middle of the run to its end: what comes before the first step is left out.
                first, last = lines[len(lines) // 2], lines[-1]
                own.append(1e6 * (last["seconds"] - first["seconds"]) / (last["step"] - first["step"]))
                out = json.loads(run(python, here / "peer_jax.py", "step", width, threads, steps))
                peer.append(out["microseconds"])
            a, b = statistics.median(own), statistics.median(peer)
            print(f"| {width} | {threads} | {a:.0f} | {b:.0f} | {b / a:.2f} |", flush=True)


def measure(folder, checkpoint, target):
    """Whether a checkpoint reaches the target, by its own evaluation."""
    result = folder / "result.json"
    run(tool, "evaluate", checkpoint, "--quiet", "--samples", 4096, "--json", result)
    summary = json.loads(result.read_text())["summary"]
    entropy = summary["entropy"]
    return {
        "excess": entropy["informedLoss"]["value"] - entropy["exact"]["value"],
        "bandwidth": summary["maxBandwidthError"]["informedLoss"],
    }[target]


def own_runs(folder, data, target, steps, rate, optimizer):
    for seed in SEEDS:
        path, lines = tinyscore_train(
            folder, data, "--optimizer", optimizer, "--learning-rate", rate, "--steps", steps, "--seed", seed)
        yield lines[-1]["seconds"], measure(folder, path, target)


def peer_runs(folder, data, target, steps, rate, _):
    template, _ = tinyscore_train(folder, data, "--steps", 1)
    output = folder / "peer.safetensors"
    text = run(python, here / "peer_jax.py", "train", template, output, steps, rate, cores, *SEEDS)
    for line in map(json.loads, text.splitlines()):
        yield line["seconds"], measure(folder, line["path"], target)


def least_time(folder, side, data, target, bound, options, budgets):
    """The least time of any learning rate whose median run reaches the bound, with how."""
    best = None
    for optimizer, rate in options:
        for steps in budgets:
            runs = list(side(folder, data, target, steps, rate, optimizer))
            seconds, values = (statistics.median(part) for part in zip(*runs))
            if values <= bound:
                if best is None or seconds < best[0]:
                    best = seconds, f"{optimizer} {rate}, {steps} steps: {values:.4f}"
                break
    return best


def ladder(low, high, factor=1.15):
    steps = low
    while steps < high * factor:
        yield int(round(steps, -1))
        steps *= factor


def accuracy(folder):
    print(f"| data set | target | tinyscore | s | JAX | s | ratio ({cores} threads) |")
    print("|---|---|---|---|---|---|---|")
    for data, target, bound, own, peer in [
        ("simplex-16", "excess", 0.1, ladder(280, 500), ladder(850, 1500)),
        ("ring-8", "bandwidth", 0.005, ladder(1000, 1800), ladder(2000, 3600)),
    ]:
        own, peer = list(own), list(peer)
        choices = [("soap", 0.03), ("soap", 0.04)] if data == "simplex-16" else [("soap", 0.015), ("adam", 0.015)]
        a = least_time(folder, own_runs, data, target, bound, choices, own)
        b = least_time(folder, peer_runs, data, target, bound,
                       [("adam", 0.01), ("adam", 0.02), ("adam", 0.03)], peer)
        if a is None or b is None:
            print(f"| {data} | {target} <= {bound} | {a} | – | {b} | – | – |", flush=True)
        else:
            print(f"| {data} | {target} <= {bound} | {a[1]} | {a[0]:.2f} | {b[1]} | {b[0]:.2f} "
                  f"| {b[0] / a[0]:.1f} |", flush=True)


with tempfile.TemporaryDirectory() as name:
    throughput(pathlib.Path(name))
    print()
    if not quick:
        accuracy(pathlib.Path(name))
