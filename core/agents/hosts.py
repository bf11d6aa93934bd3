"""What a host tells and is told: heartbeats, serving reports, orders."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import audit, doorbell, errors, events
from core.crypto import digest
from core.database import Tx
from core.domain.downtime import Gap, handover_gap
from core.domain.handover import Orders, orders
from core.domain.incident import Incident
from core.domain.lifecycle import Agent, Instance, Replica, Role, moves_forward
from core.domain.notice import parse_time
from core.domain.serialize import canonical
from core.emergencies.emergency import retire
from core.emergencies.replicas import finish_by_hand
from core.locks import lock_agent
from core.people import notifications
from core.sql import agents, commands, downtime, enrolment, heartbeats, incidents, instances, replicas

ROTATE_AFTER = timedelta(hours=24)
FIGURES = ("uptime_seconds", "cpu_pct", "memory_pct", "imds", "agent_version", "protocol", "config_version")


def orders_for(tx: Tx, agent: Agent, instance: Instance) -> Orders:
    """What this host is, and whether its workload may run now."""
    role = instance.role or Role.TERMINATED
    former = instances.predecessors(tx, agent.id, instance.id) if role == Role.PRIMARY else []
    listening_since = heartbeats.waiting_since(tx, instance.id) if former else None
    live = incidents.count_open(tx, agent.id) > 0
    return orders(role, agent.epoch, former, live, tx.now(), listening_since)


def config_of(tx: Tx, agent: Agent) -> dict:
    """The settings an agent lives by."""
    config = agents.config(tx, agent.id)
    return {
        "enabled": bool(agent.enabled),
        "auto_switch_enabled": bool(config.auto_switch_enabled),
        "manual_replica_enabled": bool(config.manual_replica_enabled),
        "auto_terminate_enabled": bool(config.auto_terminate_enabled),
        "terminate_wait_seconds": config.terminate_wait_seconds,
        "rebalance_mode": config.rebalance_mode,
        "heartbeat_seconds": config.heartbeat_seconds,
        "notice_poll_seconds": config.notice_poll_seconds,
        "pricing_seconds": config.pricing_seconds,
        "config_version": config.config_version,
    }


def heartbeat(tx: Tx, agent: Agent, instance: Instance, token_id: int | None, body: Mapping[str, Any]) -> dict:
    """Note how the host stands; say whether its secret is due for a change."""
    now = tx.now()
    since = _since(now, body.get("since_age_ms"))
    _tell_news(tx, agent, instance, heartbeats.told(tx, instance.id), body)
    heartbeats.write(
        tx, instance_id=instance.id, agent_id=agent.id, client_id=agent.client_id, epoch=body["epoch_seen"],
        skew_ms=_skew_ms(now, body.get("agent_clock")), serving=body.get("serving"), serving_since=since,
        spooled=body["spooled"], dead=body["dead_notices"], figures=canonical({name: body.get(name) for name in FIGURES}), now=now,
        **_notice_path(now, body.get("imds")), host_events=_host_events(body), missed_beats=body.get("missed_beats") or 0,
        cpu_pct=_share(body.get("cpu_pct")),
    )  # fmt: skip
    if body.get("new_secret"):
        _accept_secret(tx, agent, instance, body["new_secret"])
    newest = enrolment.newest_secret(tx, instance.id)
    return {
        "commands_pending": commands.count_due(tx, instance.id),
        "config_version": agents.config(tx, agent.id).config_version,
        "rotate_due": bool(newest and token_id == newest["id"] and now - newest["created_at"] > ROTATE_AFTER),
    }


def _tell_news(tx: Tx, agent: Agent, instance: Instance, before: dict | None, body: Mapping[str, Any]) -> None:
    """A notice path that broke or came back, and notices that the server refused for good (INV-42)."""
    before = before or {"imds_ok": 1, "dead_notices": 0}
    ok = body["imds"]["ok"] if body.get("imds") else before["imds_ok"]
    if before["imds_ok"] != 0 and ok is False:
        audit.tell(tx, agent, "imds_unreachable", f"{instance.name} cannot read its metadata; a notice would be missed there")
    if before["imds_ok"] == 0 and ok is True:
        audit.tell(tx, agent, "imds_back", f"{instance.name} reads its metadata again")
    if body["dead_notices"] > before["dead_notices"]:
        sentence = f"{body['dead_notices']} notices of {instance.name} were refused for good and lie in its dead folder"
        audit.tell(tx, agent, "dead_notices", sentence)
        title = f"{agent.logical_name}: refused notices"
        notifications.announce(tx, agent.client_id, f"dead_notices:{instance.id}:{body['dead_notices']}", "warning", title, sentence)


def report_serving(tx: Tx, agent_id: int, instance_id: int, body: Mapping[str, Any]) -> tuple[Agent, Instance]:
    """The workload of a host began or ceased to answer. A PRIMARY's first answer ends a handover."""
    agent, _ = lock_agent(tx, agent_id)
    instance = instances.get(tx, instance_id)
    since = _since(tx.now(), body["since_age_ms"]) or tx.now()
    heartbeats.report_serving(
        tx, instance_id=instance.id, agent_id=agent.id, client_id=agent.client_id, serving=int(body["serving"]),
        since=since, epoch=body["epoch_seen"], now=tx.now(),
    )  # fmt: skip
    audit.tell(tx, agent, "serving", f"{instance.name} {'serves' if body['serving'] else 'stopped serving'}")
    if body["serving"] and instance.role == Role.PRIMARY:
        instances.set_serving_at(tx, instance.id, since)
        for incident in incidents.open_led_by(tx, instance.id):
            if incident.serving_at is None:
                finish_handover(tx, agent, instance, incident, since)
        finish_by_hand(tx, agent, instance, since)
    events.emit(tx, agent.client_id, "serving", agent_id=agent.uuid, serving=bool(body["serving"]))
    return agent, instance


def finish_handover(tx: Tx, agent: Agent, successor: Instance, incident: Incident, since: datetime) -> None:
    """The successor answers: measure the gap, let the old one go after its wait, tell people."""
    gap = _gap(tx, incident, successor)
    incidents.set_serving(tx, incident.id, since, gap and gap.seconds, gap and gap.method)
    wait = timedelta(seconds=agents.config(tx, agent.id).terminate_wait_seconds)
    instances.set_terminate_after(tx, incident.instance_id, tx.now() + wait)
    if gap and gap.seconds > 0:
        _book_downtime(tx, agent, incident, gap)
    measured = f"{gap.seconds:.1f} s without service" if gap else "downtime not measured"
    sentence = f"{successor.name} serves in place of {incident.ec2_instance_id}; {measured}"
    audit.tell(tx, agent, "handed_over", sentence)
    notifications.tell(tx, incident, "outcome", "info", f"{agent.logical_name}: carried over", sentence)


def _gap(tx: Tx, incident: Incident, successor: Instance) -> Gap | None:
    return handover_gap(
        heartbeats.serving_reports(tx, incident.instance_id, incident.opened_at),
        heartbeats.serving_reports(tx, successor.id, incident.opened_at),
        incident.opened_at,
        heartbeats.last_contact(tx, incident.instance_id),
    )


def _book_downtime(tx: Tx, agent: Agent, incident: Incident, gap: Gap) -> None:
    replica = replicas.of_instance(tx, incident.successor_id)
    cause = _cause(incident, replica)
    downtime.insert(
        tx, client_id=agent.client_id, agent_id=agent.id, incident_id=incident.id, instance_id=incident.instance_id,
        start=gap.start, end=gap.end, seconds=gap.seconds, cause=cause, details=incident.sentence, method=gap.method,
        metadata=canonical({"pool_id": replica and replica.pool_id}),
    )  # fmt: skip


def _cause(incident: Incident, replica: Replica | None) -> str:
    """Why a client was without service: the handover itself, or a replica that was late or missing."""
    if incident.cause == "no_notice":
        return "no_notice"
    if replica and replica.ready_at and incident.gone_at and replica.ready_at > incident.gone_at:
        return "replica_late" if incident.cause == "rebalance" else "no_replica"
    return "promotion"


def report_replica(tx: Tx, agent_id: int, replica_uuid: str, instance_id: int | None, body: Mapping[str, Any]) -> Replica:
    """A replica on its way says how far it is; never backwards (SM-03)."""
    agent, safe = lock_agent(tx, agent_id)
    replica = replicas.by_uuid(tx, agent_id, replica_uuid)
    if replica is None or (instance_id and replica.instance_id != instance_id):
        raise errors.NotFound()
    status = body["status"]
    if not moves_forward(replica.status, status):
        return replica
    if status == "ready":
        _stand_by(tx, agent, replica, body.get("boot_time_seconds"))
    elif status == "failed":
        machine = instances.get(tx, replica.instance_id)
        retire(tx, agent, safe, machine, "failed", f"{machine.name} could not be prepared")
    else:
        replicas.set_status(tx, replica.id, status)
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid, status=status)
    _answer_open_incidents(tx, replica)
    return replicas.by_uuid(tx, agent_id, replica_uuid)


def _stand_by(tx: Tx, agent: Agent, replica: Replica, boot_seconds: float | None) -> None:
    replicas.set_ready(tx, replica.id, boot_seconds, tx.now())
    instances.set_status(tx, replica.instance_id, "running_replica")
    name = instances.get(tx, replica.instance_id).name
    audit.tell(tx, agent, "replica_ready", f"{name} is ready to take over{_in(boot_seconds)}")


def _answer_open_incidents(tx: Tx, replica: Replica) -> None:
    """A replica that became ready may be awaited, by an incident or a switch: the reconciler is rung at once."""
    if replica.incident_id or replica.mode == "planned":
        tx.on_commit(lambda: doorbell.ring("emergency_watch"))


def _in(boot: float | None) -> str:
    return f", {boot:.1f} s after its launch" if boot else ""


def _accept_secret(tx: Tx, agent: Agent, instance: Instance, secret: str) -> None:
    """Store the hash of a new secret; the old one ends on the first use of this one."""
    if not enrolment.secret(tx, digest(secret)):
        enrolment.insert_secret(
            tx, agent_id=agent.id, instance_id=instance.id, secret_hash=digest(secret), nonce_hash=None, now=tx.now()
        )


def _notice_path(now: datetime, imds: Mapping[str, Any] | None) -> dict[str, Any]:
    """Whether the host can see notices, and since when it cannot (INV-56); nothing is known where it said nothing."""
    if imds is None:
        return {}
    return {"imds_ok": imds["ok"], "imds_silent_since": None if imds["ok"] else _since(now, imds["last_ok_age_ms"]) or now}


def _host_events(body: Mapping[str, Any]) -> str | None:
    """Scheduled maintenance and what Auto Scaling wants of the host, where an agent of protocol 2 said so."""
    told = {name: body.get(name) for name in ("maintenance", "asg_state")}
    return canonical(told) if any(told.values()) else None


def _since(now: datetime, age_ms: float | None) -> datetime | None:
    return None if age_ms is None else now - timedelta(milliseconds=age_ms)


def _share(cpu_pct: float | None) -> float | None:
    """Per cent, 0 to 100, whatever a host says."""
    return None if cpu_pct is None else min(100.0, max(0.0, cpu_pct))


def _skew_ms(now: datetime, agent_clock: str | None) -> int | None:
    at = parse_time(agent_clock)
    return at and max(-(2**31), min(2**31 - 1, int((at - now).total_seconds() * 1000)))
