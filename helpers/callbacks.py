"""What accompanies a training, under Keras's names: its `History`, and `EarlyStopping`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.validation import boolean, known_name, real_number

MONITORS = ("val_loss", "val_accuracy", "loss", "accuracy")


class History:
    """What `fit` reports: `history["loss"]` and the like, one number per epoch."""

    def __init__(self, names: Sequence[str], validated: bool = False) -> None:
        names = [*names, *(f"val_{name}" for name in names if validated)]
        self.history: dict[str, list[float]] = {name: [] for name in names}

    @property
    def epoch(self) -> list[int]:
        """The numbers of the epochs, from 0."""
        return list(range(len(self.history["loss"])))

    def append(self, results: Sequence[float]) -> None:
        """Add an epoch: one number per name."""
        for name, result in zip(self.history, results, strict=True):
            self.history[name].append(result)


class EarlyStopping:
    """Stop a training that no longer improves, epoch by epoch as Keras's `EarlyStopping` does.

    Parameters
    ----------
    monitor : {"val_loss", "val_accuracy", "loss", "accuracy"}
        The number to watch. A loss improves when it falls, an accuracy when it rises.
    min_delta : float ≥ 0
        An improvement is a change by more than this.
    patience : int ≥ 0
        So many epochs in a row may bring no improvement; 0 and 1 both stop at the first.
    restore_best_weights : bool
        Whether the model goes back to the weights of its best epoch, stopped or not. The optimizer
        stays where it is.

    Attributes
    ----------
    best : float or None
        The best value so far.
    best_epoch, stopped_epoch : int
        Where it was, and where training stopped, from 0; `stopped_epoch` is 0 if it did not.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Notes
    -----
    One object may serve several fits, one after another: each begins afresh.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        *,
        restore_best_weights: bool = False,
    ) -> None:
        self.monitor = known_name(monitor, MONITORS, "monitor")
        self.min_delta = real_number(min_delta, "min_delta", at_least=0)
        self.patience = _count(patience, "patience")
        self.restore_best_weights = boolean(restore_best_weights, "restore_best_weights")
        self.on_train_begin()

    def on_train_begin(self) -> None:
        """Begin afresh."""
        self.best: float | None = None
        self.best_epoch = self.stopped_epoch = self._waited = 0
        self._best_weights: list[np.ndarray] | None = None

    @property
    def stopped(self) -> bool:
        """Whether it is time to stop."""
        return self.stopped_epoch > 0

    def on_epoch_end(self, model: Any, history: History) -> None:
        """Look at the epoch that has just ended."""
        epoch, value = history.epoch[-1], history.history[self.monitor][-1]
        self._waited += 1
        if self._improves(value):
            self.best, self.best_epoch, self._waited = value, epoch, 0
            if self.restore_best_weights:
                self._best_weights = model.get_weights()
        elif self._waited >= self.patience:  # never in epoch 0, which is the best so far
            self.stopped_epoch = epoch

    def on_train_end(self, model: Any) -> None:
        """Bring back the best weights, if that was asked for."""
        if self.restore_best_weights:
            model.set_weights(self._best_weights)

    def _improves(self, value: float) -> bool:
        if self.best is None:
            return True
        if self.monitor.endswith("accuracy"):
            return value - self.min_delta > self.best
        return value + self.min_delta < self.best


def _count(value: Any, name: str) -> int:
    number = real_number(value, name, at_least=0)
    if not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    return int(number)
