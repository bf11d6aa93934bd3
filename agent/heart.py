"""The heartbeat: how the host stands, said every 15 s; the reply holds its orders and its failover plan."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from agent import PROTOCOL, VERSION, system
from agent.beats import UnsentBeats
from agent.identity import Identity
from agent.notices import Watcher
from agent.plan import Plans
from agent.server import Permanent, Server, Temporary
from agent.spool import Spool
from agent.upkeep import Upkeep
from agent.workload import Workload

log = logging.getLogger("agent.heart")

KEPT = ("agent_clock", "cpu_pct", "memory_pct", "serving", "epoch_seen", "spooled")


@dataclass
class Heart:
    """``beat`` says it once. What could not be said is kept in short and counted in the next."""

    identity: Identity
    workload: Workload
    watcher: Watcher
    upkeep: Upkeep
    spool: Spool
    unsent: UnsentBeats
    plans: Plans
    cpu: system.Cpu

    def beat(self, server: Server, prefix: str, config_version: int, obey: Callable[[dict], object]) -> dict | None:
        """The reply, once its orders are obeyed; None when no server took it."""
        new_secret = self.identity.next_secret
        body = self._body(config_version, new_secret)
        try:
            reply = server.post(f"{prefix}/heartbeat", body)
        except (Temporary, Permanent) as error:
            log.warning("heartbeat: %s", error)
            self.unsent.keep({name: body[name] for name in KEPT})
            return None
        self._said(body)
        obey(reply)
        self._keep_plan(reply)
        if new_secret:
            self.identity.adopt_secret()
        if reply["rotate_due"]:
            self.identity.prepare_secret()
        return reply

    def _said(self, body: dict) -> None:
        if body["missed_beats"]:
            self.unsent.told()

    def _keep_plan(self, reply: dict) -> None:
        """A server of protocol 1 says nothing of plans."""
        if "failover_plan" in reply:
            self.plans.accept(reply["failover_plan"], reply["server_time"])

    def _body(self, config_version: int, new_secret: str | None) -> dict:
        body = {
            "instance_id": self.identity.instance_id,
            "epoch_seen": self.identity.epoch,
            "config_version": config_version,
            "agent_version": VERSION,
            "protocol": PROTOCOL,
            "uptime_seconds": system.uptime_seconds(),
            "cpu_pct": self.cpu.percent(),
            "memory_pct": system.memory_percent(),
            "imds": self.watcher.figures(),
            "serving": self.workload.serving,
            "since_age_ms": int((time.monotonic() - self.workload.since) * 1000),
            "spooled": self.spool.waiting(),
            "dead_notices": self.spool.dead(),
            "missed_beats": self.unsent.count(),
            "maintenance": self.upkeep.maintenance,
            "asg_state": self.upkeep.asg_state,
            "agent_clock": datetime.now(UTC).isoformat(),
        }
        return body | ({"new_secret": new_secret} if new_secret else {})
