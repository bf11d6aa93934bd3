"""What to do about an open incident: one decision, one sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain import failover
from core.domain.incident import Incident
from core.domain.lifecycle import AgentConfig, Instance, Replica, Role
from core.domain.notice import Rank
from core.domain.waits import USUAL, Waits

SILENT_AFTER = timedelta(seconds=45)
ALONE_READY_WITHIN = timedelta(seconds=300)


class Action(StrEnum):
    WAIT = "WAIT"
    ALREADY_COVERED = "ALREADY_COVERED"
    PREPARE_REPLICA = "PREPARE_REPLICA"
    LAUNCH = "LAUNCH"
    PROMOTE = "PROMOTE"


@dataclass(frozen=True)
class Decision:
    """What is done, and the sentence that says why."""

    action: Action
    reason: str


@dataclass(frozen=True)
class Standby:
    """A replica as it stands now: its record, its machine, and when its agent last spoke."""

    replica: Replica
    instance: Instance
    contact_at: datetime | None
    flagged: bool = False  # a notice in its pool within half an hour

    def unfit(self, now: datetime) -> str | None:
        """Why this replica cannot be promoted, or None when it can (INV-59)."""
        if self.instance.terminate_requested_at:
            return "it is being terminated"
        if self.instance.notice_rank > Rank.NONE:
            return "it has a notice of its own"
        if self.replica.status != "ready":
            return f"it is still {self.replica.status}"
        if self.contact_at is None or now - self.contact_at > SILENT_AFTER:
            return "its agent is silent"
        return None


    def gave_up(self, now: datetime) -> bool:
        """Whether a machine that a host launched alone is not waited for any more; it is left running (L3-5)."""
        at = self.replica.launched_at
        return self.replica.mode == failover.MODE and at is not None and now - at > ALONE_READY_WITHIN


@dataclass(frozen=True)
class Situation:
    """All that a decision looks at, read under the agent's lock."""

    incident: Incident
    subject: Instance
    config: AgentConfig
    standbys: tuple[Standby, ...]
    last_failover_at: datetime | None = None
    recent_orders: int = 0
    enabled: bool = True
    waits: Waits = USUAL


def decide(s: Situation, now: datetime) -> Decision:
    """Answer the incident. Reads nothing and changes nothing."""
    if s.incident.promoted_at:
        return Decision(Action.WAIT, s.incident.sentence)
    if s.subject.role != Role.PRIMARY:
        return Decision(Action.WAIT, f"{s.subject.name} is {s.subject.role}; nothing runs on it")
    if not s.enabled:
        return Decision(Action.WAIT, f"{s.subject.name} is only observed; nothing is planned for it")
    if s.incident.notice_rank >= Rank.TERMINATION:
        return _answer_the_end(s, now)
    return _answer_a_risk(s, now)


def best_standby(standbys: tuple[Standby, ...], now: datetime) -> Standby | None:
    """The replica that was ready first, among those fit to take over; one in a flagged pool only where there is no other (INV-59)."""
    fit = [standby for standby in standbys if standby.unfit(now) is None]
    return min(fit, key=lambda standby: (standby.flagged, standby.replica.ready_at), default=None)


def successor(s: Situation, now: datetime) -> Standby | None:
    """Who is promoted: once the primary is gone, a machine that was launched alone and may serve already; else the best."""
    return _acting_alone(s) or best_standby(s.standbys, now)


def _acting_alone(s: Situation) -> Standby | None:
    """EC2 says that the primary has ended and that the machine its host launched for it runs (Level 3)."""
    if s.incident.gone_at is None:
        return None
    lonely = (st for st in s.standbys if st.replica.mode == failover.MODE and not st.instance.terminate_requested_at)
    return next((st for st in lonely if st.instance.state in ("pending", "running")), None)


def _answer_the_end(s: Situation, now: datetime) -> Decision:
    """The primary will end, or has ended: promote, wait for what is on its way, or launch."""
    alone = _acting_alone(s)
    if alone:
        return Decision(Action.PROMOTE, f"Promoted {alone.instance.name} because {_why(s)} and a host had launched it alone")
    ready = best_standby(s.standbys, now)
    if ready:
        return Decision(Action.PROMOTE, f"Promoted {ready.instance.name} because {_why(s)} and it was ready")
    coming = _still_coming(s, now)
    if coming:
        return Decision(Action.WAIT, f"Waiting for {coming.instance.name}: {coming.unfit(now)}")
    return Decision(Action.LAUNCH, f"Ordered a replacement because {_why(s)} and no replica exists")


def _answer_a_risk(s: Situation, now: datetime) -> Decision:
    """A rebalance recommendation: the policy decides, and two caps keep it from flapping (INV-62)."""
    mode = s.config.rebalance_mode
    if mode in ("off", "observe"):
        return Decision(Action.WAIT, f"Only observed: rebalance recommendations are set to {mode}")
    ready = best_standby(s.standbys, now)
    if ready and mode == "switch" and not _moved_lately(s, now):
        return Decision(Action.PROMOTE, f"Promoted {ready.instance.name} because {_why(s)} and the policy is to switch")
    covered = ready or _still_coming(s, now)
    if covered:
        return Decision(Action.ALREADY_COVERED, f"{covered.instance.name} already stands by for {s.subject.name}")
    if _moved_lately(s, now):
        minutes = round(s.waits.repeat_block.total_seconds() / 60)
        return Decision(Action.WAIT, f"No move for mere risk within {minutes} minutes of a failover")
    if s.recent_orders >= s.waits.replicas_per_window:
        return Decision(Action.WAIT, f"{s.recent_orders} replicas were ordered {_within(s.waits.window)}; not another for mere risk")
    return Decision(Action.PREPARE_REPLICA, f"Ordered a replica because {_why(s)}")


def _still_coming(s: Situation, now: datetime) -> Standby | None:
    """A replica that may yet become fit: not noticed itself, not doomed."""
    hopeful = (st for st in s.standbys if st.instance.notice_rank == 0 and not st.instance.terminate_requested_at)
    return next((st for st in hopeful if st.unfit(now) and not st.gave_up(now)), None)


def _moved_lately(s: Situation, now: datetime) -> bool:
    return s.last_failover_at is not None and now - s.last_failover_at < s.waits.repeat_block


def _within(window: timedelta) -> str:
    return "in six hours" if window == USUAL.window else f"in {window.total_seconds() / 60:.0f} minutes"


def _why(s: Situation) -> str:
    return {
        "rebalance": f"AWS recommends moving off {s.subject.name}",
        "termination": f"{s.subject.name} will be interrupted",
        "no_notice": f"{s.subject.name} was lost without notice",
        "maintenance": f"AWS will take {s.subject.name} down for maintenance",
        "lifecycle": f"Auto Scaling is about to end {s.subject.name}",
    }["termination" if s.incident.notice_rank >= 2 and s.incident.cause == "rebalance" else s.incident.cause]
