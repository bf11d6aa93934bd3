"""The state of the simulated AWS: machines, capacity, prices, money and time, behind one lock."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from random import Random
from typing import Any

from core.cloud.simulator import announcements
from core.cloud.simulator.bus import Bus
from core.cloud.simulator.catalogue import TYPES
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.faults import Faults
from core.cloud.simulator.hosts import Hosts
from core.cloud.simulator.instance import ALIVE, SimInstance, iso
from core.cloud.simulator.market import Market
from core.cloud.simulator.queues import Queues
from core.cloud.simulator.scaling.group import SimGroup, read_group

ENDING_SECONDS = 1.0
TICK_SECONDS = 0.05


class World:
    """Everything the simulator knows. Methods that change it are called with ``lock`` held."""

    def __init__(self, folder: Path, seed: int, boot_seconds: float):
        self.lock = threading.RLock()
        self.folder, self.seed = folder, seed
        self.settings = {"boot_seconds": boot_seconds, "hide_new_ids_seconds": 0.0, "asg_seconds": 1.0}
        self.random = Random(seed)
        self.market, self.faults, self.hosts = Market(seed), Faults(seed), Hosts(folder / "hosts")
        self.queues = Queues(self.now)
        self.bus = Bus(self.queues, seed)
        self.hooks: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, SimGroup] = {}
        self.habits: list[Callable[[World], None]] = []
        self.instances: dict[str, SimInstance] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, dict[str, Any]] = {}
        self.capacity: dict[str, int | None] = {}
        self.calls: list[dict] = []
        self.clock_offset = 0.0
        self.url = ""
        self._dirty = False
        self._ending = threading.Event()
        self._load()

    def now(self) -> float:
        """Epoch seconds: wall time and the one clock offset."""
        return time.time() + self.clock_offset

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{self.random.getrandbits(68):017x}"

    def known(self, instance_id: str) -> SimInstance:
        """The machine with this id, whoever's it is."""
        if instance_id not in self.instances:
            raise AwsError("InvalidInstanceID.NotFound", f"there is no instance {instance_id}", 404)
        return self.instances[instance_id]

    def imds_url(self, instance_id: str) -> str:
        return f"{self.url}/imds/{instance_id}"

    def start(self, url: str) -> None:
        """Boot again what was running, and let time pass."""
        self.url = url
        threading.Thread(target=self._live, name="time", daemon=True).start()

    def changed(self) -> None:
        self._dirty = True

    def launch(self, instance: SimInstance) -> None:
        self.instances[instance.instance_id] = instance
        self.enter(instance, "pending")

    def enter(self, instance: SimInstance, state: str) -> None:
        """Another state, and the event that tells of it."""
        instance.state = state
        self.bus.publish(announcements.state_change(instance, self.now()))
        self.changed()

    def end(self, instance: SimInstance, reason: str) -> None:
        """Begin to end a machine: its processes die now."""
        if instance.state in ("shutting-down", "terminated"):
            return
        instance.state_reason = reason
        instance.ends_at = self.now() + ENDING_SECONDS
        instance.terminated_at = self.now()
        self.hosts.kill(instance.instance_id)
        self.enter(instance, "shutting-down")
        if reason == "Server.SpotInstanceTermination":
            self.bus.publish(announcements.bid_evicted(instance, self.now()))

    def stop(self, instance: SimInstance, reason: str) -> None:
        instance.state_reason = reason
        instance.ends_at = self.now() + ENDING_SECONDS
        self.hosts.kill(instance.instance_id)
        self.enter(instance, "stopping")

    def interrupt(self, instance: SimInstance, action: str, lead_seconds: float) -> float:
        """A notice in the metadata now, and the end at its deadline."""
        deadline = self.now() + (0 if action == "hibernate" else lead_seconds)
        instance.notice = {"action": action, "time": iso(deadline), "shown_at": time.time()}
        instance.stops_at = deadline
        self.bus.publish(announcements.interruption_warning(instance, action, self.now()))
        self.changed()
        return deadline

    def recommend_rebalance(self, instance: SimInstance) -> None:
        """A rebalance recommendation in the metadata and on the bus."""
        instance.rebalance = {"noticeTime": iso(self.now()), "shown_at": time.time()}
        self.bus.publish(announcements.rebalance_recommendation(instance, self.now()))
        self.changed()

    def pool_use(self, az_id: str, instance_type: str, lifecycle: str) -> int:
        return sum(
            i.az_id == az_id and i.instance_type == instance_type and i.lifecycle == lifecycle and i.state in ALIVE
            for i in self.instances.values()
        )

    def price(self, instance: SimInstance, at: float) -> float:
        if instance.lifecycle == "spot":
            return self.market.price(instance.az_id, instance.instance_type, at)
        return TYPES[instance.instance_type].usd_per_hour

    def log_call(self, entry: dict) -> dict:
        with self.lock:
            entry = {"seq": len(self.calls) + 1, "at": time.time(), **entry}
            self.calls.append(entry)
            return entry

    def forget(self, account_id: str) -> None:
        for instance in [i for i in self.instances.values() if i.account_id == account_id]:
            self.hosts.kill(instance.instance_id)
            del self.instances[instance.instance_id]
        self.tokens = {key: value for key, value in self.tokens.items() if value["account_id"] != account_id}
        self.templates = {key: template for key, template in self.templates.items() if template["account_id"] != account_id}
        self.groups = {key: group for key, group in self.groups.items() if group.account_id != account_id}
        self.hooks = {token: action for token, action in self.hooks.items() if action["instance_id"] in self.instances}
        self.queues.forget(account_id)
        self.bus.forget(account_id)
        self.changed()

    def close(self) -> None:
        """Save, then end every host; a restart boots the running ones again."""
        self._ending.set()
        with self.lock:
            self._save()
            self.hosts.kill_all()

    def _live(self) -> None:
        """One thread moves time on, boots hosts (they end with the thread's process) and saves."""
        with self.lock:
            for instance in self.instances.values():
                if instance.state == "running":
                    self.hosts.boot(instance, self.imds_url(instance.instance_id))
        last_save = 0.0
        while not self._ending.wait(TICK_SECONDS):
            with self.lock:
                for instance in list(self.instances.values()):
                    self._advance(instance)
                for habit in self.habits:
                    habit(self)
                if self._dirty and time.monotonic() - last_save > 0.5:
                    self._save()
                    last_save = time.monotonic()

    def _advance(self, instance: SimInstance) -> None:
        now = self.now()
        if instance.state == "pending" and instance.boots_at <= now:
            instance.booted_at = now
            self.hosts.boot(instance, self.imds_url(instance.instance_id))
            self.enter(instance, "running")
        elif instance.state == "shutting-down" and instance.ends_at <= now:
            self.enter(instance, "terminated")
        elif instance.state == "stopping" and instance.ends_at <= now:
            self.enter(instance, "stopped")
        elif instance.stops_at and instance.stops_at <= now and instance.state in ALIVE:
            self._carry_out_notice(instance)

    def _carry_out_notice(self, instance: SimInstance) -> None:
        if instance.notice["action"] == "terminate":
            self.end(instance, "Server.SpotInstanceTermination")
        else:
            instance.stops_at = None
            self.stop(instance, "Server.SpotInstanceShutdown")

    def _save(self) -> None:
        """Whole or not at all."""
        state = {
            "instances": [asdict(instance) for instance in self.instances.values()], "tokens": self.tokens,
            "templates": self.templates, "capacity": self.capacity, "overrides": self.market.overrides,
            "clock_offset": self.clock_offset, "draws": self.random.getrandbits(64), "queues": self.queues.state(),
            "rules": self.bus.rules, "hooks": self.hooks, "groups": [asdict(group) for group in self.groups.values()],
        }  # fmt: skip
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / "state.json.part"
        part.write_text(json.dumps(state))
        part.replace(self.folder / "state.json")
        self._dirty = False

    def _load(self) -> None:
        file = self.folder / "state.json"
        if not file.exists():
            return
        state = json.loads(file.read_text())
        known = {f.name for f in fields(SimInstance)}
        for row in state["instances"]:
            instance = SimInstance(**{name: value for name, value in row.items() if name in known})
            self.instances[instance.instance_id] = instance
        self.tokens, self.templates, self.capacity = state["tokens"], state["templates"], state["capacity"]
        self.market.overrides, self.clock_offset = state["overrides"], state["clock_offset"]
        self.random.seed(state["draws"])
        self.queues.load(state.get("queues", []))
        self.bus.rules, self.hooks = state.get("rules", {}), state.get("hooks", {})
        groups = [read_group(row) for row in state.get("groups", [])]
        self.groups = {group.key: group for group in groups}
