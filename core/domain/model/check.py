"""The checks an uploaded model must pass, in order; the first that fails ends them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from core.domain.model.contract import CHECK_VECTOR, NUMBERS, ContractBroken, Features
from core.domain.model.kinds import Model, maker

AGREES_WITHIN = 1e-5
DEADLINE_SECONDS = 0.5
ROWS_IN_TIME = 500  # as many pools as one decision weighs
STRANGE_ROWS = 1000
NO_OTHERS: Mapping[str, Callable] = MappingProxyType({})


@dataclass(frozen=True)
class Check:
    """One check: whether it passed, and the sentence that says so."""

    name: str
    passed: bool
    sentence: str


def examine(manifest: Mapping[str, Any], data: bytes, others: Mapping[str, Callable] = NO_OTHERS) -> list[Check]:
    """Every check up to the first that fails. NoModelFile for a file that is never opened; ``others`` as ``kinds.maker`` takes them."""
    make = maker(manifest["kind"], tuple(manifest["numbers"]), data, others)
    made: list[Model] = []
    checks: list[Check] = []
    for name, check in (
        ("arrays", lambda: made.append(make())),
        ("check vector", lambda: made[0].predict([CHECK_VECTOR])),
        ("golden vectors", lambda: _agrees(made[0], manifest["golden"])),
        ("strange numbers", lambda: _stays_in_range(made[0])),
        ("deadline", lambda: _is_in_time(made[0])),
    ):
        checks.append(_run(name, check))
        if not checks[-1].passed:
            break
    return checks


def _run(name: str, check: Callable[[], object]) -> Check:
    try:
        found = check()
    except ContractBroken as error:
        return Check(name, False, str(error))
    return Check(name, True, found if isinstance(found, str) else PASSED[name])


PASSED = {
    "arrays": "every array is there, has its shape and holds finite numbers",
    "check vector": "the contract's check vector gets a probability",
    "golden vectors": "the golden vectors get the probabilities they name",
    "strange numbers": "unknown and extreme numbers get probabilities too",
}


def _agrees(model: Model, golden: list[Mapping[str, Any]]) -> None:
    got = model.predict([features_of(one["features"]) for one in golden])
    for number, (one, prediction) in enumerate(zip(golden, got, strict=True), 1):
        off = abs(prediction.interruption_probability - one["interruption_probability"])
        if off > AGREES_WITHIN:
            raise ContractBroken(f"golden vector {number} gets {prediction.interruption_probability:.6f}, not {one['interruption_probability']:.6f}")


def features_of(values: Mapping[str, Any]) -> Features:
    """The contract's members; whatever else is given is what we learnt of the pool."""
    given = dict(values)
    return Features(
        given.pop("instance_type"), given.pop("availability_zone"), tuple(given.pop("spot_price_history")),
        given.pop("hour_of_day"), given.pop("day_of_week"), given,
    )  # fmt: skip


def _stays_in_range(model: Model) -> None:
    model.predict(_strange(STRANGE_ROWS))


def _is_in_time(model: Model) -> str:
    rows = _strange(ROWS_IN_TIME)
    began = time.perf_counter()
    model.predict(rows)
    took = time.perf_counter() - began
    if took > DEADLINE_SECONDS:
        raise ContractBroken(f"{ROWS_IN_TIME} predictions took {took:.2f} s, the limit is {DEADLINE_SECONDS} s")
    return f"{ROWS_IN_TIME} predictions took {1000 * took:.1f} ms"


def _strange(rows: int) -> list[Features]:
    """Rows from a fixed seed: ordinary, huge, negative and unknown numbers."""
    random = np.random.default_rng(20260101)
    names = [name for name in NUMBERS if not name.startswith(("price_", "hour_of", "day_of"))]
    return [
        Features(
            "m5.large", "us-east-1a", tuple(random.lognormal(-3, 2, 3)), int(random.integers(24)), int(random.integers(7)),
            {name: float(random.choice([0, 1, 24, 1e9, -1e9])) for name in names if random.random() < 0.8},
        )
        for _ in range(rows)
    ]  # fmt: skip
