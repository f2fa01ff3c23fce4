"""An hour of training at default sizes: memory must not grow, nor files stay open.

Usage: hour.py TINYSCORE; the environment variable TINYSCORE_SECONDS changes the duration.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

SECONDS = float(os.environ.get("TINYSCORE_SECONDS", 3600))
INTERVAL = min(10, SECONDS / 60)
WARM_UP = min(120, SECONDS / 10)


def memory(process):
    """Resident memory in KiB."""
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def descriptors(process):
    """Open files: the fewest in half a second, as a save opens some for a moment."""
    counts = []
    for _ in range(10):
        counts.append(len(os.listdir(f"/proc/{process.pid}/fd")))
        time.sleep(0.05)
    return min(counts)


def main():
    tinyscore = os.path.abspath(sys.argv[1])
    law = os.path.abspath("datasets/ring-8.json")
    with tempfile.TemporaryDirectory() as folder:
        words = [tinyscore, "train", law, "--output", "m.safetensors", "--metrics", "log.jsonl"]
        words += ["--steps", "100000000", "--checkpoint-every", "500", "--quiet"]
        start = time.monotonic()
        process = subprocess.Popen(words, cwd=folder)
        samples = []
        while time.monotonic() - start < SECONDS:
            time.sleep(INTERVAL)
            if process.poll() is not None:
                sys.exit(f"the run ended by itself with {process.returncode}")
            samples.append((time.monotonic() - start, memory(process), descriptors(process)))
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=60)
        if code != 75:
            sys.exit(f"the run ended with {code}, not 75")
        subprocess.run([tinyscore, "inspect", "m.safetensors", "--check"], cwd=folder, check=True)
        with open(os.path.join(folder, "log.jsonl")) as log:
            lines = log.readlines()
        # A run that was stopped keeps the checkpoint before its last one.
        names = sorted(set(os.listdir(folder)) - {".m.safetensors.previous"})

    steady = [sample for sample in samples if sample[0] >= WARM_UP]
    # Medians of a tenth at each end: a sample taken in a save has the saved bytes in it.
    tenth = max(1, len(steady) // 10)
    first = statistics.median(memory for _, memory, _ in steady[:tenth])
    last = statistics.median(memory for _, memory, _ in steady[-tenth:])
    growth = last / first - 1
    counts = {count for _, _, count in steady}
    for seconds, resident, count in samples[:: max(1, len(samples) // 12)]:
        print(f"{seconds:7.0f} s  {resident / 1024:8.2f} MiB  {count} descriptors")
    print(
        f"{samples[-1][0]:.0f} s, {100 * len(lines)} steps, {len(samples)} samples: memory "
        f"{first / 1024:.2f} MiB after {WARM_UP:.0f} s, {last / 1024:.2f} MiB in the end "
        f"({100 * growth:+.2f} %), descriptors {sorted(counts)}"
    )
    if growth >= 0.01 or len(counts) != 1 or names != ["log.jsonl", "m.safetensors"]:
        sys.exit(f"memory grows, files stay open or stay behind: {names}")


if __name__ == "__main__":
    main()
