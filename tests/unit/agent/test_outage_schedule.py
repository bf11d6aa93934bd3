"""Half an hour of outages of every kind, by an injected clock: nothing that the metadata showed is lost or buried."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from agent.backoff import Backoff
from agent.contact import Contact
from agent.imds import Trouble
from agent.notices import REBALANCE, Courier, Watcher
from agent.server import Permanent, Temporary
from agent.spool import Spool
from tests.unit.agent.kit import PRIMARY, Clock

MINUTE = 60
START = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
# minutes in which something fails: the metadata (imds), the server (refuses, says 503, or loses its replies)
SCHEDULE = [
    (2, 5, "refuses"), (6, 9, "imds"), (10, 14, "refuses"), (10, 13, "imds"), (15, 19, "503"), (19, 21, "loses"), (21, 25, "flaps"),
    (25, 30, "refuses"), (27, 29, "imds"),
]  # fmt: skip


class Weather:
    """What fails at the clock's time."""

    def __init__(self, clock: Clock, schedule: list):
        self.clock, self.began, self.schedule = clock, clock.at, schedule

    def now(self) -> float:
        return self.clock.at - self.began

    def holds(self, what: str) -> bool:
        return any(start * MINUTE <= self.now() < end * MINUTE for start, end, kind in self.schedule if kind == what)

    def imds_fails(self) -> bool:
        return self.holds("imds") or (self.holds("flaps") and int(self.now() / 7) % 2 == 0)


class SkyImds:
    """Shows a new recommendation every two minutes, when it answers at all."""

    def __init__(self, weather: Weather):
        self.weather, self.seen, self.looks = weather, set(), 0

    def json(self, path: str):
        self.looks += path != REBALANCE
        if self.weather.imds_fails():
            self.weather.clock.pass_by(1.0)
            raise Trouble("HTTP 503")
        if path != REBALANCE:
            return None
        self.seen.add(key := self.key())
        return {"noticeTime": key}

    def key(self) -> str:
        return (START + timedelta(minutes=2 * int(self.weather.now() // (2 * MINUTE)))).isoformat()

    def text(self, path: str) -> None:
        return None

    def needed(self, path: str) -> str:
        return "there"


class SkyServer:
    """Takes a request id once, as the real one does; a copy whose age has changed is answered REQUEST_ID_REUSED."""

    def __init__(self, weather: Weather, contact: Contact):
        self.weather, self.contact, self.taken = weather, contact, {}

    def post(self, path: str, body: dict, request_id: str, timeout=None) -> dict:
        if self.weather.holds("refuses") or self.weather.holds("503"):
            self.contact.failed()
            raise Temporary("no answer")
        self.contact.answered()
        if request_id in self.taken:
            raise Permanent(422, "REQUEST_ID_REUSED", "another body")
        self.taken[request_id] = body["notice_time"]
        if self.weather.holds("loses"):
            raise Temporary("the reply was lost")
        return {}


class Quiet:
    """A host with nothing to confess."""

    def unreported(self) -> list:
        return []


class Life:
    """The watcher and the courier of one agent, each at its own pace."""

    def __init__(self, folder, schedule: list):
        self.clock, self.bell = Clock(), threading.Event()
        self.weather = Weather(self.clock, schedule)
        contact = Contact(self.clock)
        self.imds, self.server, self.spool = SkyImds(self.weather), SkyServer(self.weather, contact), Spool(folder)
        self.watcher = Watcher(self.imds, self.spool, PRIMARY, self.bell, clock=self.clock)
        self.look_at = self.carry_at = self.clock.at
        self.courier = Courier(self.spool, self.server, "/api/agents/x", threading.Event(), contact, Quiet(), PRIMARY)

    def live(self, minutes: float) -> None:
        end = self.clock.at + minutes * MINUTE
        while min(self.look_at, self.carry_at) < end:
            self.clock.at = max(self.clock.at, min(self.look_at, self.carry_at))
            self._look() if self.look_at <= self.carry_at else self._carry()
        self.clock.at = max(self.clock.at, end)

    def _look(self) -> None:
        self.look_at = self.clock.at + self.watcher.look()
        if self.bell.is_set():
            self.carry_at = self.clock.at

    def _carry(self) -> None:
        self.bell.clear()
        self.carry_at = self.clock.at + (self.courier.deliver() or 5)


@pytest.fixture
def life(tmp_path, monkeypatch) -> Life:
    monkeypatch.setattr("agent.disk.os.fsync", lambda descriptor: None)
    return Life(tmp_path, SCHEDULE)


def test_nothing_that_was_seen_in_half_an_hour_of_outages_is_lost_or_buried(life: Life):
    """Copies after a gap are fresh sightings (A8); the server counts them on the row they belong to."""
    life.live(31)

    assert set(life.server.taken.values()) == life.imds.seen
    assert len(life.imds.seen) >= 13, "nearly every two minutes there was something to see"
    assert (life.spool.waiting(), life.spool.dead()) == (0, 0)


def test_an_agent_that_takes_a_changed_copy_for_a_refusal_buries_notices(life: Life, monkeypatch):
    """The naive twin of a lost reply."""
    monkeypatch.setattr("agent.notices.ALREADY_TAKEN", "NEVER")
    life.live(31)

    assert life.spool.dead() > 0


def test_half_an_hour_without_metadata_costs_few_looks_and_ends_within_five_seconds(life: Life):
    life.weather.schedule = [(0, 30, "imds")]
    life.live(30)
    looks = life.imds.looks
    life.live(5 / MINUTE)

    assert looks <= 30 * MINUTE / 1.5
    assert len(life.imds.seen) == 1


def test_a_watcher_that_backed_off_to_thirty_seconds_would_often_be_late(tmp_path, monkeypatch):
    """The naive twin of the recovery: how often the first look comes later than five seconds."""
    monkeypatch.setattr("agent.disk.os.fsync", lambda descriptor: None)
    late = 0
    for number in range(30):
        life = Life(tmp_path / str(number), [(0, 5, "imds")])
        life.watcher._backoff = Backoff(2, 30)
        life.live(5)
        life.live(5 / MINUTE)
        late += not life.imds.seen

    assert late > 0
