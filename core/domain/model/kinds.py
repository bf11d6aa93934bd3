"""The kinds of model we run. Each is arrays and a formula; none executes what was uploaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.domain.model.contract import ContractBroken, Features, Prediction, matrix, predictions
from core.domain.model.files import read_arrays, refuse_pickle
from core.domain.model.trees import Trees, read_trees

MOST_NUMBERS = 64
MOST_BINS = 1000


class Formula(Protocol):
    """Probabilities of shape (rows,) for numbers of shape (rows, names)."""

    def __call__(self, numbers: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Logistic:
    """``1 / (1 + exp(-(intercept + coef · (x - mean) / scale)))``; an unknown number counts as its mean."""

    coef: np.ndarray
    intercept: float
    mean: np.ndarray
    scale: np.ndarray

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        standard = np.nan_to_num((numbers - self.mean) / self.scale, nan=0.0, posinf=0.0, neginf=0.0)
        return sigmoid(standard @ self.coef + self.intercept)


@dataclass(frozen=True)
class Table:
    """A rate per interval of one number; ``rates`` has one entry more than ``edges``, and ``unknown`` is the rate without it."""

    edges: np.ndarray
    rates: np.ndarray
    unknown: float

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        column = numbers[:, 0]
        found = self.rates[np.searchsorted(self.edges, column, side="right").clip(0, len(self.edges))]
        return np.where(np.isnan(column), self.unknown, found)


@dataclass(frozen=True)
class Unusable:
    """Stands for a model that this host cannot run: whoever asks is told why, and takes the rule."""

    why: str

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        raise ContractBroken(self.why)


@dataclass(frozen=True)
class Model:
    """A formula and the numbers it takes."""

    names: tuple[str, ...]
    formula: Formula

    def predict(self, rows: list[Features]) -> list[Prediction]:
        """One prediction per row, or ContractBroken."""
        numbers = matrix(self.names, rows)
        known = 1.0 - np.isnan(numbers).mean(axis=1)
        return predictions(np.asarray(self.formula(numbers), dtype=float), known)


def maker(kind: str, names: tuple[str, ...], data: bytes, others: Mapping[str, Callable[[tuple[str, ...], bytes], Formula]]) -> Callable[[], Model]:
    """Opens a file, and makes a model of ``kind`` of it when called. ``others`` are kinds that take a file as it is.

    NoModelFile or ContractBroken for a file that cannot be opened; later ContractBroken, which names what does not fit.
    """
    if kind in others:
        refuse_pickle(data)
        return lambda: Model(names, others[kind](names, data))
    arrays = read_arrays(data)
    return lambda: build(kind, names, arrays)


def build(kind: str, names: tuple[str, ...], arrays: Mapping) -> Model:
    """A model of ``kind`` from what was read of its file; ContractBroken names what does not fit."""
    return Model(names, KINDS[kind](names, arrays))


def sigmoid(margin: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500)))


def _logistic(names: tuple[str, ...], arrays: Mapping) -> Logistic:
    size = (len(names),)
    scale = _array(arrays, "scale", size)
    if np.any(scale == 0):
        raise ContractBroken("scale holds a zero")
    return Logistic(_array(arrays, "coef", size), float(_array(arrays, "intercept", ())), _array(arrays, "mean", size), scale)


def _table(names: tuple[str, ...], arrays: Mapping) -> Table:
    if len(names) != 1:
        raise ContractBroken("a table takes exactly one number")
    rates = _array(arrays, "rates", None)
    if rates.ndim != 1 or not 1 <= len(rates) <= MOST_BINS:
        raise ContractBroken(f"rates must be a list of 1 to {MOST_BINS} numbers")
    edges = _array(arrays, "edges", (len(rates) - 1,))
    if np.any(np.diff(edges) <= 0):
        raise ContractBroken("edges must rise")
    return Table(edges, rates, float(_array(arrays, "unknown", ())))


def _trees(names: tuple[str, ...], arrays: Mapping) -> Trees:
    return read_trees(arrays, len(names))


def _array(arrays: Mapping, name: str, shape: tuple[int, ...] | None) -> np.ndarray:
    """A finite array of floats of that shape."""
    try:
        array = np.asarray(arrays[name], dtype=float)
    except KeyError:
        raise ContractBroken(f"{name} is missing") from None
    except (TypeError, ValueError):
        raise ContractBroken(f"{name} does not hold numbers") from None
    if shape is not None and array.shape != shape:
        raise ContractBroken(f"{name} has shape {array.shape}, not {shape}")
    if not np.all(np.isfinite(array)):
        raise ContractBroken(f"{name} holds a value that is no finite number")
    return array


KINDS = {"logistic": _logistic, "table": _table, "trees": _trees}
