"""What AWS plans for this host without urgency: scheduled maintenance, and the state its Auto Scaling group wants."""

import logging
from typing import Any

from agent.imds import Imds, Trouble

log = logging.getLogger("agent.upkeep")

SCHEDULED = "meta-data/events/maintenance/scheduled"
TARGET_STATE = "meta-data/autoscaling/target-lifecycle-state"
MEMBERS = {"event_id": "EventId", "code": "Code", "state": "State", "not_before": "NotBefore", "not_after": "NotAfter"}
MOST = 20


class Upkeep:
    """Read every 30 s; what could not be read keeps its last value."""

    def __init__(self, imds: Imds):
        self._imds = imds
        self.maintenance: list[dict[str, str | None]] = []
        self.asg_state: str | None = None

    def look(self) -> bool:
        """Look once; whether anything changed."""
        before = (self.maintenance, self.asg_state)
        try:
            self.maintenance = scheduled(self._imds.json(SCHEDULED))
            self.asg_state = (self._imds.text(TARGET_STATE) or "").strip()[:64] or None
        except Trouble as error:
            log.info("upkeep: %s", error)
        return (self.maintenance, self.asg_state) != before


def scheduled(told: Any) -> list[dict[str, str | None]]:
    """The events of a list as the metadata gives it; what has no id, code and time is passed over (wire-formats 2.3)."""
    rows = told if isinstance(told, list) else []
    return [found for row in rows[:MOST] if isinstance(row, dict) and (found := _event(row))]


def _event(row: dict[str, Any]) -> dict[str, str | None] | None:
    found = {name: str(row[theirs])[:64] if row.get(theirs) else None for name, theirs in MEMBERS.items()}
    if not (found["event_id"] and found["code"] and found["not_before"]):
        return None
    return found | {"state": found["state"] or "active"}
