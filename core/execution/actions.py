"""The executor: claims an intent, calls AWS with the intent's own token, records the outcome under its fence.

No transaction is open while AWS is called. Cut anywhere, the next executor repeats the call with the same
ClientToken and gets the same machine.
"""

import hashlib
import hmac
import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from config.settings import Settings, current
from core import audit, database, doorbell, errors, events
from core.cloud.actions import KINDS, Launch, Outcome
from core.cloud.aws import OURS, Clouds, NoSession
from core.cloud.errors import Answer
from core.database import Tx
from core.domain.account import Account
from core.domain.intent import EMERGENCY, Intent, client_token
from core.domain.lifecycle import Role
from core.domain.serialize import canonical
from core.emergencies import last_resort
from core.emergencies.emergency import choose_pool, give_up
from core.execution import breaker, exchanges, memories
from core.execution.foresight import why_elsewhere
from core.execution.orders import launch_params, made_of, order
from core.execution.seats import Seats
from core.locks import lock_agent
from core.moves import switching
from core.operations import safe_mode
from core.people import notifications
from core.sql import accounts, actions, agents, incidents, instances, replicas

log = logging.getLogger("core.execution.actions")

TRUST_SECONDS = actions.LEASE_SECONDS - 2
RESULTS = {Answer.DONE: "SUCCESS", Answer.UNKNOWN: "RETRY", Answer.THROTTLED: "RETRY", Answer.STALE_CREDENTIALS: "RETRY", Answer.NO_CAPACITY: "NEXT-POOL"}
NO_ANSWER = frozenset({Answer.UNKNOWN, Answer.THROTTLED, Answer.STALE_CREDENTIALS, Answer.NOT_ALLOWED})  # what the breaker counts


@dataclass(frozen=True)
class Claim:
    """An intent that is ours until ``trust_until`` (monotonic seconds)."""

    intent: Intent
    account: Account
    agent_uuid: str | None
    epoch: int
    trust_until: float
    elsewhere: str | None = None


class Executor:
    """Carries out intents. Any number may run at once, in any number of processes."""

    def __init__(self, clouds: Clouds, settings: Settings, forestalled: Callable[[Clouds, Claim], bool] = lambda clouds, claim: False):
        """``forestalled`` says whether a claimed launch is not needed any more, and has withdrawn it."""
        self._clouds, self._settings, self._forestalled = clouds, settings, forestalled
        self._seats = Seats(actions.PER_ACCOUNT)

    def drain(self) -> int:
        """Carry out intents until none is due; how many were."""
        done = 0
        while self.run_once():
            done += 1
        return done

    def run_once(self) -> bool:
        """Claim, act, record. False when nothing was due."""
        with self._seats.reserve() as seat:
            began = time.monotonic()
            claim = database.run(lambda tx: _claim(tx, began, seat))
            if claim and claim.elsewhere:
                database.run(lambda tx: pass_over(tx, claim.intent, claim.elsewhere))
            elif claim and not self._forestalled(self._clouds, claim) and time.monotonic() < claim.trust_until:
                called = time.monotonic()
                outcome = self._act(claim)
                database.run(lambda tx: record(tx, claim.intent, outcome, time.monotonic() - called))
        return claim is not None

    def count_due(self) -> int:
        """How many intents wait to be claimed; of many, the first twenty."""
        return len(database.run(actions.due))

    def _act(self, claim: Claim) -> Outcome:
        began = time.monotonic()
        outcome = self._call(claim)
        if outcome.answer is Answer.STALE_CREDENTIALS:
            self._clouds.forget(claim.account)
        log.info(
            "%s %s: %s", claim.intent.kind, outcome.ec2_id or "", outcome.error or outcome.answer,
            extra={
                "component": "CORE-EXEC", "action": _act_name(claim.intent), "result": RESULTS.get(outcome.answer, "FAILED"),
                "duration_ms": round(1000 * (time.monotonic() - began)),
            },
        )  # fmt: skip
        return outcome

    def _call(self, claim: Claim) -> Outcome:
        try:
            return KINDS[claim.intent.kind].act(self._clouds.of(claim.account).once(), self._request(claim))
        except NoSession as closed:
            return Outcome(closed.answer, error=closed.message)
        except errors.Unavailable as silent:
            return Outcome(Answer.UNKNOWN, error=silent.message)

    def _request(self, claim: Claim):
        params = json.loads(claim.intent.params)
        if claim.intent.kind != "launch":
            return params
        intent = claim.intent
        uncertain = intent.unanswered > 0
        return Launch(params, intent.client_token, tags_of(claim, self._settings), user_data(intent, self._settings), uncertain)


def _act_name(intent: Intent) -> str:
    """As the log names it: LAUNCH-SPOT, LAUNCH-ON-DEMAND, TERMINATE."""
    lifecycle = json.loads(intent.params).get("lifecycle") if intent.kind == "launch" else None
    return "-".join(part.upper() for part in (intent.kind, lifecycle) if part)


def _claim(tx: Tx, began: float, may_sit: Callable[[int], bool] = lambda account_id: True) -> Claim | None:
    """Two steps, so that no row is locked for the sake of sorting. SAFE_MODE is read in the same transaction."""
    if safe_mode.requested(tx):
        return None
    for action_id in actions.due(tx):
        intent = actions.lock_due(tx, action_id)
        if intent is None or not _still_wanted(tx, intent):
            continue
        if may_sit(intent.account_id) and breaker.may_call(tx, intent.account_id):
            actions.lease(tx, intent.id)
            agent = intent.agent_id and agents.get(tx, intent.agent_id)
            intent = actions.get(tx, intent.id)
            return Claim(
                intent=intent,
                account=accounts.get(tx, intent.account_id),
                agent_uuid=agent and agent.uuid,
                epoch=agent.epoch if agent else 0,
                trust_until=began + TRUST_SECONDS,
                elsewhere=why_elsewhere(tx, intent),
            )
    return None


def _still_wanted(tx: Tx, intent: Intent) -> bool:
    """A PRIMARY is never ended, whatever was ordered before it was promoted (INV-32)."""
    if intent.kind == "launch" and intent.instance_id:
        return not _waited_too_long(tx, intent) and _launch_is_wanted(tx, intent) and _is_whole(tx, intent)
    if intent.kind == "asg":
        return exchanges.still_wanted(tx, intent)
    if intent.kind != "terminate":
        return True
    instance = instances.by_ec2_id(tx, json.loads(intent.params)["ec2_instance_id"])
    if instance and instance.role == Role.PRIMARY:
        actions.finish(tx, intent, "failed", error="it is the PRIMARY now")
        return False
    return True


def _waited_too_long(tx: Tx, intent: Intent) -> bool:
    """A launch nobody has begun, of a replica whose six hours are over: SAFE MODE held it; the reconciler withdraws it."""
    expiry = instances.get(tx, intent.instance_id).replica_expiry
    return intent.tries == 0 and expiry is not None and expiry <= tx.now()


def _launch_is_wanted(tx: Tx, intent: Intent) -> bool:
    """A planned switch whose state of things is gone is not begun; the reconciler ends it (D1)."""
    life = replicas.of_instance(tx, intent.instance_id)
    if life.mode != "planned" or intent.tries or switching.still_wanted(tx, intent.instance_id):
        return True
    actions.finish(tx, intent, "superseded", error="the state this switch was ordered for is no more")
    return False


def _is_whole(tx: Tx, intent: Intent) -> bool:
    """A launch ordered before EC2 had told what its machine is made of waits for that word, and takes it in."""
    params = json.loads(intent.params)
    if params["image_id"] or intent.tries:
        return True
    subject = instances.get(tx, instances.get(tx, intent.instance_id).replica_of_id)
    if subject.launch_spec is None:
        tx.on_commit(lambda: doorbell.ring("heartbeat_watch"))
        return False
    actions.set_params(tx, intent, canonical({**params, **made_of(subject)}))
    instances.set_launch_spec(tx, intent.instance_id, subject.launch_spec)
    return True


def tags_of(claim: Claim, settings: Settings) -> dict[str, str]:
    """What a machine of ours bears from its first moment."""
    return {
        "ManagedBy": OURS,
        "Name": f"spotopt-{(claim.agent_uuid or 'none')[:8]}",
        "spotopt:install": install_name(settings),
        "spotopt:agent": claim.agent_uuid or "",
        "spotopt:intent": claim.intent.uuid,
        "spotopt:attempt": str(claim.intent.attempt),
    }


def install_name(settings: Settings) -> str:
    """Tells our machines from those of another installation in the same account."""
    return hashlib.sha256(b"install:" + settings.install_key.encode()).hexdigest()[:16]


def user_data(intent: Intent, settings: Settings) -> str:
    """The boot script, rendered at call time; it follows from the intent, so a retry is byte-equal."""
    token = join_token(settings.install_key, intent.id, intent.attempt)
    return f"#!/bin/bash\nexec spotopt-agent --server {settings.public_url} --token {token}\n"


def join_token(install_key: str, intent_id: int, attempt: int) -> str:
    """Lets the host of exactly this launch join its agent."""
    mac = hmac.new(bytes.fromhex(install_key), f"{intent_id}:{attempt}".encode(), hashlib.sha256).hexdigest()
    return f"soj_{intent_id}_{attempt}_{mac}"


def record(tx: Tx, intent: Intent, outcome: Outcome, seconds: float = 0.0) -> None:
    """Write down what a call of so many ``seconds`` came to. The agent is locked first, as everywhere; the account, which all
    calls share, last."""
    if intent.agent_id:
        lock_agent(tx, intent.agent_id)
    RECORD[outcome.answer](tx, intent, outcome)
    error = outcome.error or "no answer" if outcome.answer in NO_ANSWER else None
    breaker.note(tx, intent.account_id, seconds, error, throttled=outcome.answer is Answer.THROTTLED)
    if intent.kind == "asg":
        tx.on_commit(lambda: doorbell.ring(exchanges.BELL))


def pass_over(tx: Tx, intent: Intent, why: str) -> None:
    """On to the next candidate, without asking AWS."""
    lock_agent(tx, intent.agent_id)
    PASS_OVER(tx, intent, Outcome(Answer.NO_CAPACITY, error=why))


def _done(tx: Tx, intent: Intent, outcome: Outcome) -> None:
    finished = actions.finish(tx, intent, "done", ec2_id=outcome.ec2_id, error=outcome.error if intent.kind == "asg" else None)
    if intent.kind == "launch" and not (finished and _record_machine(tx, intent, outcome)):
        _compensate(tx, intent, outcome.ec2_id)
    _account_is(tx, intent, "ok", None)


def _record_machine(tx: Tx, intent: Intent, outcome: Outcome) -> bool:
    """Give the launching row its machine, unless it was given up meanwhile."""
    now = tx.now()
    instance = instances.get(tx, intent.instance_id)
    if instance.role != Role.REPLICA:
        return False
    if not instances.record_launch(tx, instance.id, outcome.ec2_id, outcome.az, now):
        return instances.get(tx, instance.id).ec2_instance_id == outcome.ec2_id
    replicas.set_launched(tx, instance.id, now)
    _tell(tx, intent, "launched", f"Launched {outcome.ec2_id}, {instance.place} ({instance.lifecycle})")
    replica = replicas.of_instance(tx, instance.id)
    if replica.ended_at:
        instances.doom(tx, instance.id, now)
    return True


def _compensate(tx: Tx, intent: Intent, ec2_id: str) -> None:
    """Another executor took over, or the order was withdrawn: the machine just received is surplus.

    Unless that executor is still at work under the same token: then it gets this very machine and records it.
    """
    present = actions.get(tx, intent.id)
    awaited = present.state == "pending" and present.client_token == intent.client_token
    if awaited or instances.by_ec2_id(tx, ec2_id):
        return
    region = json.loads(intent.params)["region"]
    order(
        tx, "terminate", f"surplus:{ec2_id}", {"region": region, "ec2_instance_id": ec2_id},
        subject={"client_id": intent.client_id, "account_id": intent.account_id, "agent_id": intent.agent_id},
        why=f"{ec2_id} was launched by an order that another executor had finished", safe=False,
    )  # fmt: skip


def _refused(memory: Callable[[Tx, Intent, dict], None]) -> Callable[[Tx, Intent, Outcome], None]:
    """A definite refusal: remember why, and go on to the next candidate with a new token."""

    def handle(tx: Tx, intent: Intent, outcome: Outcome) -> None:
        if intent.kind != "launch":
            return _failed(tx, intent, outcome)
        memory(tx, intent, json.loads(intent.params))
        instance = instances.get(tx, intent.instance_id)
        if instance.role != Role.REPLICA or replicas.of_instance(tx, instance.id).ended_at:
            if actions.finish(tx, intent, "superseded", error=outcome.error):
                give_up(tx, instance, "terminated", f"Not launched: it is no longer wanted ({outcome.error})")
            return None
        if replicas.of_instance(tx, instance.id).mode == "planned":
            return _failed(tx, intent, outcome)
        return _try_next_pool(tx, intent, instance, outcome)

    return handle


def _try_next_pool(tx: Tx, intent: Intent, instance, outcome: Outcome) -> None:
    primary = instances.get(tx, instance.replica_of_id)
    candidate = choose_pool(tx, primary, bool(agents.config(tx, intent.agent_id).on_demand_fallback))
    params = launch_params(candidate, instance)
    token = client_token(current().install_key, intent.client_id, intent.dedupe_key, intent.attempt + 1)
    if actions.next_attempt(tx, intent, canonical(params), token, outcome.error or ""):
        instances.retarget(
            tx, instance.id, pool_id=candidate.pool_id, az_id=candidate.az_id, instance_type=candidate.instance_type,
            lifecycle=candidate.lifecycle,
        )  # fmt: skip
        replicas.retarget(tx, instance.id, candidate.pool_id)
        _tell(tx, intent, "next_pool", f"{outcome.error}; next: {candidate.instance_type} in {candidate.az_id} ({candidate.lifecycle})")
        if intent.incident_id:
            last_resort.warn(tx, agents.get(tx, intent.agent_id), incidents.get(tx, intent.incident_id), candidate)


def _unknown(tx: Tx, intent: Intent, outcome: Outcome) -> None:
    """Throttled, timed out, dropped: the same token again after a full-jitter wait."""
    most = 10.0 if intent.priority == EMERGENCY else 60.0
    ceiling = min(most, 2.0 * 2 ** max(0, intent.tries - intent.attempt - 2))
    throttled = outcome.answer is Answer.THROTTLED
    actions.try_again(tx, intent, random.uniform(0.05, ceiling), outcome.error or "no answer", throttled=throttled)


def _failed(tx: Tx, intent: Intent, outcome: Outcome) -> None:
    """It will not come to be: a launching replica ends with it."""
    if not actions.finish(tx, intent, "failed", error=outcome.error):
        return
    asg = ("group_refused", "The Auto Scaling group refused")  # tried again, or told as its exchange ends
    name, words = asg if intent.kind == "asg" else (f"{intent.kind}_failed", f"{intent.kind.capitalize()} failed")
    _tell(tx, intent, name, f"{words}: {outcome.error}")
    if intent.kind == "launch" and intent.instance_id:
        give_up(tx, instances.get(tx, intent.instance_id), "failed", f"Its launch failed: {outcome.error}")


def _invalid(tx: Tx, intent: Intent, outcome: Outcome) -> None:
    """Our request is wrong and stays so: an end is not ordered again by itself (its machine lacks our tag)."""
    if intent.kind != "terminate":
        return _failed(tx, intent, outcome)
    if not actions.finish(tx, intent, "dead", error=outcome.error):
        return None
    sentence = f"Its end is not ordered again, and it runs on until somebody ends it: {outcome.error}"
    _tell(tx, intent, "terminate_failed", sentence)
    if not intent.incident_id:
        notifications.announce(tx, intent.client_id, f"failed:{intent.uuid}", "critical", f"{outcome.ec2_id} was not ended", sentence)
    return None


def _not_allowed(tx: Tx, intent: Intent, outcome: Outcome) -> None:
    _account_is(tx, intent, "degraded", outcome.error)
    _failed(tx, intent, outcome)


def _account_is(tx: Tx, intent: Intent, health: str, reason: str | None) -> None:
    accounts.set_health(tx, intent.account_id, health, reason)


def _tell(tx: Tx, intent: Intent, action: str, sentence: str) -> None:
    if not intent.agent_id:
        return
    agent = agents.get(tx, intent.agent_id)
    audit.tell(tx, agent, action, sentence)
    events.emit(tx, agent.client_id, "action", agent_id=agent.uuid, action=action)
    if action.endswith("_failed") and intent.incident_id:
        incident = incidents.get(tx, intent.incident_id)
        notifications.tell(tx, incident, f"failed:{intent.uuid}", "critical", f"{agent.logical_name}: {action}", sentence)


RECORD: dict[Answer, Callable[[Tx, Intent, Outcome], None]] = {
    Answer.DONE: _done,
    Answer.NO_CAPACITY: _refused(memories.remember_ice),
    Answer.WRONG_PLACE: _refused(memories.remember_place),
    Answer.QUOTA: _refused(memories.remember_quota),
    Answer.DEAD_REPLAY: _refused(memories.remember_nothing),
    Answer.UNKNOWN: _unknown,
    Answer.THROTTLED: _unknown,
    Answer.STALE_CREDENTIALS: _unknown,
    Answer.NOT_ALLOWED: _not_allowed,
    Answer.TOKEN_REUSED: _failed,
    Answer.GONE: _failed,
    Answer.WRONG_STATE: _failed,
    Answer.INVALID: _invalid,
}
PASS_OVER = _refused(memories.remember_nothing)
