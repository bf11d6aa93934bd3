"""The agent's life: a few threads, none of which waits for another."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from agent import PROTOCOL, VERSION, system
from agent.backoff import Backoff
from agent.config import Config
from agent.identity import Identity
from agent.imds import Imds
from agent.journal import Journal
from agent.notices import Courier, Watcher
from agent.orders import Orders
from agent.process import OwnProcess
from agent.registration import know_yourself, register, seconds_since_launch
from agent.server import Permanent, Server, Temporary, new_request_id
from agent.spool import Spool
from agent.workload import Workload

log = logging.getLogger("agent.loop")


class Agent:
    """Everything one host does until it is stopped."""

    def __init__(self, config: Config):
        self.config = config
        self.stopping = threading.Event()
        self._imds = Imds(config.imds_url)
        self._poll_bell, self._spool_bell = threading.Event(), threading.Event()
        self._config_version = 0
        self._heartbeat_seconds = 15.0

    def run(self) -> None:
        """Find out who we are, register, then live until stopped."""
        host = know_yourself(self._imds, self.stopping)
        if host is None:
            return
        self._assemble(Identity(self.config.state, host["instance_id"]))
        first = self._introduce(host)
        if first is None:
            return
        self._live(first)

    def stop(self) -> None:
        self.stopping.set()
        for bell in (self._poll_bell, self._spool_bell):
            bell.set()

    def _assemble(self, identity: Identity) -> None:
        state = self.config.state
        self._identity = identity
        self._workload = Workload(self.config, OwnProcess(state / "workload.json"))
        self._orders = Orders(identity, self._workload)
        self._spool, self._journal = Spool(state / "spool"), Journal(state / "journal")
        self._watcher = Watcher(self._imds, self._spool, identity.instance_id, self._spool_bell)
        self._cpu, self._started = system.Cpu(), time.monotonic()

    def _introduce(self, host: dict[str, str]) -> dict | None:
        """Register once; a host that knows its agent goes straight on."""
        if self._identity.agent_id:
            return {}
        reply = register(self.config, self._identity, host, self.stopping)
        if reply:
            log.info("registered as %s of agent %s", reply["role"], reply["agent_id"])
            self._config_version = reply["config_version"]
            self._heartbeat_seconds = float(reply["config"]["heartbeat_seconds"])
            self._orders.accept(reply)
        return reply

    def _live(self, first: dict) -> None:
        lives = [self._watch, self._carry, self._poll, self._beat, self._tend, self._tell]
        threads = [threading.Thread(target=self._guarded, args=(life,), name=life.__name__, daemon=True) for life in lives]
        for thread in threads:
            thread.start()
        if first.get("replica_id"):
            self._say_ready(first["replica_id"])
        self.stopping.wait()
        self._workload.leave()

    def _guarded(self, life: Callable[[], None]) -> None:
        """A thread that fails ends the agent, so that its supervisor starts it whole again."""
        try:
            life()
        except Exception:  # noqa: BLE001 - logged and fatal on purpose
            log.exception("%s failed", life.__name__)
            self.stop()

    def _server(self) -> Server:
        return Server(self.config.server_url, self._identity.token)

    @property
    def _prefix(self) -> str:
        return f"/api/agents/{self._identity.agent_id}"

    def _watch(self) -> None:
        """Look for notices."""
        while not self.stopping.is_set():
            self.stopping.wait(self._watcher.look())

    def _carry(self) -> None:
        """Bring notices to the server; after one, poll at once."""
        server = self._server()
        courier = Courier(self._spool, server, self._prefix, self._poll_bell)
        while not self.stopping.is_set():
            server.use(self._identity.token)
            self._spool_bell.clear()
            wait = courier.deliver()
            self._spool_bell.wait(wait if wait is not None else 5)

    def _poll(self) -> None:
        """Fetch orders and commands as often as the server says."""
        server, backoff = self._server(), Backoff(0.5, 5)
        while not self.stopping.is_set():
            wait = self._poll_once(server, backoff)
            self._poll_bell.wait(wait)
            self._poll_bell.clear()

    def _poll_once(self, server: Server, backoff: Backoff) -> float:
        server.use(self._identity.token)
        try:
            reply = server.get(f"{self._prefix}/pending-commands")
        except (Temporary, Permanent) as error:
            log.warning("poll: %s", error)
            return backoff.next() + 0.2
        backoff.reset()
        if self._orders.accept(reply):
            for command in reply["commands"]:
                self._execute(server, command)
        return self._orders.poll_seconds

    def _execute(self, server: Server, command: dict) -> None:
        """At most once; a command that was cut is reported as failed, never repeated."""
        command_id = command["command_id"]
        if command["epoch"] < self._identity.epoch:
            return
        if self._journal.begin(command_id):
            self._journal.finish(command_id, self._do(command["kind"]))
        outcome = self._journal.outcome(command_id) or {"success": False, "error": "interrupted before it was finished"}
        try:
            server.post(f"{self._prefix}/commands/{command_id}/executed", outcome, f"executed-{command_id}")
        except (Temporary, Permanent) as error:
            log.warning("the outcome of %s waits: %s", command_id, error)

    def _do(self, kind: str) -> dict:
        began = datetime.now(UTC).isoformat()
        states: dict = {}
        if kind == "restart_workload":
            states = self._workload.restart()
        elif kind == "refresh_config":
            self._refresh_config()
        else:
            return {"success": False, "error": f"this agent does not know {kind}"}
        return {"success": True, "started_at": began, "finished_at": datetime.now(UTC).isoformat(), **states}

    def _refresh_config(self) -> None:
        config = self._server().get(f"{self._prefix}/config")
        self._config_version = config["config_version"]
        self._heartbeat_seconds = float(config["heartbeat_seconds"])

    def _beat(self) -> None:
        """Say every 15 s how the host stands."""
        server = self._server()
        while not self.stopping.is_set():
            server.use(self._identity.token)
            try:
                self._beat_once(server)
            except (Temporary, Permanent) as error:
                log.warning("heartbeat: %s", error)
            self.stopping.wait(self._heartbeat_seconds)

    def _beat_once(self, server: Server) -> None:
        sent_secret = self._identity.next_secret
        reply = server.post(f"{self._prefix}/heartbeat", self._heartbeat_body(sent_secret))
        if sent_secret:
            self._identity.adopt_secret()
        self._orders.accept(reply)
        if reply["rotate_due"]:
            self._identity.prepare_secret()
        if reply["config_version"] != self._config_version:
            self._refresh_config()
        if reply["commands_pending"]:
            self._poll_bell.set()

    def _heartbeat_body(self, new_secret: str | None) -> dict:
        body = {
            "instance_id": self._identity.instance_id,
            "epoch_seen": self._identity.epoch,
            "config_version": self._config_version,
            "agent_version": VERSION,
            "protocol": PROTOCOL,
            "uptime_seconds": system.uptime_seconds(),
            "cpu_pct": self._cpu.percent(),
            "memory_pct": system.memory_percent(),
            "imds": self._watcher.figures(),
            "serving": self._workload.serving,
            "since_age_ms": int((time.monotonic() - self._workload.since) * 1000),
            "spooled": self._spool.waiting(),
            "dead_notices": self._spool.dead(),
            "agent_clock": datetime.now(UTC).isoformat(),
        }
        return body | ({"new_secret": new_secret} if new_secret else {})

    def _tend(self) -> None:
        """Make the workload agree with the orders."""
        while not self.stopping.is_set():
            wait = self._workload.step()
            self._workload.bell.wait(wait)
            self._workload.bell.clear()

    def _tell(self) -> None:
        """Report each change of the workload at once, in order."""
        server, backoff = self._server(), Backoff(0.2, 5)
        while not self.stopping.is_set():
            change = self._workload.changes.get()
            request_id = new_request_id()
            while not self.stopping.is_set() and not self._report(server, change, request_id):
                self.stopping.wait(backoff.next())
            backoff.reset()

    def _report(self, server: Server, change, request_id: str) -> bool:
        server.use(self._identity.token)
        body = {
            "instance_id": self._identity.instance_id,
            "serving": change.serving,
            "since_age_ms": int((time.monotonic() - change.at) * 1000),
            "epoch_seen": self._identity.epoch,
        }
        try:
            self._orders.accept(server.post(f"{self._prefix}/serving", body, request_id))
        except Temporary as error:
            log.warning("a serving report waits: %s", error)
            return False
        except Permanent as error:
            log.error("a serving report was refused: %s", error)
        return True

    def _say_ready(self, replica_id: str) -> None:
        """A replica is ready when its metadata answers and its workload could be started."""
        body = {"status": "ready", "boot_time_seconds": seconds_since_launch(self._imds)}
        server, backoff = self._server(), Backoff(0.3, 5)
        while not self.stopping.is_set():
            try:
                server.post(f"{self._prefix}/replicas/{replica_id}/status", body, f"ready-{replica_id}")
                return
            except Temporary as error:
                log.warning("ready: %s", error)
                self.stopping.wait(backoff.next())
            except Permanent as error:
                log.error("ready was refused: %s", error)
                return
