"""The merging tree of the digits against the numbers of another program.

Run: python digits_tree.py TINYSCORE; prints how long it took and exits with 1 where something differs. The numbers are
those of Tests/DynamicsTests/References (generate_digits.py, generate_digit_counts.py).
"""
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REFERENCES = Path(__file__).parents[1] / "DynamicsTests" / "References" / "BranchingReferences.swift"


def counts() -> list[tuple[float, int]]:
    """Rows (sigma, stable modes) of the references."""
    text = REFERENCES.read_text().split("static let digitCounts")[1].split("\n  ]")[0]
    return [(float(a), int(b)) for a, b in re.findall(r"\[([\d.]+), (\d+), \d+\]", text)]


def folds() -> list[tuple[float, int]]:
    """Rows (sigma, point that ends) of the references: the first and the last folds."""
    text = REFERENCES.read_text().split("static let digit1797Events")[1].split("\n  ]")[0]
    return [(float(a), int(b)) for a, b in re.findall(r"sigma: ([\d.]+), point: (\d+)", text)]


def main() -> int:
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "digits.json"
        subprocess.run([sys.argv[1], "bifurcations", "digits", "--json", output], check=True, stdout=subprocess.DEVNULL)
        result = json.loads(output.read_text())
    events = result["events"]
    starts = [path["id"] for path in result["paths"] if path["start"] is not None]

    def followed(path: int, sigma: float) -> int:
        for event in events:
            if event["sigma"] <= sigma and path in event["ending"]:
                path = event["continuing"]
        return path

    faults = []
    for sigma, expected in counts():
        found = len({followed(path, sigma) for path in starts})
        print(f"sigma {sigma:5.1f}: {found} stable fixed points, {expected} expected")
        if found != expected:
            faults.append(f"{found} stable fixed points at {sigma}")
    by_path = {event["ending"][0]: event["sigma"] for event in events}
    worst = max(abs(by_path[point] / sigma - 1) for sigma, point in folds())
    print(f"{len(events)} folds, the first and last {len(folds())} within {worst:.1e} of the references")
    if worst > 1e-8:
        faults.append("folds")
    roots = len({followed(path, 20) for path in starts})
    print(f"{roots} root; {time.time() - began:.0f} s")
    return 1 if faults or roots != 1 else 0


if __name__ == "__main__":
    sys.exit(main())
