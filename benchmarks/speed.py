"""How fast the NumPy network trains: ratios of one run, on one thread.

Two questions. How long do 100 epochs of the digits network take, against other libraries? And what
does training cost in memory as the data grow? (`benchmarks.crossing`: from what width Keras wins.)
PyTorch and JAX are measured where they are installed: both from a virtual environment of their own.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

# One thread for everyone; must be set before NumPy and TensorFlow are imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
for variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402

EPOCHS = 100
BATCH_SIZE = 32
REPEATS = 3  # in one process; Keras, which takes longest, runs once
GROWTHS = (1, 10, 100)
# Times of the other library divided by ours: at least this much (below 1: it may be faster).
TARGETS = {"Keras fit": 25.0, "scikit-learn": 3.5, "PyTorch loop": 6.0, "JAX scan": 1 / 2.3}


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return X, shape (1797, 64) with values in [0, 1], and the labels."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X / 16, y


# --- the same training in five libraries; each returns the seconds that it took -------------------


def numpy_seconds(X: np.ndarray, y: np.ndarray, epochs: int = EPOCHS) -> float:
    """Time `helpers.network`."""
    from helpers.losses import SparseCategoricalCrossentropy
    from helpers.network import Dense, Sequential

    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)])
    model.compile("adam", SparseCategoricalCrossentropy(from_logits=True))
    return _seconds(
        lambda: model.fit(X, y, epochs=epochs, batch_size=BATCH_SIZE, shuffle=False), REPEATS
    )


def keras_seconds(X: np.ndarray, y: np.ndarray, epochs: int = EPOCHS) -> float:
    """Time `keras.Model.fit`, after one epoch that builds its graph."""
    from helpers.comparison import to_keras
    from helpers.losses import SparseCategoricalCrossentropy
    from helpers.network import Dense, Sequential

    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)])
    model.compile("adam", SparseCategoricalCrossentropy(from_logits=True))
    model.build(X.shape[1])
    twin = to_keras(model)
    fit = {"batch_size": BATCH_SIZE, "shuffle": False, "verbose": 0}
    twin.fit(X, y, epochs=1, **fit)
    return _seconds(lambda: twin.fit(X, y, epochs=epochs, **fit))


def sklearn_seconds(X: np.ndarray, y: np.ndarray, epochs: int = EPOCHS) -> float:
    """Time `MLPClassifier`, told never to stop early."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (25, 15), batch_size=BATCH_SIZE, max_iter=epochs, n_iter_no_change=epochs, tol=0.0,
        alpha=0.0, shuffle=False, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged is what was asked for
        return _seconds(lambda: model.fit(X, y), REPEATS)


def torch_seconds(X: np.ndarray, y: np.ndarray, epochs: int = EPOCHS) -> float:
    """Time the loop that a PyTorch tutorial writes, batches taken by slicing."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(64, 25), nn.ReLU(), nn.Linear(25, 15), nn.ReLU(), nn.Linear(15, 10)
    ).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    loss_of = nn.CrossEntropyLoss()

    def train(epochs: int) -> None:
        for _ in range(epochs):
            for start in range(0, len(X), BATCH_SIZE):
                optimizer.zero_grad()
                loss_of(
                    model(X[start : start + BATCH_SIZE]), y[start : start + BATCH_SIZE]
                ).backward()
                optimizer.step()

    train(1)
    return _seconds(lambda: train(epochs), REPEATS)


def jax_seconds(X: np.ndarray, y: np.ndarray, epochs: int = EPOCHS) -> float:
    """Time all epochs compiled as one program (`lax.scan` under `jit`), without its compilation.

    This is the limit: no Python at all between two steps. The last batch of an epoch has 5
    examples; it is filled up with examples of weight 0.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp, lax = jax.numpy, jax.lax
    batches = -(-len(X) // BATCH_SIZE)
    padding = batches * BATCH_SIZE - len(X)
    weight = np.r_[np.ones(len(X)), np.zeros(padding)].reshape(batches, BATCH_SIZE)
    X = np.pad(X, ((0, padding), (0, 0))).reshape(batches, BATCH_SIZE, -1)
    y = np.pad(y, (0, padding)).reshape(batches, BATCH_SIZE)
    random = np.random.default_rng(0)
    sizes = [(64, 25), (25, 15), (15, 10)]
    weights = [
        (random.uniform(-1, 1, size) * np.sqrt(6 / sum(size)), np.zeros(size[1])) for size in sizes
    ]
    zeros = jax.tree.map(np.zeros_like, weights)

    def cost(weights, batch):
        a, y, weight = batch
        for W, b in weights[:-1]:
            a = jax.nn.relu(a @ W + b)
        log_p = jax.nn.log_softmax(a @ weights[-1][0] + weights[-1][1])
        losses = -jnp.take_along_axis(log_p, y[:, None], axis=1)[:, 0]
        return (losses * weight).sum() / weight.sum()

    def step(state, batch):
        weights, m, v, t = state
        loss, g = jax.value_and_grad(cost)(weights, batch)
        t += 1
        m = jax.tree.map(lambda m, g: m + (g - m) * (1 - 0.9), m, g)
        v = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - 0.999), v, g)
        alpha = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        weights = jax.tree.map(lambda w, m, v: w - alpha * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
        return (weights, m, v, t), loss

    @jax.jit
    def train(state, X, y, weight):
        def epoch(state, _):
            return lax.scan(step, state, (X, y, weight))

        return lax.scan(epoch, state, None, length=epochs)

    state = (weights, zeros, zeros, 0.0)
    jax.block_until_ready(train(state, X, y, weight))
    return _seconds(lambda: jax.block_until_ready(train(state, X, y, weight)), REPEATS)


def _seconds(run: Callable[[], object], repeats: int = 1) -> float:
    """Return the shortest of some runs: the one that other processes disturbed least."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def _python(statement: str) -> str:
    """Return what `statement`, about this module, prints in a new process."""
    command = [sys.executable, "-c", f"from benchmarks import speed; {statement}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


LIBRARIES = {
    "NumPy (ours)": ("numpy", numpy_seconds),
    "Keras fit": ("tensorflow", keras_seconds),
    "scikit-learn": ("sklearn", sklearn_seconds),
    "PyTorch loop": ("torch", torch_seconds),
    "JAX scan": ("jax", jax_seconds),
}


def race(epochs: int = EPOCHS, repeats: int = 3) -> dict[str, float]:
    """Return each installed library's best time; taken in turns, so that all share the weather."""
    best: dict[str, float] = {}
    for repeat in range(repeats):
        for name, (module, seconds) in LIBRARIES.items():
            if importlib.util.find_spec(module) is None or (name == "Keras fit" and repeat):
                continue  # Keras takes as long as all others together
            # A process each: TensorFlow, PyTorch and JAX would get into each other's threads.
            output = _python(f"print(speed.{seconds.__name__}(*speed.digits(), {epochs}))")
            best[name] = min(float(output.split()[-1]), best.get(name, np.inf))
    return best


# --- memory ---------------------------------------------------------------------------------------


def extra_memory(growth: int) -> tuple[float, float]:
    """Return the size of the data, and by how much training raised the process's peak, in MB."""
    from helpers.losses import SparseCategoricalCrossentropy
    from helpers.network import Dense, Sequential

    X = np.zeros((1797 * growth, 64))
    X[:] = np.random.default_rng(0).random(64)
    y = np.arange(len(X)) % 10
    model = Sequential([Dense(25, "relu"), Dense(15, "relu"), Dense(10)])
    model.compile("adam", SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X[:64], y[:64])  # what the code itself needs
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model.fit(X, y, epochs=1, batch_size=BATCH_SIZE, validation_data=(X, y))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return X.nbytes / 1e6, (after - before) / 1e3


# --- report ---------------------------------------------------------------------------------------


def main(epochs: int = EPOCHS) -> bool:
    """Print the two tables; return whether the targets were met."""
    print(
        f"Speed: {epochs} epochs of digits, 64-25-15-10, Adam, batches of 32, float64, one thread"
    )
    times = race(epochs)
    ours = times["NumPy (ours)"]
    kept = True
    for name in LIBRARIES:
        if name not in times:
            print(f"{name:<13}  not installed")
            continue
        ratio, target = times[name] / ours, TARGETS.get(name)
        verdict = ""
        if target is not None:
            kept &= ratio >= target
            verdict = f"target {target:.2f}" + ("" if ratio >= target else "   MISSED")
        print(f"{name:<13}  {times[name]:7.3f} s   {ratio:6.2f} times ours   {verdict}".rstrip())

    print("\nMemory: what one epoch with shuffling and validation adds to the peak")
    for growth in GROWTHS:
        output = _python(f"print(*speed.extra_memory({growth}))")
        data, extra = map(float, output.split())
        print(f"{growth:4d} times the digits: data {data:7.1f} MB, training adds {extra:6.1f} MB")
    return kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    raise SystemExit(not main(parser.parse_args().epochs))
