"""An agent's parts with a clock and an EC2 of the test's own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from agent.alone import Alone, Decisions
from agent.contact import Contact
from agent.ec2 import Machine, Refused
from agent.identity import Identity
from agent.plan import Plan, Plans
from core.crypto import digest
from core.domain import failover
from core.domain.lifecycle import Agent, Instance

AGENT, PRIMARY, REPLICA = "0b8f3c1e-5a55-4e0e-9d43-111111111111", "i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb"
NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
AROUND = failover.Surroundings("install", "http://127.0.0.1:1", "http://127.0.0.1:2", "soj_L3_token")
SPEC = {"image_id": "ami-1", "security_group_ids": ["sg-1"], "iam_instance_profile": "arn:aws:iam::1:instance-profile/p", "key_name": None}
ZONES = ["use1-az1", "use1-az2", "use1-az6"]


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self, at: float = 1000.0):
        self.at = at

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds


class FakeEc2:
    """Remembers what was asked; ``answers`` are errors to raise, in order, before it says yes. One machine per token."""

    def __init__(self, *answers: Exception):
        self.answers, self.runs, self.asked, self.by = list(answers), [], 0, {}
        self.state = "running"

    def run(self, request: dict, az_id: str, tags: dict, token: str) -> Machine:
        self.runs.append((az_id, token))
        if self.answers:
            raise self.answers.pop(0)
        if token in self.by and self.by[token].az_id != az_id:
            raise Refused("IdempotentParameterMismatch", "other parameters")
        return self.by.setdefault(token, Machine(f"i-{len(self.by) + 1:017x}", "pending", az_id))

    def by_token(self, token: str) -> Machine | None:
        return self.by.get(token)

    def states(self, *ids: str) -> dict[str, str]:
        self.asked += 1
        return dict.fromkeys(ids, self.state)


def plan_text(epoch: int = 3, az_ids: list[str] = ZONES, now: datetime = NOW, agent: str = AGENT, ec2_url: str | None = AROUND.ec2_url) -> str:
    """The plan as the server writes it."""
    owner = Agent(1, agent, 1, 1, "web", "active", 1, 1, epoch, None, None)
    primary = Instance(
        1, "u", 1, 1, 1, PRIMARY, "m5.large", "us-east-1", "us-east-1a", "use1-az6", "p", "spot", "running", "PRIMARY", "running_primary",
        0, None, None, None, None, None, None, NOW, None, 1,
    )  # fmt: skip
    return failover.plan(owner, primary, SPEC, az_ids, replace(AROUND, ec2_url=ec2_url), now)


class Host:
    """One host that knows its plan. ``step`` is one look."""

    def __init__(self, folder: Path, own_id: str = PRIMARY, ec2: FakeEc2 | None = None, clock: Clock | None = None,
                 text: str | None = None, agent: str = AGENT):  # fmt: skip
        self.clock, self.ec2, self.notice = clock or Clock(), ec2 or FakeEc2(), False
        self.wall = Clock(NOW.timestamp())
        self.identity = Identity(folder, own_id)
        self.identity.registered(agent, None)
        self.identity.saw_epoch(3)
        self.contact = Contact(self.clock)
        self.plans = Plans(folder, self.identity, self.wall)
        self.told(text or plan_text())
        self.decisions = Decisions(folder / "level3")
        self.alone = self._alone(lambda plan: self.ec2)

    def told(self, text: str, server_time: datetime = NOW) -> None:
        """A heartbeat's reply brings a plan."""
        signed = {"text": text, "signature": failover.signature(digest(self.identity.secret), text)}
        self.plans.accept(signed, server_time.isoformat())

    def silence(self, posts: int = 3) -> None:
        """Posts of the notice fail."""
        for _ in range(posts):
            self.contact.failed()
            self.contact.notice_failed()

    def step(self) -> bool:
        return self.alone.step()

    def _alone(self, ec2_of: Callable[[Plan], FakeEc2]) -> Alone:
        return Alone(self.identity.instance_id, self.plans, self.contact, lambda: self.notice, self.decisions, ec2_of, self.clock)
