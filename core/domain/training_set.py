"""What a model was trained on, so that anybody can tell whether it is the same: the rows, their order, their hash (TAB-15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

SOURCE = "pool_observations from from_at (included) to to_at (excluded), in the order of pool_id, at, kind, source"
COLUMNS = ("pool_id", "at", "kind", "source")


@dataclass(frozen=True)
class TrainingSet:
    """``features`` are what the model makes of the rows; ``digest`` is SHA-256 of their lines."""

    from_at: datetime
    to_at: datetime
    features: tuple[str, ...]
    rows: int
    digest: bytes
    source: str = SOURCE

    @property
    def name(self) -> str:
        """The same rows of the same span bear the same name."""
        return f"risk-{self.to_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{self.digest.hex()[:8]}"


def describe(rows: Iterable[Mapping], from_at: datetime, to_at: datetime, features: tuple[str, ...]) -> TrainingSet:
    """Of rows in the stated order; the same rows give the same hash, in any process and on any database."""
    digest, count = sha256(), 0
    for row in rows:
        digest.update(line(row))
        count += 1
    return TrainingSet(from_at, to_at, features, count, digest.digest())


def line(row: Mapping) -> bytes:
    """One row: its columns apart by tabs, its time in UTC with microseconds."""
    told = (row["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if name == "at" else str(row[name]) for name in COLUMNS)
    return ("\t".join(told) + "\n").encode()
