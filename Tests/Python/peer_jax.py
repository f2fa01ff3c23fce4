"""The training of a score network as a user would write it in JAX: the same network, data, noise and loss
as tinyscore's, Adam and an exponential average of the weights, `jit` around a loop over the steps.

usage: peer_jax.py step WIDTH THREADS STEPS                 microseconds a step on ring-8
       peer_jax.py train TEMPLATE OUTPUT STEPS RATE THREADS SEED [SEED ...]

The second form takes data, range and shapes from TEMPLATE, a checkpoint of tinyscore, and writes the trained
average in its place, to OUTPUT with the seed's number before the suffix, so that `tinyscore evaluate` measures
it. It prints one line of JSON a seed: {"seed", "seconds", "path"}; compilation and start-up are not counted.
"""

import hashlib
import json
import math
import os
import pathlib
import resource
import sys
import time

mode = sys.argv[1]
threads = int(sys.argv[3] if mode == "step" else sys.argv[6])
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

import jax
import jax.numpy as jnp
import numpy

BATCH, DEPTH, FREQUENCIES = 1024, 3, 0.25 * 1.3 ** jnp.arange(16)


def forward(parameters, u, level):
    angles = level[:, None] * FREQUENCIES
    h = jnp.concatenate([u, jnp.cos(angles), jnp.sin(angles)], 1)
    for weight, bias in parameters[:-1]:
        h = jax.nn.silu(h @ weight.T + bias)
    weight, bias = parameters[-1]
    return h @ weight.T + bias


def make_training(points, low, high, scale):
    """A compiled function from weights, a key, a count of steps and a learning rate to averaged weights."""
    points = jnp.asarray(points, jnp.float32)

    def loss(parameters, key, step):
        k1, k2 = jax.random.split(key)
        y = points[jax.random.randint(k1, (BATCH,), 0, len(points))]
        z = jax.random.normal(k2, y.shape)
        # One noise level in each of the batch's equal parts of the range in ln σ.
        u = (jnp.arange(BATCH) + jnp.mod(0.618033988749895 * step, 1)) / BATCH
        sigma = low * jnp.exp(math.log(high / low) * u)
        rho = jnp.sqrt(sigma**2 + scale**2)
        x = (y + sigma[:, None] * z) / rho[:, None]
        output = forward(parameters, x, jnp.log(sigma / scale))
        predicted = (sigma / rho)[:, None] * x - (scale / rho)[:, None] * output
        return ((z - predicted) ** 2).sum(1).mean()

    def one(step, state, steps, rate):
        parameters, average, first, second, key = state
        key, now = jax.random.split(key)
        gradient = jax.grad(loss)(parameters, now, step)
        warm_up = jnp.maximum(1, jnp.minimum(200, steps / 20))
        progress = jnp.clip((step - warm_up) / jnp.maximum(1, steps - warm_up), 0, 1)
        rate = rate * jnp.where(step < warm_up, (step + 1) / warm_up, 0.5 + 0.5 * jnp.cos(math.pi * progress))
        each = jax.tree.map
        first = each(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = each(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        c1, c2 = 1 - 0.9 ** (step + 1), 1 - 0.999 ** (step + 1)
        parameters = each(
            lambda p, m, v: p - rate * (m / c1) / (jnp.sqrt(v / c2) + 1e-8), parameters, first, second)
        share = jnp.maximum(1 / (0.03 * steps), 1 / (step + 1))
        average = each(lambda a, p: a + share * (p - a), average, parameters)
        return parameters, average, first, second, key

    @jax.jit
    def train(parameters, key, steps, rate):
        zero = jax.tree.map(jnp.zeros_like, parameters)
        state = (parameters, parameters, zero, zero, key)
        body = lambda step, state: one(step.astype(jnp.float32), state, steps, rate)
        return jax.lax.fori_loop(0, steps.astype(int), body, state)[1]

    return train


def initial(dimension, width, seed):
    """Weights as tinyscore draws them: unit variance into every unit, the output layer zero."""
    random = numpy.random.default_rng(seed)
    normal = lambda rows, columns: random.standard_normal((rows, columns)).astype(numpy.float32)
    first = numpy.concatenate([normal(width, dimension) / math.sqrt(dimension), normal(width, 32) / math.sqrt(32)], 1)
    weights = [first] + [normal(width, width) / math.sqrt(width) for _ in range(DEPTH - 1)]
    weights.append(numpy.zeros((dimension, width), numpy.float32))
    return [(jnp.asarray(w), jnp.zeros(len(w))) for w in weights]


def timed(train, parameters, key, steps, rate):
    start = time.perf_counter()
    average = jax.block_until_ready(train(parameters, key, jnp.float32(steps), jnp.float32(rate)))
    return average, time.perf_counter() - start


if mode == "step":
    width, steps = int(sys.argv[2]), int(sys.argv[4])
    angles = 2 * numpy.pi * numpy.arange(8) / 8
    train = make_training(numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1), 0.05, 10.0, 0.7)
    parameters = initial(2, width, 0)
    timed(train, parameters, jax.random.key(0), 20, 1e-3)
    _, seconds = timed(train, parameters, jax.random.key(0), steps, 1e-3)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"microseconds": 1e6 * seconds / steps, "megabytes": memory}))
else:
    template, output, steps, rate = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
    # The format: the length of a JSON header in 8 bytes, the header with every tensor's place, the tensors.
    content = bytearray(template.read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    config = json.loads(header["__metadata__"]["config"])

    def digest():
        """The hash in the header: over every tensor and every other text, each field after its length."""
        sha = hashlib.sha256()
        tensors = sorted(
            (entry["data_offsets"][0], name) for name, entry in header.items() if name != "__metadata__")
        fields = [str(len(tensors)).encode()]
        for _, name in tensors:
            entry = header[name]
            shape = ",".join(map(str, entry["shape"]))
            fields += [name.encode(), f"{entry['dtype']}[{shape}]".encode(), bytes(content[place(name)])]
        for key, text in sorted(header["__metadata__"].items()):
            fields += [key.encode(), text.encode()] if key != "sha256" else []
        for field in fields:
            sha.update(len(field).to_bytes(8, "little") + field)
        return sha.hexdigest()

    def place(name):
        first, last = header[name]["data_offsets"]
        return slice(start + first, start + last)

    def tensor(name):
        return numpy.frombuffer(bytes(content[place(name)]), numpy.float32)

    points = numpy.array(json.loads(header["__metadata__"]["dataset"])["points"]) - tensor("data.mean")
    train = make_training(points, config["sigma-min"], config["sigma-max"], float(tensor("data.scale")[0]))
    for index, seed in enumerate(map(int, sys.argv[7:])):
        parameters = initial(points.shape[1], config["width"], seed)
        if index == 0:
            timed(train, parameters, jax.random.key(seed), 20, rate)
        average, seconds = timed(train, parameters, jax.random.key(seed), steps, rate)
        for layer, (weight, bias) in enumerate(average):
            content[place(f"ema.layers.{layer}.weight")] = numpy.asarray(weight, numpy.float32).tobytes()
            content[place(f"ema.layers.{layer}.bias")] = numpy.asarray(bias, numpy.float32).tobytes()
        path = output.with_suffix(f".{seed}{output.suffix}")
        old = header["__metadata__"]["sha256"].encode()
        path.write_bytes(bytes(content).replace(old, digest().encode(), 1))
        print(json.dumps({"seed": seed, "seconds": seconds, "path": str(path)}), flush=True)
