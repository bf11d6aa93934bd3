"""A client of the simulator's levers, one method each."""

from typing import Any

import requests

from core import errors
from core.cloud.simulator.catalogue import REGION


class Levers:
    """``url`` is the simulator's own address."""

    def __init__(self, url: str):
        self._base = f"{url}/control"
        self._session = requests.Session()
        self._session.trust_env = False

    def health(self) -> dict:
        return self._get("health")

    def instances(self, **query: Any) -> list[dict]:
        """All machines, or those with ``tag="Name=value"``, ``state`` or ``account_id``."""
        return self._get("instances", query)

    def instance(self, instance_id: str) -> dict:
        return next(row for row in self.instances() if row["instance_id"] == instance_id)

    def bill(self, **query: Any) -> list[dict]:
        return self._get("bill", query)

    def calls(self, since: int = 0, action: str | None = None) -> list[dict]:
        return self._get("calls", {"since": since, **({"action": action} if action else {})})

    def interrupt(self, instance_id: str, action: str = "terminate", lead_seconds: float = 120) -> dict:
        return self._post("interrupt", instance_id=instance_id, action=action, lead_seconds=lead_seconds)

    def rebalance(self, instance_id: str) -> dict:
        return self._post("rebalance", instance_id=instance_id)

    def withdraw(self, instance_id: str) -> None:
        self._post("withdraw", instance_id=instance_id)

    def kill(self, instance_id: str) -> None:
        self._post("kill", instance_id=instance_id)

    def capacity(self, az_id: str, instance_type: str, units: int | None, lifecycle: str = "spot") -> None:
        self._post("capacity", az_id=az_id, instance_type=instance_type, lifecycle=lifecycle, units=units)

    def quota(self, lifecycle: str, units: int | None) -> None:
        self._post("capacity", quota=True, lifecycle=lifecycle, units=units)

    def price(self, az_id: str, instance_type: str, price: float) -> None:
        self._post("price", az_id=az_id, instance_type=instance_type, price=price)

    def fault(self, action: str, **rule: Any) -> None:
        self._post("faults", action=action, **rule)

    def lose_reply(self, action: str, count: int = 1) -> None:
        """The effect happens, the reply is lost."""
        self.fault(action, when="after", code=None, count=count)

    def clear_faults(self) -> None:
        self._check(self._session.delete(f"{self._base}/faults", timeout=10))

    def hold(self, action: str, count: int = 1) -> None:
        self._post("hold", action=action, count=count)

    def holds(self) -> list[dict]:
        return self._get("holds")

    def release(self, drop: bool = False) -> int:
        return self._post("holds/release", drop=drop)["released"]

    def imds(self, instance_id: str, **knobs: Any) -> None:
        self._post("imds", instance_id=instance_id, **knobs)

    def settings(self, **knobs: float) -> dict:
        return self._post("settings", **knobs)

    def clock(self, offset_seconds: float) -> None:
        self._post("clock", offset_seconds=offset_seconds)

    def reset(self, account_id: str) -> None:
        self._post("reset", account_id=account_id)

    def events(self, **knobs: float) -> dict:
        """Trouble for events on their way: shares of loss, duplicate, twice, reorder; delay_seconds."""
        return self._post("events", **knobs)

    def calm_events(self) -> None:
        self.events(loss=0, duplicate=0, twice=0, reorder=0, delay_seconds=0)

    def events_sent(self, account_id: str) -> list[dict]:
        return self._get("events", {"account_id": account_id})

    def publish(self, event: dict) -> None:
        """Put an event on the bus; rules decide where it goes."""
        self._post("events/publish", event=event)

    def send(self, account_id: str, queue: str, region: str = REGION, **content: Any) -> bool:
        """Put ``event`` or a bare ``text`` into a queue, past every rule."""
        return self._post("events/send", account_id=account_id, queue=queue, region=region, **content)["sent"]

    def wake_messages(self, account_id: str) -> int:
        """What was received and not deleted is visible again at once."""
        return self._post("events/wake", account_id=account_id)["messages"]

    def health_event(self, instance_ids: list[str], not_before: float, **more: Any) -> None:
        self._post("events/health", instance_ids=instance_ids, not_before=not_before, **more)

    def lifecycle(self, instance_id: str) -> str:
        """Auto Scaling begins to end a machine; the action's token."""
        return self._post("events/lifecycle", instance_id=instance_id)["token"]

    def hooks(self) -> dict:
        return self._get("events/hooks")

    def _get(self, name: str, query: dict | None = None) -> Any:
        return self._check(self._session.get(f"{self._base}/{name}", params=query, timeout=10))

    def _post(self, name: str, **body: Any) -> Any:
        return self._check(self._session.post(f"{self._base}/{name}", json=body, timeout=10))

    def _check(self, reply: requests.Response) -> Any:
        reply.raise_for_status()
        return reply.json()


class OurLevers(Levers):
    """As the product pulls them: what fails bears our names."""

    def _post(self, name: str, **body: Any) -> Any:
        try:
            return super()._post(name, **body)
        except requests.HTTPError as refusal:
            raise errors.Conflict(f"the simulated AWS refuses: {refusal.response.text[:200]}") from refusal
        except requests.RequestException as silence:
            raise errors.Unavailable("the simulated AWS cannot be reached") from silence
