"""Level 3: what this host does alone while no server answers (docs/decisions/0015).

The outage itself launches nothing. Only an interruption notice for this host, or a PRIMARY that EC2 calls dead, lets it
carry out its plan: one On-Demand launch under a token that follows from (agent, epoch), so that two hosts deciding at
once get one machine. The decision is on disk before the call.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from agent.contact import Contact
from agent.disk import read, write_durably
from agent.ec2 import MISMATCH, NO_CAPACITY, Ec2, Machine, NoAnswer, Refused
from agent.plan import Plan, Plans
from agent.server import new_request_id

log = logging.getLogger("agent.alone")

FAILED_POSTS = 3
UNANSWERED_SECONDS = 20.0  # the server has the notice, then fell silent: time for a restart
DEAD_PRIMARY_SECONDS = 180.0
ASK_EC2_SECONDS = 15.0
ENDED = {"shutting-down", "terminated"}


class Decisions:
    """What was decided for each epoch, and what came of it; on disk before and after the call."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, epoch: int) -> dict | None:
        return read(self._folder / f"{epoch}.json", None)

    def keep(self, decision: dict) -> None:
        write_durably(self._folder / f"{decision['epoch']}.json", decision)

    def unreported(self) -> list[dict]:
        """Oldest first."""
        kept = (read(file, None) for file in self._folder.glob("*.json"))
        return sorted((one for one in kept if one and not one["reported"]), key=lambda one: one["epoch"])


class Alone:
    """``step`` looks whether there is a cause and acts on it; harmless however often it is called."""

    def __init__(
        self, own_id: str, plans: Plans, contact: Contact, notice_is_live: Callable[[], bool], decisions: Decisions,
        ec2_of: Callable[[Plan], Ec2], clock: Callable[[], float] = time.monotonic,
    ):  # fmt: skip
        self._own_id, self._plans, self._contact, self._notice_is_live = own_id, plans, contact, notice_is_live
        self._decisions, self._ec2_of, self._clock = decisions, ec2_of, clock
        self._asked_at = -ASK_EC2_SECONDS

    def step(self) -> bool:
        """Whether something came of it just now."""
        plan = self._plans.usable() if self._contact.failures else None
        cause = plan and self._cause(plan)
        return bool(cause) and self._carry_out(plan, cause)

    def _cause(self, plan: Plan) -> str | None:
        if plan.primary == self._own_id:
            return "interruption" if self._notice_is_live() and self._server_is_away() else None
        return "primary_dead" if self._contact.silent_seconds() >= DEAD_PRIMARY_SECONDS and self._is_dead(plan) else None

    def _server_is_away(self) -> bool:
        """Three posts of the notice in a row failed; or the server has it and was silent long enough for a restart."""
        return self._contact.notice_failures >= FAILED_POSTS or self._contact.silent_seconds() >= UNANSWERED_SECONDS

    def _is_dead(self, plan: Plan) -> bool:
        """What EC2 says of the PRIMARY; asked seldom. No answer is no death."""
        if self._clock() - self._asked_at < ASK_EC2_SECONDS:
            return False
        self._asked_at = self._clock()
        try:
            return self._ec2_of(plan).states(plan.primary).get(plan.primary) in ENDED
        except (NoAnswer, Refused) as error:
            log.warning("EC2 cannot say how the PRIMARY is: %s", error)
            return False

    def _carry_out(self, plan: Plan, cause: str) -> bool:
        decision = self._decisions.of(plan.epoch) or self._decide(plan, cause)
        if decision["outcome"] is not None:
            return False
        self._finish(decision, self._launch(plan))
        return decision["outcome"] is not None

    def _decide(self, plan: Plan, cause: str) -> dict:
        log.warning("acting alone: %s, and no server answers", cause)
        decision = {
            "epoch": plan.epoch, "primary": plan.primary, "cause": cause, "client_token": plan.client_token,
            "decided_at": time.time(), "outcome": None, "reported": False, "request_id": new_request_id(),
        }  # fmt: skip
        self._decisions.keep(decision)
        return decision

    def _finish(self, decision: dict, outcome: dict | None) -> None:
        if outcome is not None:
            log.warning("alone: %s", outcome["instance_id"] or outcome["error"])
            decision["outcome"] = outcome
            self._decisions.keep(decision)

    def _launch(self, plan: Plan) -> dict | None:
        """Place after place under the one token; None while it is not known what came of it."""
        ec2 = self._ec2_of(plan)
        for az_id in plan.az_ids:
            try:
                return _got(ec2.run(plan.request, az_id, plan.tags, plan.client_token))
            except NoAnswer as error:
                log.warning("alone: %s", error)
                return None
            except Refused as error:
                if error.code == MISMATCH:
                    return self._adopt(ec2, plan.client_token)
                if error.code not in NO_CAPACITY:
                    return {"instance_id": None, "az_id": None, "error": str(error)}
                log.warning("alone: no room in %s: %s", az_id, error.code)
        return None

    def _adopt(self, ec2: Ec2, token: str) -> dict | None:
        """Another host was first, with other parameters: its machine is the one of this epoch."""
        try:
            machine = ec2.by_token(token)
        except (NoAnswer, Refused) as error:
            log.warning("alone: %s", error)
            return None
        return machine and _got(machine)

    def unreported(self) -> list[dict]:
        """Decisions that the server does not know yet."""
        return self._decisions.unreported()

    def settle(self, decision: dict) -> None:
        """The server is back before the outcome was known: ask EC2 what the token made."""
        plan = self._plans.usable()
        outcome = self._adopt(self._ec2_of(plan), decision["client_token"]) if plan else None
        self._finish(decision, outcome or {"instance_id": None, "az_id": None, "error": "no answer from EC2"})

    def reported(self, decision: dict) -> None:
        self._decisions.keep({**decision, "reported": True})


def report_body(decision: dict, own_id: str) -> dict:
    """What the server is told (docs/AGENTS.md)."""
    outcome = decision["outcome"]
    return {
        "instance_id": own_id, "epoch": decision["epoch"], "primary": decision["primary"], "cause": decision["cause"],
        "client_token": decision["client_token"], "decided_age_ms": max(0, int((time.time() - decision["decided_at"]) * 1000)),
        "launched_instance_id": outcome["instance_id"], "az_id": outcome["az_id"], "error": outcome["error"],
    }  # fmt: skip


def _got(machine: Machine) -> dict:
    return {"instance_id": machine.instance_id, "az_id": machine.az_id, "error": None}
