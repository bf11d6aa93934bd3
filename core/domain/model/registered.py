"""A model as the registry knows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.domain.row import FromRow

USABLE = frozenset({"validated", "shadow", "active", "retired"})


@dataclass(frozen=True)
class Registered(FromRow):
    """``manifest`` and ``checks`` are JSON. A rejected model has no weights; a demoted one is not activated again."""

    id: int
    uuid: str
    name: str
    model_version: str
    kind: str
    manifest: str
    sha256: bytes
    status: str
    checks: str
    created_at: datetime
    changed_at: datetime

    @property
    def label(self) -> str:
        return f"{self.name} {self.model_version}"

    @property
    def is_usable(self) -> bool:
        return self.status in USABLE


STATIC: dict[str, Any] = {"model_id": None, "name": "static rule", "version": "static"}
