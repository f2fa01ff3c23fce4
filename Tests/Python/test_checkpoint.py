"""Reads files of tinyscore with NumPy, pandas, safetensors, csv and json, and recomputes what they say.

    python test_checkpoint.py TINYSCORE README.md

works in the current folder. The score function is the NumPy block of the README, and its other blocks
run too, so that the README cannot be wrong.
"""

import csv
import hashlib
import json
import pathlib
import struct
import subprocess
import sys

import numpy as np
from safetensors import safe_open

import readme

PROGRAM, README = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
WIDTH, DEPTH, STEPS = 16, 2, 150


def tinyscore(*words):
    """The stdout of the program, which must succeed."""
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return done.stdout


def check_score(dimension):
    """The README's score agrees with `tinyscore score` to 1e-5 of its largest element."""
    names = {}
    exec(readme.blocks(README, torch=False)[0], names)
    score = names["load_score"]("model.safetensors")
    config = json.loads(safe_open("model.safetensors", "np").metadata()["config"])
    random = np.random.default_rng(0)
    levels = np.geomspace(config["sigma-min"], config["sigma-max"], 7)
    for sigma in levels:
        x = 2 + random.standard_normal((33, dimension)) * np.hypot(sigma, 1)
        np.save("x.npy", x)
        tinyscore("score", "model.safetensors", "--points", "x.npy", "--sigma", repr(float(sigma)),
                  "--output", "s.npy")
        expected = np.load("s.npy")
        assert expected.dtype == np.dtype("<f8") and expected.shape == x.shape
        found = score(x, sigma)
        assert found.shape == x.shape and np.isfinite(found).all()
        error = np.abs(found - expected).max() / np.abs(expected).max()
        assert error <= 1e-5, (sigma, error)
    # Seen to fail when it should: a score at another level is another score.
    other = score(x, 1.01 * sigma)
    assert np.abs(other - expected).max() > 1e-3 * np.abs(expected).max()


def check_quantities(dimension):
    """Every array that `score` writes reads in NumPy with its shape, and they agree."""
    x = np.random.default_rng(1).standard_normal((5, dimension))
    np.save("x.npy", x)
    arrays = {}
    for quantity in ["score", "denoised", "noise", "jacobian", "divergence"]:
        tinyscore("score", "model.safetensors", "--points", "x.npy", "--sigma", "0.7", "--output",
                  f"{quantity}.npy", "--quantity", quantity)
        arrays[quantity] = np.load(f"{quantity}.npy", allow_pickle=False)
        assert arrays[quantity].dtype == np.dtype("<f8") and arrays[quantity].flags.c_contiguous
    score = arrays["score"]
    assert score.shape == (5, dimension) and arrays["divergence"].shape == (5,)
    assert arrays["jacobian"].shape == (5, dimension, dimension)
    np.testing.assert_allclose(arrays["denoised"], x + 0.49 * score, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(arrays["noise"], -0.7 * score, rtol=1e-9, atol=1e-9)
    trace = np.trace(arrays["jacobian"], axis1=1, axis2=2)
    np.testing.assert_allclose(arrays["divergence"], trace, rtol=1e-9, atol=1e-9)


def check_samples(dimension):
    """Samples read in NumPy, and do not depend on the threads or on how many follow."""
    arrays = []
    for count, threads in [(300, 1), (300, 3), (700, 2)]:
        tinyscore("sample", "model.safetensors", "--count", count, "--steps", 8, "--output", "y.npy",
                  "--threads", threads)
        arrays.append(np.load("y.npy", allow_pickle=False))
        assert arrays[-1].shape == (count, dimension) and arrays[-1].dtype == np.dtype("<f8")
    assert (arrays[0] == arrays[1]).all() and (arrays[0] == arrays[2][:300]).all()
    # The noise is independent of what it is added to: variances add up. 4 standard errors.
    tinyscore("sample", "normal.json", "--exact", "--sigma", 2, "--count", 20000, "--output", "y.npy")
    variance = np.load("y.npy").var(axis=0)
    assert np.abs(variance / 5 - 1).max() < 4 * np.sqrt(2 / 20000), variance


def check_file(dimension):
    """The safetensors package opens the file: keys, shapes, types, texts and hash as documented."""
    raw = pathlib.Path("model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    data = raw[8 + length:]
    assert (8 + length) % 64 == 0
    assert list(header) == sorted(header, key=str.encode)
    texts = header.pop("__metadata__")
    assert list(texts) == sorted(texts, key=str.encode)

    with safe_open("model.safetensors", "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        assert file.metadata() == texts
    features = tensors["embedding.frequencies"].shape[0]
    sizes = [dimension + 2 * features] + [WIDTH] * DEPTH + [dimension]
    shapes = {"data.mean": (dimension,), "data.scale": (1,), "embedding.frequencies": (features,)}
    for prefix in ["network", "ema", "optimizer.first", "optimizer.second"]:
        for layer in range(DEPTH + 1):
            shapes[f"{prefix}.layers.{layer}.weight"] = (sizes[layer + 1], sizes[layer])
            shapes[f"{prefix}.layers.{layer}.bias"] = (sizes[layer + 1],)
    for layer in range(DEPTH + 1):
        for side, size in ("left", sizes[layer + 1]), ("right", sizes[layer]):
            for part in "factor", "basis":
                shapes[f"optimizer.bases.{layer}.{side}.{part}"] = (size, size)
    for name, tensor in tensors.items():
        if name.startswith("ledger.") or name == "optimizer.levels":
            assert tensor.dtype == np.float64, name
        else:
            assert tensor.dtype == np.float32 and tensor.shape == shapes.pop(name), name
        assert np.isfinite(tensor).all(), name
    assert not shapes, shapes

    assert texts["format"] == "tinyscore" and texts["version"] == "1"
    config, progress = json.loads(texts["config"]), json.loads(texts["progress"])
    assert (config["steps"], config["width"], config["depth"]) == (STEPS, WIDTH, DEPTH)
    assert progress["step"] == STEPS and progress["samplesSeen"] == STEPS * config["batch"]
    points = pathlib.Path("points.csv").read_bytes()
    assert json.loads(texts["dataset"]) == {
        "name": "points.csv", "shape": [3, dimension],
        "sha256": hashlib.sha256(points).hexdigest()}
    assert set(json.loads(texts["provenance"])) == {"version", "openBLAS", "coreType"}

    # Each field is preceded by its length: the number of tensors, then of each in the order of the
    # data its name, type and shape, and bytes; then every other text's key and itself.
    digest = hashlib.sha256()

    def add(field):
        field = field if isinstance(field, bytes) else field.encode()
        digest.update(struct.pack("<Q", len(field)) + field)

    add(str(len(header)))
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = tensor["data_offsets"]
        add(name)
        add(f"{tensor['dtype']}[{','.join(map(str, tensor['shape']))}]")
        add(data[begin:end])
    for key in sorted(texts, key=str.encode):
        if key != "sha256":
            add(key)
            add(texts[key])
    assert digest.hexdigest() == texts["sha256"]


def check_results():
    """The results of `evaluate` read as JSON and CSV, and say the same."""
    tinyscore("evaluate", "model.safetensors", "--levels", 4, "--samples", 256, "--json", "e.json",
              "--csv", "e.csv")
    document = json.loads(pathlib.Path("e.json").read_text(encoding="utf-8"))
    with open("e.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert document["schema"] == "tinyscore.evaluation.v1" and len(rows) == 4
    for level, row in zip(document["levels"], rows):
        assert row["model"] == "model.safetensors" and row["dataset"] == "points"
        assert float(row["sigma"]) == level["sigma"]
        assert float(row["exact"]) == level["exact"]["entropyRate"]["value"]
        for route, estimate in level["learned"]["entropyRate"].items():
            cells = row[route], row[route + "StandardError"]
            if estimate is None:
                assert cells == ("", ""), route
            else:
                assert tuple(map(float, cells)) == (estimate["value"], estimate["standardError"])
    inspected = json.loads(tinyscore("inspect", "model.safetensors", "--json"))
    assert inspected["progress"]["step"] == STEPS
    lines = pathlib.Path("log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["step"] for line in lines] == [100, STEPS]


def check_schedule():
    """Lists of noise levels read as JSON, CSV and NumPy; the table of `evaluate` makes one."""
    words = ["schedule", "normal.json", "--steps", 9, "--kind", "rescaled-entropic", "--sigma-min", 0.01,
             "--sigma-max", 50]
    levels = np.array(json.loads(tinyscore(*words)))
    # Equal steps of the angle, for a standard deviation of 1.
    expected = np.tan(np.linspace(np.arctan(50), np.arctan(0.01), 9))
    np.testing.assert_allclose(levels, expected, rtol=1e-6)
    for ending in ["json", "csv", "npy"]:
        tinyscore(*words, "--format", ending, "--output", f"levels.{ending}")
    array = np.load("levels.npy", allow_pickle=False)
    assert array.dtype == np.dtype("<f8") and array.shape == (9,)
    np.testing.assert_array_equal(array, levels)
    np.testing.assert_array_equal(json.loads(pathlib.Path("levels.json").read_text()), levels)
    np.testing.assert_array_equal(np.loadtxt("levels.csv", skiprows=1), levels)
    tinyscore("evaluate", "model.safetensors", "--levels", 9, "--samples", 256, "--csv", "e.csv")
    learned = np.array(json.loads(tinyscore("schedule", "e.csv", "--dimension", 3, "--steps", 5)))
    assert learned.shape == (5,) and (np.diff(learned) < 0).all() and learned[-1] > 0


def check_readme():
    """The README's programs for NumPy and pandas run, and their results are right."""
    readme.copy_example(README)
    example = "checkpoints/example.safetensors"
    # The README's commands, with fewer samples.
    tinyscore("schedule", example, "--steps", 18, "--append-zero", "--output", "levels.json",
              "--samples", 128)
    tinyscore("evaluate", example, "--json", "ring.json", "--csv", "ring.csv", "--levels", 8,
              "--samples", 256, "--paths", 0)
    pathlib.Path("log.jsonl").rename("ring.jsonl")
    names = {}
    for block in readme.blocks(README, torch=False):
        exec(block, names)
    readme.check_samples(names["samples"])
    assert list(names["log"]["step"]) == [100, STEPS]
    loss, rates = names["loss"], names["rates"]
    assert loss.shape == (8, 4) and (loss.iloc[:, 1] == rates["loss"]).all()
    assert (loss.iloc[:, 2] < loss.iloc[:, 1]).all() and (loss.iloc[:, 1] < loss.iloc[:, 3]).all()
    assert (names["excess"] > 0).all() and names["excess"].max() < 0.01


def check_predictions():
    """The README's arrays of anyone's network give the loss of the network that made them."""
    heading = "Anyone's network: `evaluate --predictions`"
    (block,) = readme.blocks(README, torch=False, heading=heading)
    exec(block.replace("4096", "512"), {})
    tinyscore("evaluate", "--predictions", "out", "--json", "predictions.json", "--csv", "out.csv")
    document = json.loads(pathlib.Path("predictions.json").read_text())
    levels = document["levels"]
    assert len(levels) == 32
    for level in levels:
        share = level["sigma"] ** 2 / (4 + level["sigma"] ** 2)
        loss = level["learned"]["entropyRate"]["loss"]
        # E|z - c z*|^2 with c = 1.03; five standard errors, 1e-5 by chance over all levels; seed 0.
        expected = 16 * (1 - share * (2 * 1.03 - 1.03**2))
        assert abs(loss["value"] - expected) < 5 * loss["standardError"] + 1e-9, (level, expected)
    listed = json.loads(tinyscore("schedule", "out.csv", "--dimension", 16, "--steps", 6))
    assert len(listed) == 6 and (np.diff(listed) < 0).all()


def main():
    points = np.array([[1.0, 2, 2.5], [3, 1, 2], [2, 2, 1]])
    np.savetxt("points.csv", points, delimiter=",")
    tinyscore("train", "points.csv", "--output", "model.safetensors", "--steps", STEPS, "--batch", 512,
              "--width", WIDTH, "--depth", DEPTH, "--metrics", "log.jsonl", "--quiet")
    dimension = points.shape[1]
    check_file(dimension)
    check_score(dimension)
    check_quantities(dimension)
    pathlib.Path("normal.json").write_text(
        '{"distribution": "gaussian", "dimension": 3, "standardDeviation": 1}', encoding="utf-8")
    check_samples(dimension)
    check_results()
    check_schedule()
    check_readme()
    check_predictions()
    print("ok")


main()
