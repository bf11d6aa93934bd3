"""Switching parts of the product off while it runs. A part that is off stops optimizing, never workloads.

A use-case asks ``enabled``; one whose part may crash runs it through ``attempt``, which rests it for half a minute
and lets the fallback answer meanwhile (FAIL-01, MET-28).
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from core import audit, database, errors, events
from core.database import Tx
from core.domain.modules import BY_ID, MODULES, Module
from core.sql import settings

log = logging.getLogger("core.operations.modules")

T = TypeVar("T")

REST = timedelta(seconds=30)


def enabled(tx: Tx, module_id: str) -> bool:
    """Whether the part may work now: not switched off, and not resting after a crash.

    Parts that are not detachable always may. A switch that cannot be read is off: nothing is optimized meanwhile.
    """
    return not _is_off(tx, BY_ID[module_id]) and _crash(tx, module_id) is None


def attempt(module_id: str, work: Callable[[], T], fallback: Callable[[], T]) -> T:
    """What ``work`` answers; the fallback's answer while the part is off, resting, or crashes just now.

    ``work`` is a part's own computation. Failures we have named (a lost race, a database away) are the caller's.
    """
    if not database.run(lambda tx: enabled(tx, module_id)):
        return fallback()
    try:
        return work()
    except errors.SpotError:
        raise
    except Exception as crash:  # whatever a part does wrong, workloads go on
        log.error("%s crashed and rests for %s s", module_id, REST.seconds, exc_info=crash, extra={"component": module_id})
        database.run(partial(_rest, module_id=module_id, crash=type(crash).__name__))
        return fallback()


def list_of(tx: Tx) -> list[dict]:
    """Every part as the administrator sees it."""
    return [_shown(tx, module) for module in MODULES]


def switch(tx: Tx, module_id: str, on: bool, *, actor: str) -> dict:
    """Turn a detachable part on or off; Conflict for one that has no switch."""
    module = BY_ID.get(module_id)
    if module is None:
        raise errors.NotFound()
    if not module.detachable:
        raise errors.Conflict(f"{module.id} has no switch: {module.without}")
    word = "on" if on else "off"
    settings.write(tx, f"MODULE:{module.id}", word, tx.now())
    audit.record(
        tx, client_id=0, actor=actor, action=f"module_{word}", resource=("module", MODULES.index(module)),
        why=f"{module.id} ({module.name}) was switched {word}",
    )  # fmt: skip
    events.emit(tx, events.EVERYBODY, "module", id=module.id, enabled=on)
    return _shown(tx, module)


def _shown(tx: Tx, module: Module) -> dict:
    row = settings.read(tx, f"MODULE:{module.id}")
    crash = _crash(tx, module.id)
    return {
        "id": module.id, "name": module.name, "detachable": module.detachable, "enabled": not _is_off(tx, module),
        "since": row and row["requested_at"], "without": module.without, "resting_after": crash and crash["v"],
    }  # fmt: skip


def _is_off(tx: Tx, module: Module) -> bool:
    row = settings.read(tx, f"MODULE:{module.id}") if module.detachable else None
    return row is not None and row["v"] != "on"


def _rest(tx: Tx, module_id: str, crash: str) -> None:
    settings.write(tx, f"CRASH:{module_id}", crash, tx.now())


def _crash(tx: Tx, module_id: str) -> dict | None:
    """The crash it rests from, while it does."""
    row = settings.read(tx, f"CRASH:{module_id}")
    return row if row and row["requested_at"] + REST > tx.now() else None
