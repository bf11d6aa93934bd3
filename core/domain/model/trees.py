"""Boosted trees in XGBoost's JSON form, walked in numpy: no XGBoost needed, nothing executed.

The form is described in XGBoost's documentation ("Introduction to Model IO"); binary:logistic only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.domain.model.contract import ContractBroken

MOST_TREES, MOST_NODES, DEEPEST = 1000, 200_000, 64
LEAF = -1


@dataclass(frozen=True)
class Trees:
    """All trees side by side, shape (trees, nodes of the largest); ``value`` is a split's threshold or a leaf's weight."""

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    value: np.ndarray
    default_left: np.ndarray
    base_margin: float

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        trees = np.arange(len(self.left))
        rows = np.arange(len(numbers))[:, None]
        at = np.zeros((len(numbers), len(trees)), dtype=int)
        for _ in range(DEEPEST):
            left = self.left[trees, at]
            if np.all(left == LEAF):
                break
            x = numbers[rows, self.feature[trees, at]].astype(np.float32)  # XGBoost compares in single precision
            goes_left = np.where(np.isnan(x), self.default_left[trees, at], x < self.value[trees, at].astype(np.float32))
            at = np.where(left == LEAF, at, np.where(goes_left, left, self.right[trees, at]))
        margin = self.value[trees, at].sum(axis=1) + self.base_margin
        return 1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500)))


def read_trees(document: Mapping[str, Any], width: int) -> Trees:
    """Trees over ``width`` numbers, or ContractBroken with what is wrong in the document."""
    try:
        learner = document["learner"]
        objective = learner["objective"]["name"]
        trees = learner["gradient_booster"]["model"]["trees"]
        base = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    except (KeyError, TypeError, ValueError):
        raise ContractBroken("this is not XGBoost's JSON form") from None
    if objective != "binary:logistic":
        raise ContractBroken(f"the objective is {objective}, not binary:logistic")
    if not 0 < base < 1:
        raise ContractBroken("base_score is not between 0 and 1")
    _refuse_too_many(trees)
    columns = [_tree(tree, width) for tree in trees]
    return Trees(*(_side_by_side(column, fill) for column, fill in zip(zip(*columns, strict=True), FILL, strict=True)), float(np.log(base / (1 - base))))


FILL = (LEAF, LEAF, 0, 0.0, False)


def _refuse_too_many(trees: Any) -> None:
    if not isinstance(trees, list) or not 1 <= len(trees) <= MOST_TREES:
        raise ContractBroken(f"there must be 1 to {MOST_TREES} trees")
    if sum(len(tree.get("left_children", ())) for tree in trees if isinstance(tree, dict)) > MOST_NODES:
        raise ContractBroken(f"more than {MOST_NODES} nodes")


def _tree(tree: Any, width: int) -> tuple[np.ndarray, ...]:
    try:
        left, right = (np.asarray(tree[name], dtype=int) for name in ("left_children", "right_children"))
        feature = np.asarray(tree["split_indices"], dtype=int)
        value = np.asarray(tree["split_conditions"], dtype=float)
        default_left = np.asarray(tree["default_left"], dtype=bool)
        categorical = bool(tree.get("categories"))
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise ContractBroken("a tree is not in XGBoost's form") from None
    _refuse_crooked(left, right, feature, value, default_left, width, categorical)
    return left, right, np.where(left == LEAF, 0, feature), value, default_left


def _refuse_crooked(left, right, feature, value, default_left, width: int, categorical: bool) -> None:
    """Children come after their parents, so a walk always ends; every index stays inside."""
    size = len(left)
    if categorical:
        raise ContractBroken("a tree splits by categories; only numbers are known here")
    if size == 0 or {len(right), len(feature), len(value), len(default_left)} != {size}:
        raise ContractBroken("a tree's lists differ in length")
    if not np.all(np.isfinite(value)):
        raise ContractBroken("a tree holds a value that is no finite number")
    inner, here = left != LEAF, np.arange(size)
    if np.any((right == LEAF) == inner):
        raise ContractBroken("a node has one child")
    if any(np.any(side[inner] <= here[inner]) or np.any(side[inner] >= size) for side in (left, right)):
        raise ContractBroken("a tree has a child before its parent or outside")
    if np.any(feature[inner] < 0) or np.any(feature[inner] >= width):
        raise ContractBroken(f"a tree splits by a number beyond the {width} it was given")
    if _depth(left, right) > DEEPEST:
        raise ContractBroken(f"a tree is deeper than {DEEPEST}")


def _depth(left: np.ndarray, right: np.ndarray) -> int:
    depth = np.zeros(len(left), dtype=int)
    for node in np.flatnonzero(left != LEAF):
        for child in (left[node], right[node]):
            depth[child] = max(depth[child], depth[node] + 1)
    return int(depth.max())


def _side_by_side(rows: tuple[np.ndarray, ...], fill: Any) -> np.ndarray:
    widest = max(len(row) for row in rows)
    return np.stack([np.concatenate([row, np.full(widest - len(row), fill, dtype=row.dtype)]) for row in rows])
