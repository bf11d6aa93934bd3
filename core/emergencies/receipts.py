"""What a sighting came to, and how it is told to whoever brought it."""

from dataclasses import dataclass

from core.database import Tx
from core.domain.incident import Incident
from core.domain.notice import Rank
from core.domain.response import Action, Decision
from core.sql import actions, incidents, instances, replicas

MIRROR = {Rank.NONE: "none", Rank.REBALANCE: "rebalance", Rank.TERMINATION: "termination"}


@dataclass(frozen=True)
class Taken:
    """A notice that is stored. ``reason`` is why it was not acted upon, as a word; ``why`` the same as a sentence."""

    notice_uuid: str
    incident: Incident | None
    disposition: str
    reason: str | None = None
    decision: Decision | None = None
    why: str | None = None

    @property
    def action(self) -> Action:
        return self.decision.action if self.decision else Action.WAIT

    @property
    def sentence(self) -> str:
        return self.decision.reason if self.decision else self.why or (self.incident.sentence if self.incident else "")


def again(tx: Tx, copy: dict) -> Taken:
    """A copy of a notice that is stored: what became of the first."""
    return Taken(copy["uuid"], copy["incident_id"] and incidents.get(tx, copy["incident_id"]), copy["disposition"])


def receipt(tx: Tx, taken: Taken) -> dict:
    """What the reply to a host says: the same incident, however often it is told."""
    incident = taken.incident and incidents.get(tx, taken.incident.id)
    successor = incident and incident.successor_id and instances.get(tx, incident.successor_id)
    standby = incident and next(iter(replicas.standbys(tx, incident.agent_id)), None)
    launch = standby and actions.live_launch_of(tx, standby.instance.id)
    return {
        "notice_id": taken.notice_uuid,
        "incident_id": incident and incident.uuid,
        "status": MIRROR[Rank(incident.notice_rank)] if incident else "none",
        "deadline": incident and incident.deadline_at,
        "action": taken.action,
        "emergency_replica_id": standby and standby.replica.uuid,
        "promoted_instance_id": successor and successor.uuid,
        "launch_action_id": launch and launch.uuid,
        "reason": taken.sentence,
    }
