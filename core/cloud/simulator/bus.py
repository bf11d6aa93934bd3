"""EventBridge: rules whose patterns choose events for queues, and the trouble an event may meet on its way."""

import json
import uuid
from dataclasses import dataclass
from random import Random
from typing import Any

from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.queues import Queues

LONGEST_DELAY = 900.0
REMEMBERED = 5000


@dataclass
class Knobs:
    """Shares of events that are lost, sent again under the same id, told twice under another, or overtaken by later ones."""

    loss: float = 0.0
    duplicate: float = 0.0
    twice: float = 0.0
    reorder: float = 0.0
    delay_seconds: float = 0.0
    reorder_seconds: float = 1.0


class Bus:
    """The default event bus of every account."""

    def __init__(self, queues: Queues, seed: int):
        self._queues, self._random = queues, Random(seed)
        self.rules: dict[str, dict[str, Any]] = {}
        self.knobs = Knobs()
        self.sent: list[dict] = []

    def put_rule(self, account: str, region: str, name: str, pattern: str) -> str:
        arn = f"arn:aws:events:{region}:{account}:rule/{name}"
        parsed = json.loads(pattern or "{}")
        if not isinstance(parsed, dict) or not parsed:
            raise AwsError("InvalidEventPatternException", "Event pattern is not valid.")
        known = self.rules.get(arn, {"targets": {}})
        self.rules[arn] = {**known, "account": account, "region": region, "pattern": parsed}
        return arn

    def put_targets(self, account: str, region: str, name: str, targets: list[dict]) -> None:
        rule = self.rules.get(f"arn:aws:events:{region}:{account}:rule/{name}")
        if rule is None:
            raise AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus default.")
        rule["targets"].update({target["Id"]: target["Arn"] for target in targets})

    def publish(self, event: dict) -> None:
        """Hand an event to the targets of every rule that matches it, or lose, repeat or delay it as the knobs say."""
        self.sent = [*self.sent[-REMEMBERED:], event]
        if self._hits(self.knobs.loss):
            return
        copies = [event] + [event] * self._hits(self.knobs.duplicate)
        copies += [{**event, "id": str(uuid.uuid4())}] * self._hits(self.knobs.twice)
        for copy in copies:
            self._deliver(copy)

    def _deliver(self, event: dict) -> None:
        late = self._random.uniform(0, self.knobs.reorder_seconds) if self._hits(self.knobs.reorder) else 0.0
        for rule in list(self.rules.values()):
            if rule["account"] == event["account"] and matches(rule["pattern"], event):
                for arn in rule["targets"].values():
                    self._queues.send(arn, json.dumps(event), min(self.knobs.delay_seconds + late, LONGEST_DELAY))

    def _hits(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def forget(self, account: str) -> None:
        self.rules = {arn: rule for arn, rule in self.rules.items() if rule["account"] != account}
        self.sent = [event for event in self.sent if event["account"] != account]


def matches(pattern: dict, event: dict) -> bool:
    """Whether an event has, at every place the pattern names, one of the values listed there."""
    return all(_matches_member(wanted, event.get(name)) for name, wanted in pattern.items())


def _matches_member(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and matches(wanted, found)
    some = found if isinstance(found, list) else [found]
    return any(_matches_value(one, value) for one in wanted for value in some)


def _matches_value(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and "prefix" in wanted:
        return isinstance(value, str) and value.startswith(wanted["prefix"])
    return wanted == value


def put_rule(world, account: str, region: str, params: dict) -> dict:
    arn = world.bus.put_rule(account, region, params["Name"], params.get("EventPattern", ""))
    world.changed()
    return {"RuleArn": arn}


def put_targets(world, account: str, region: str, params: dict) -> dict:
    world.bus.put_targets(account, region, params["Rule"], params["Targets"])
    world.changed()
    return {"FailedEntryCount": 0, "FailedEntries": []}


EVENTS = {"PutRule": put_rule, "PutTargets": put_targets}
