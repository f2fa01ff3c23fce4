"""Writes Seeds/, the files that fuzzing starts from, out of what the program itself makes.

    python3 Tests/Fuzzing/make_seeds.py .build/release/tinyscore

All are small, as a fuzzer changes small files faster: checkpoints are of runs of a few steps, and
their ledgers are summed to one band. Needs nothing but Python.
"""

import hashlib
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

program = pathlib.Path(sys.argv[1]).resolve()
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
seeds = here / "Seeds"
work = pathlib.Path(tempfile.mkdtemp())


def put(reader, name, content):
    path = seeds / reader / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def run(*words):
    return subprocess.run([program, *words], cwd=work, check=True, capture_output=True).stdout


# ---- Checkpoints ----

def load(path):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    texts = header.pop("__metadata__")
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        letter = {"F32": "f", "F64": "d"}[tensor["dtype"]]
        size = struct.calcsize(letter)
        values = struct.unpack_from(f"<{(end - begin) // size}{letter}", data, 8 + length + begin)
        tensors[name] = (letter, tensor["shape"], list(values))
    return texts, tensors


def encoded(texts, tensors):
    """The file, as `SafetensorsHeader` has it."""
    order = sorted(tensors, key=lambda name: (tensors[name][0] != "d", name.encode()))
    data, header, fields = b"", {}, [str(len(tensors)).encode()]
    for name in order:
        letter, shape, values = tensors[name]
        dtype = {"f": "F32", "d": "F64"}[letter]
        elements = struct.pack(f"<{len(values)}{letter}", *values)
        header[name] = {
            "data_offsets": [len(data), len(data) + len(elements)], "dtype": dtype, "shape": shape,
        }
        shape = ",".join(map(str, shape))
        fields += [name.encode(), f"{dtype}[{shape}]".encode(), elements]
        data += elements
    texts = {key: text for key, text in texts.items() if key != "sha256"}
    for key in sorted(texts, key=str.encode):
        fields += [key.encode(), texts[key].encode()]
    digest = hashlib.sha256(b"".join(struct.pack("<Q", len(field)) + field for field in fields))
    header["__metadata__"] = {**texts, "sha256": digest.hexdigest()}
    text = json.dumps(header, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    text += b" " * (-(8 + len(text)) % 64)
    return struct.pack("<Q", len(text)) + text + data


def shrink(tensors):
    """Sums the ledger over its bands, and keeps one frequency of the embedding."""
    letter, (_, bands, sums), values = tensors["ledger.pages"]
    pages = [
        sum(values[(page * bands + band) * sums + index] for band in range(bands))
        for page in range(2) for index in range(sums)
    ]
    tensors["ledger.pages"] = (letter, [2, 1, sums], pages)
    if "optimizer.levels" in tensors:
        tensors["optimizer.levels"] = ("d", [1], tensors["optimizer.levels"][2][:1])
    (count,) = tensors["embedding.frequencies"][1]
    tensors["embedding.frequencies"] = ("f", [1], tensors["embedding.frequencies"][2][:1])
    for name, (letter, shape, values) in list(tensors.items()):
        dimension = tensors["data.mean"][1][0]
        kept = [*range(dimension), dimension, dimension + count]
        if name.endswith("layers.0.weight"):
            rows = [values[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]
            tensors[name] = (letter, [shape[0], len(kept)], [row[i] for row in rows for i in kept])
        if name.startswith("optimizer.bases.0.right"):
            tensors[name] = (letter, [len(kept)] * 2, [
                values[i * shape[1] + j] if name.endswith("factor") else float(i == j)
                for i in kept for j in kept])


(work / "pair.csv").write_text("1\n-1\n")
(work / "pair.json").write_text('{"distribution": "points", "points": [[1], [-1]]}')
(work / "file.json").write_text('{"distribution": "points", "file": "pair.csv"}')
for name, dataset, options in [
    ("adam", "pair.json", ["--optimizer", "adam"]),
    ("soap", "pair.csv", ["--optimizer", "soap"]),
    ("weights", "file.json", ["--optimizer", "adam", "--weights-only"]),
]:
    run("train", dataset, "--output", f"{name}.safetensors", "--steps", "3", "--batch", "4",
        "--width", "1", "--depth", "1", "--quiet", "--metrics", f"{name}.jsonl", *options)
    texts, tensors = load(work / f"{name}.safetensors")
    shrink(tensors)
    (work / f"{name}.safetensors").write_bytes(encoded(texts, tensors))
    run("inspect", f"{name}.safetensors", "--json")
    put("checkpoint", name, encoded(texts, tensors))
    put("checkpoint", f"{name}-no-tensors", encoded(texts, {}))
    if name == "adam":
        put("log", "run", (work / f"{name}.jsonl").read_bytes())
        put("json", "config", texts["config"])

put("log", "long", "".join(f'{{"step":{100 * k},"seconds":{k / 7}}}\n' for k in range(1, 9)))

# ---- Laws ----

for path in sorted((root / "datasets").glob("*.json")):
    if path.stat().st_size < 2000:
        put("law", path.stem, path.read_bytes())
put("law", "file", '{"distribution": "points", "file": "pair.csv", "weights": [0.25, 0.75]}')
put("law", "record", load(work / "weights.safetensors")[0]["dataset"])
put("law", "covariance", '{"distribution": "gaussian", "mean": [0, 1], '
    '"covariance": [[2, 0.5], [0.5, 1]]}')
put("law", "deviations", '{"distribution": "gaussian", "standardDeviations": [1, 0, 3]}')
put("law", "box", '{"distribution": "box", "lower": [0, -1], "upper": [1, -1], "name": "b"}')
put("law", "mixture", '{"distribution": "gaussian-mixture", "components": ['
    '{"weight": 0.5, "mean": [-1, 0], "standardDeviation": 0.1},'
    '{"weight": 0.5, "dimension": 2, "standardDeviation": 1, "subspaceDimension": 1}]}')
put("json", "law", (seeds / "law" / "mixture").read_bytes())
put("json", "texts", r'/* c */ {"a": "\u00e9\ud83d\ude00\n\\", "b": [true, false, null], // d'
    '\n"c": [-0, 1.5e-300, 18446744073709551615, 1E+5]}')

# ---- Arrays and tables ----

array = work / "points.npy"
run("sample", "pair.json", "--exact", "--count", "3", "--output", "points.npy")
put("numpy", "version-1", array.read_bytes())


def numpy(descr, shape, data, version=1, fortran=False):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    start = 10 if version == 1 else 12
    text += " " * (-(start + len(text) + 1) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + data


for version, descr, letter in [
    (1, "<f4", "<f"), (2, ">f8", ">d"), (3, "<f2", "<e"), (1, "|i1", "<b"), (2, ">u2", ">H"),
    (3, "<i4", "<i"), (1, ">u8", ">Q"),
]:
    data = struct.pack(letter[0] + 6 * letter[1], *range(6))
    put("numpy", f"{descr[1:]}-{version}", numpy(descr, (3, 2), data, version, version == 2))
put("numpy", "vector", numpy("<f8", (2,), struct.pack("<2d", 0.5, -1)))

put("csv", "points", "0.5,-1\n2,0.25\n1e-3,4\n")
put("csv", "header", 'x,"y, or ""z""",w\r\n1,2,-3e-5\r\n"4",+.5,6.\r\n\r\n')
put("csv", "spaces", "\ufeff 1 ,\t2\n3,4")
put("losses", "table", "step,sigma,loss\n1,0.01,0.02\n2,0.1,0.9\n3,1,1.7\n4,10,1.99\n")
put("losses", "quoted", '"sigma","note","loss"\n"1","a, b","1"\n3,,0.5\n0.5,"c ""d""",-0.01\n')

for kind in ["json", "csv", "npy"]:
    run("schedule", "pair.json", "--steps", "4", "--kind", "karras", "--append-zero",
        "--format", kind, "--output", f"levels.{kind}")
    put("levels", kind, (work / f"levels.{kind}").read_bytes())

rows = struct.pack("<4d", 0.5, -1, 2, 0.25)
put("predictions", "rows", numpy("<f8", (2, 2), rows) + numpy("<f8", (2,), rows[16:])
    + numpy("<f8", (2, 2), rows) + numpy("<f8", (2, 2), rows))
put("predictions", "grid", numpy("<f8", (2, 2, 1), rows) + numpy("<f8", (2, 1), rows[16:])
    + numpy("<f8", (2, 2, 1), rows, fortran=True) + numpy("<f8", (2, 1), rows[:16]))

# ---- Options ----

put("configuration", "all", '{"steps": 100, "learning-rate": 1e-3, "optimizer": "soap", '
    '"seed": 18446744073709551615, "quiet": true, "resume": false} // of train')

shutil.rmtree(work)
