"""States and evictions: AWS's word on what has happened to a machine, which confirms losses and closes questions.

Called under the agent's lock, with the machine read again; each leaves its notice row.
"""

from core import doorbell
from core.database import Tx
from core.domain.aws_event import Item
from core.domain.lifecycle import Agent, Instance, Role
from core.emergencies.emergency import remember
from core.emergencies.receipts import Taken
from core.execution.watch import learn_state, lose, prove_taken
from core.sql import incidents, notices

STATES = {
    "stopping": "AWS tells that it is stopping", "stopped": "AWS tells that it stopped",
    "shutting-down": "AWS tells that it is shutting down", "terminated": "AWS tells that it ended",
}  # fmt: skip
STOPS = ("stopping", "stopped")


def take_state(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """The end of a PRIMARY is a loss confirmed; what we ordered ourselves is recorded and opens nothing (INV-58)."""
    over = why_over(subject) or _overtaken(tx, item, key)
    disposition = "record" if over else item.notice.disposition
    if disposition == "act" or over == "own_action":
        learn_state(tx, agent, safe, subject, item.word, STATES.get(item.word))
    return note(tx, agent, subject, item, key, disposition, over)


def why_over(subject: Instance) -> str | None:
    """Why nothing said of this machine asks for an answer any more, or None."""
    if subject.role == Role.TERMINATED:
        return "ignored_gone"
    return "own_action" if subject.terminate_requested_at else None


def _overtaken(tx: Tx, item: Item, key: dict) -> str | None:
    """A stop may be followed by a start, and the two may arrive the other way round."""
    late = item.word in STOPS and item.notice.action_time and notices.is_overtaken(tx, key, item.notice.action_time)
    return "out_of_order" if late else None


def take_eviction(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """Proof that AWS took the machine. A PRIMARY is lost; what else it was, EC2 is asked about: it may have been stopped."""
    over = why_over(subject)
    if over != "own_action":
        incidents.set_gone(tx, subject.id, tx.now())
        if subject.role == Role.PRIMARY and item.notice.disposition == "act":
            lose(tx, agent, safe, subject, f"{subject.name} ended (AWS took it)")
        prove_taken(tx, agent, subject, "eviction")
    asked = subject.role in (Role.REPLICA, Role.ZOMBIE) and not over
    return note(tx, agent, subject, item, key, "record" if over else "verify" if asked else item.notice.disposition, over)


def take_activity(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """What Auto Scaling or somebody by the API did; for the record."""
    return note(tx, agent, subject, item, key, "record", None)


def note(tx: Tx, agent: Agent, subject: Instance, item: Item, key: dict, disposition: str, reason: str | None) -> Taken:
    """The notice row, linked to the newest incident of its machine; what became of that is told."""
    incident = incidents.newest_of(tx, subject.id)
    reason = reason or item.notice.reason
    uuid = remember(tx, agent, item.notice, key, disposition, reason, incident)
    if disposition != "record" or reason == "own_action":
        tx.on_commit(lambda: doorbell.ring("emergency_watch"))
    return Taken(uuid, incident, disposition, reason)
