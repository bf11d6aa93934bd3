"""The agent's life: a few threads, none of which waits for another."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from agent import system
from agent.alone import Alone, Decisions
from agent.backoff import Backoff
from agent.beats import SPOOL_BYTES, UnsentBeats
from agent.config import Config
from agent.contact import Contact
from agent.ec2 import Ec2, role_credentials
from agent.heart import Heart
from agent.identity import Identity
from agent.imds import Imds
from agent.journal import Journal
from agent.newcomer import Newcomer
from agent.notices import Courier, Watcher
from agent.orders import Orders
from agent.plan import Plan, Plans
from agent.prices import Prices
from agent.process import OwnProcess
from agent.registration import know_yourself, register, seconds_since_launch
from agent.server import Permanent, Server, Temporary, new_request_id
from agent.spool import Spool
from agent.upkeep import Upkeep
from agent.workload import Workload

log = logging.getLogger("agent.loop")

UPKEEP_SECONDS = 30.0
ALONE_SECONDS = 0.5
YOUNG_SECONDS, YOUNG_BEAT_SECONDS = 60.0, 4.0


class Agent:
    """Everything one host does until it is stopped."""

    def __init__(self, config: Config):
        self.config = config
        self.stopping, self._known, self._released = threading.Event(), threading.Event(), threading.Event()
        self._imds, self._contact = Imds(config.imds_url), Contact()
        self._poll_bell, self._spool_bell, self._beat_bell = threading.Event(), threading.Event(), threading.Event()
        self._config_version, self._began = 0, time.monotonic()
        self._heartbeat_seconds, self._pricing_seconds = 15.0, 300.0

    def run(self) -> None:
        """Find out who we are, register, then live until stopped."""
        host = know_yourself(self._imds, self.stopping)
        if host is None:
            return
        self._assemble(Identity(self.config.state, host["instance_id"]), host)
        self._begin([self._tend])
        first = self._introduce(host)
        if first is None:
            return
        self._live(first)

    def stop(self) -> None:
        self.stopping.set()
        for bell in (self._poll_bell, self._spool_bell, self._beat_bell, self._known):
            bell.set()

    def _assemble(self, identity: Identity, host: dict[str, str]) -> None:
        state = self.config.state
        self._identity, self._host = identity, host
        self._workload = Workload(self.config, OwnProcess(state / "workload.json"))
        self._orders = Orders(identity, self._workload, self._beat_bell)
        self._spool, self._journal = Spool(state / "spool"), Journal(state / "journal")
        self._watcher = Watcher(self._imds, self._spool, identity.instance_id, self._spool_bell)
        self._upkeep, self._plans = Upkeep(self._imds), Plans(state, identity)
        unsent = UnsentBeats(state / "unsent", lambda: SPOOL_BYTES - self._spool.bytes())
        self._heart = Heart(
            identity, self._workload, self._watcher, self._upkeep, self._spool, unsent, self._plans, system.Cpu()
        )
        self._alone = Alone(
            identity.instance_id, self._plans, self._contact, self._watcher.interruption_is_live, Decisions(state / "level3"),
            lambda plan: self._ec2(plan),
        )  # fmt: skip

    def _ec2(self, plan: Plan | None = None) -> Ec2:
        """EC2 by this host's own role: of the plan's region, or of ours."""
        region, url = (plan.region, plan.ec2_url) if plan else (self._host["region"], self.config.ec2_url or None)
        return Ec2(region, url, lambda: role_credentials(self._imds))

    def _introduce(self, host: dict[str, str]) -> dict | None:
        """Register once; a host that knows its agent goes straight on."""
        if self._identity.agent_id:
            return {}
        newcomer = Newcomer(self.config.predecessor, self._ec2(), self._contact, self._workload.want)
        if self.config.predecessor:
            threading.Thread(target=newcomer.live, args=(self._known, self.stopping), name="newcomer", daemon=True).start()
        reply = register(self.config, self._identity, host, self.stopping, self._contact, newcomer.superseded)
        self._known.set()
        if reply:
            log.info("registered as %s of agent %s", reply["role"], reply["agent_id"])
            self._config_version = reply["config_version"]
            self._follow(reply["config"])
            self._orders.accept(reply)
        return reply

    def _live(self, first: dict) -> None:
        lives = [self._watch, self._carry, self._poll, self._beat, self._tell, self._look_ahead, self._act_alone]
        self._begin([*lives, self._report_prices])
        if first.get("replica_id"):
            self._say_ready(first["replica_id"])
        self.stopping.wait()
        self._workload.leave()

    def _begin(self, lives: list[Callable[[], None]]) -> None:
        for life in lives:
            threading.Thread(target=self._guarded, args=(life,), name=life.__name__, daemon=True).start()

    def _guarded(self, life: Callable[[], None]) -> None:
        """A thread that fails ends the agent, so that its supervisor starts it whole again."""
        try:
            life()
        except Exception:  # noqa: BLE001 - logged and fatal on purpose
            log.exception("%s failed", life.__name__)
            self.stop()

    def _server(self) -> Server:
        return Server(self.config.server_url, self._identity.token, self._contact)

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
        courier = Courier(
            self._spool, server, self._prefix, self._poll_bell, self._contact, self._alone, self._identity.instance_id
        )
        while self._asks():
            server.use(self._identity.token)
            self._spool_bell.clear()
            wait = courier.deliver()
            self._spool_bell.wait(wait if wait is not None else 5)

    def _poll(self) -> None:
        """Fetch orders and commands as often as the server says."""
        server, backoff = self._server(), Backoff(0.5, 5)
        while self._asks():
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
            return
        if command["kind"] == "cleanup":
            self._released.set()

    def _do(self, kind: str) -> dict:
        began = datetime.now(UTC).isoformat()
        states: dict = {}
        if kind == "restart_workload":
            states = self._workload.restart()
        elif kind == "refresh_config":
            self._refresh_config()
        elif kind == "cleanup":
            self._clean_up()
        else:
            return {"success": False, "error": f"this agent does not know {kind}"}
        return {"success": True, "started_at": began, "finished_at": datetime.now(UTC).isoformat(), **states}

    def _clean_up(self) -> None:
        """The workload was taken out of care: drop the plan and say so. From now on nothing is asked; the workload runs on."""
        self._plans.accept(None, "")
        try:
            self._server().post(f"{self._prefix}/cleanup-report", {"removed": ["failover plan"], "errors": []})
        except (Temporary, Permanent) as error:
            log.warning("the clean-up is not reported: %s", error)

    def _asks(self) -> bool:
        """Whether this host still speaks to the server by itself."""
        return not (self.stopping.is_set() or self._released.is_set())

    def _refresh_config(self) -> None:
        config = self._server().get(f"{self._prefix}/config")
        self._config_version = config["config_version"]
        self._follow(config)

    def _follow(self, config: dict) -> None:
        self._heartbeat_seconds, self._pricing_seconds = float(config["heartbeat_seconds"]), float(config["pricing_seconds"])

    def _beat(self) -> None:
        """Say every 15 s how the host stands; at once after a change of epoch or of the secret."""
        server = self._server()
        while self._asks():
            server.use(self._identity.token)
            self._beat_bell.clear()
            secret = self._identity.secret
            reply = self._heart.beat(server, self._prefix, self._config_version, self._orders.accept)
            self._heed(reply or {})
            if secret != self._identity.secret:
                self._beat_bell.set()  # a plan is signed with the secret's hash: get one for the new secret
            self._beat_bell.wait(self._pause())

    def _pause(self) -> float:
        """A young host without a plan asks for one sooner: the server waits for EC2's word on what it is made of."""
        young = time.monotonic() - self._began < YOUNG_SECONDS
        return YOUNG_BEAT_SECONDS if young and self._plans.why_not() else self._heartbeat_seconds

    def _heed(self, reply: dict) -> None:
        """What a heartbeat's reply asks for beside its orders."""
        try:
            if reply.get("config_version", self._config_version) != self._config_version:
                self._refresh_config()
        except (Temporary, Permanent) as error:
            log.warning("config: %s", error)
        if reply.get("commands_pending"):
            self._poll_bell.set()

    def _look_ahead(self) -> None:
        """Scheduled maintenance and what Auto Scaling wants; news is told at once."""
        while not self.stopping.is_set():
            if self._upkeep.look():
                self._beat_bell.set()
            self.stopping.wait(UPKEEP_SECONDS)

    def _act_alone(self) -> None:
        """See whether this host has cause to act while no server answers."""
        while self._asks():
            if self._alone.step():
                self._spool_bell.set()
            self.stopping.wait(ALONE_SECONDS)

    def _report_prices(self) -> None:
        """Tell what the own pool costs, where this host's role may ask."""
        prices, server = Prices(self._host), self._server()
        while not self.stopping.wait(prices.pause or self._pricing_seconds) and self._asks():
            plan = self._plans.usable()
            body = prices.report(self._ec2(plan)) if plan else None  # the plan says where EC2 is
            server.use(self._identity.token)
            try:
                if body:
                    server.post(f"{self._prefix}/pricing-report", body)
            except (Temporary, Permanent) as error:
                log.info("prices: %s", error)

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
