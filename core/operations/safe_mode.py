"""SAFE_MODE: requested, nothing is claimed any more; in force, nothing claimed is still on its way (INV-08)."""

from datetime import datetime

from core import audit, errors, events
from core.database import Tx
from core.sql import actions, settings

KEY = "SAFE_MODE"


def requested(tx: Tx) -> bool:
    """Whether intents of this transaction must be dry runs. Whoever turns the switch waits for us; unreadable is on."""
    row = settings.read_shared(tx, KEY)
    return row is None or row["v"] != "off"


def state(tx: Tx) -> dict:
    """``on``, ``requested_at`` and ``in_force_at``, which is null while something is still on its way."""
    row = settings.read(tx, KEY) or {"v": "on", "requested_at": None, "in_force_at": None}
    on = row["v"] != "off"
    return {
        "on": on,
        "requested_at": row["requested_at"] if on else None,
        "in_force_at": row["in_force_at"],
        "in_force": on and row["in_force_at"] is not None,
    }


def switch(tx: Tx, on: bool, *, actor: str, reason: str) -> dict:
    """Turn it; waits for open claims. Being in force is established by ``confirm``."""
    settings.write(tx, KEY, "on" if on else "off", tx.now())
    word = "on" if on else "off"
    audit.record(tx, client_id=0, actor=actor, action=f"safe_mode_{word}", resource=("system", 0), why=reason)
    events.emit(tx, events.EVERYBODY, "safe_mode", on=on, in_force=False)
    return state(tx)


def confirm(tx: Tx, now: datetime) -> bool:
    """Whether SAFE_MODE came into force just now: requested, and no claim can still be calling AWS."""
    row = settings.read(tx, KEY)
    if row is None or row["v"] == "off" or row["in_force_at"] is not None or actions.in_flight(tx):
        return False
    came = bool(settings.set_in_force(tx, KEY, now))
    if came:
        events.emit(tx, events.EVERYBODY, "safe_mode", on=True, in_force=True)
    return came


def refuse_if_on(tx: Tx) -> None:
    if requested(tx):
        raise errors.Conflict("SAFE MODE is on; nothing is changed at AWS")
