"""How likely a pool is lost within the hour: from what was seen of it, never from its price (K-40).

A table first: the loss rate by the time since the pool came back, learned from own observations on top of a public
prior, times how this pool compares with the others. A logistic model takes over where it beat the table on later time
(core/domain/risk_model.py). Source of the prior: availability of nine V100 pools in 2023 at 195 s ("Can't Be Late",
NSDI'24). The Spot Advisor's bucket ranks pools nobody has watched; it is no hazard.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

HORIZON = timedelta(hours=1)
UP, DOWN = frozenset({"launched", "available"}), frozenset({"lost", "refused", "unavailable"})
LOSSES = frozenset({"lost", "unavailable"})
FADES = timedelta(hours=24)  # what was seen up is counted as up for so long, unless something else was seen
BAND_ENDS = (360, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)  # seconds since the pool came back
PRIOR = (0.64, 0.59, 0.48, 0.36, 0.23, 0.15, 0.09, 0.08, 0.024)  # P(lost within 60 min) in each band
PRIOR_HOURS = 50.0  # how many own hours weigh as much as the prior
POOL_WEIGHT = 2.0  # how many expected hits of its own a pool needs to speak for itself by half
ADVISOR = (0.7, 0.85, 1.0, 1.2, 1.5)
UNKNOWN_BAND = len(PRIOR) - 1


@dataclass(frozen=True)
class Sighting:
    """Something seen of a pool."""

    kind: str
    at: datetime


class Source(StrEnum):
    """Who says a risk."""

    TABLE = "table"
    TRAINED = "trained"  # the logistic model that beat the table
    MODEL = "model"  # the registry's active one


@dataclass(frozen=True)
class Risk:
    """P(lost within the hour), the sentence behind it, and how many observations it rests on.

    ``known`` is the share, 0 to 1, of the numbers asked for that were known: of the table's one, whether anybody has
    watched the pool; of a model's, as the model says. ``hours`` were watched of pools of its age (the table's alone);
    ``outcomes`` are the table's expected losses of this pool, the trained model's losses, a registered one's predictions
    of which is known what became of them.
    """

    probability: float
    evidence: str
    samples: int
    known: float = 0.0
    source: Source = Source.TABLE
    hours: float = 0.0
    outcomes: float = 0.0


@dataclass(frozen=True)
class Record:
    """One pool's own: losses, hours that a loss followed within the hour, and how many the bands expect of it."""

    losses: int = 0
    hits: float = 0.0
    expected: float = 0.0


NO_RECORD = Record()


@dataclass(frozen=True)
class Table:
    """Hours seen in each band, and how many of them a loss followed within the hour; each pool's record."""

    hits: tuple[float, ...] = (0.0,) * len(PRIOR)
    hours: tuple[float, ...] = (0.0,) * len(PRIOR)
    pools: dict[str, Record] = field(default_factory=dict)

    def probability(self, band: int) -> float:
        """P(lost within the hour) in a band: the prior until own hours outweigh it."""
        return (PRIOR[band] * PRIOR_HOURS + self.hits[band]) / (PRIOR_HOURS + self.hours[band])

    def factor(self, pool_id: str, advisor_bucket: int | None) -> float:
        """How this pool compares; the Advisor's rank counts only as long as the pool has not spoken for itself."""
        own, rank = self.pools.get(pool_id, NO_RECORD), 1.0 if advisor_bucket is None else ADVISOR[advisor_bucket]
        return min(4.0, max(0.25, (own.hits + POOL_WEIGHT * rank) / (own.expected + POOL_WEIGHT)))

    def of(self, pool_id: str, band: int, advisor_bucket: int | None = None) -> float:
        """A pool's own probability in a band."""
        return -math.expm1(math.log1p(-min(0.999, self.probability(band))) * self.factor(pool_id, advisor_bucket))

    @property
    def losses(self) -> int:
        """How many it was learned from."""
        return sum(own.losses for own in self.pools.values())

    def as_json(self) -> dict:
        return {"hits": self.hits, "hours": self.hours, "pools": {name: list(vars(own).values()) for name, own in self.pools.items()}}

    @classmethod
    def from_json(cls, told: dict) -> "Table":
        return cls(tuple(told["hits"]), tuple(told["hours"]), {name: Record(*own) for name, own in told["pools"].items()})


@dataclass(frozen=True)
class Standing:
    """How a pool stands: ``age`` since it came back (None: nobody has watched it), whether it was last seen down, sightings.

    Unless ``is_whole`` nobody saw it come back: it is at least as old as that.
    """

    age: timedelta | None
    is_down: bool
    samples: int
    is_whole: bool = True

    @property
    def band(self) -> int:
        return band_of(self.age.total_seconds()) if self.age is not None and self.is_whole else UNKNOWN_BAND


@dataclass(frozen=True)
class Stretch:
    """A time in which a pool was seen up, whether a loss ended it, and whether somebody saw it begin."""

    began: datetime
    until: datetime
    lost: bool
    is_whole: bool = True


def band_of(age_seconds: float) -> int:
    return bisect_right(BAND_ENDS, age_seconds)


def standing(sightings: Sequence[Sighting], now: datetime) -> Standing:
    """Where a pool stands after these sightings, oldest first."""
    known = [s for s in sightings if s.kind in UP | DOWN and s.at <= now]
    if not known:
        return Standing(None, False, len(sightings))
    if known[-1].kind in DOWN:
        return Standing((now - known[-1].at) / 2, True, len(sightings))
    first = len(known) - 1
    while first and known[first - 1].kind in UP and known[first].at - known[first - 1].at <= FADES:
        first -= 1
    came_back = known[first].at
    return Standing(now - came_back, False, len(sightings), first > 0 and came_back - known[first - 1].at <= FADES)


def stretches(sightings: Iterable[Sighting], now: datetime) -> list[Stretch]:
    """When a pool was up, as far as anybody saw it: a sighting speaks for a day at most."""
    told, began, heard, down, whole = [], None, None, None, False
    for s in [*(s for s in sightings if s.kind in UP | DOWN and s.at <= now), Sighting("end", now)]:
        if began is not None and s.at - heard > FADES:
            told.append(Stretch(began, heard + FADES, False, whole))
            began = None
        if began is not None and s.kind not in UP:
            told.append(Stretch(began, s.at, s.kind in LOSSES, whole))
            began = None
        if s.kind in UP:
            if began is None:
                began, whole = s.at, down is not None and s.at - down <= FADES
            heard = s.at
        down = s.at if s.kind in DOWN else down
    return [one for one in told if one.until > one.began]


def learn(pools: dict[str, Sequence[Sighting]], now: datetime) -> Table:
    """Hits and hours by band over all pools, then each pool against them."""
    seen = {pool_id: stretches(sightings, now) for pool_id, sightings in pools.items()}
    hits, hours = [0.0] * len(PRIOR), [0.0] * len(PRIOR)
    for one in (stretch for told in seen.values() for stretch in told):
        for band, spent, hit in _by_band(one):
            hours[band] += spent
            hits[band] += hit
    table = Table(tuple(hits), tuple(hours))
    return Table(table.hits, table.hours, {pool_id: _record(table, told) for pool_id, told in seen.items() if told})


def _by_band(one: Stretch) -> Iterable[tuple[int, float, float]]:
    """Hours of a stretch in each band, and how many of them its loss followed within the hour.

    The last hour of a stretch that nobody saw end says nothing yet, and is left out; so is the first day of one that
    nobody saw begin: it may have been of any age.
    """
    length = (one.until - one.began).total_seconds() - (0 if one.lost else HORIZON.total_seconds())
    last_hour, began = length - HORIZON.total_seconds() if one.lost else math.inf, 0.0
    for band, end in enumerate((*BAND_ENDS, math.inf)):
        stop = min(length, end)
        if stop > began and (one.is_whole or band == UNKNOWN_BAND):
            yield band, (stop - began) / 3600, max(0.0, stop - max(began, last_hour)) / 3600
        began = end


def _record(table: Table, told: list[Stretch]) -> Record:
    spent = [part for one in told for part in _by_band(one)]
    expected = sum(table.probability(band) * hours for band, hours, _ in spent)
    return Record(sum(one.lost for one in told), sum(hit for _, _, hit in spent), expected)


def by_table(table: Table, pool_id: str, here: Standing, advisor_bucket: int | None) -> Risk:
    """The pool's risk by band, own record and, where it has none, the Advisor's rank."""
    return Risk(
        round(table.of(pool_id, here.band, advisor_bucket), 4), sentence(table, pool_id, here, advisor_bucket), here.samples,
        float(here.age is not None), Source.TABLE, table.hours[here.band], table.pools.get(pool_id, NO_RECORD).expected,
    )  # fmt: skip


def noticed(told: Risk, table: Table) -> Risk:
    """The same pool with a notice in it within the last thirty minutes."""
    evidence = f"A notice there within 30 minutes; {told.evidence[0].lower()}{told.evidence[1:]}"
    return replace(told, probability=max(told.probability, round(table.probability(0), 4)), evidence=evidence)


def sentence(table: Table, pool_id: str, here: Standing, advisor_bucket: int | None) -> str:
    losses = table.pools.get(pool_id, NO_RECORD).losses
    record = f"{losses} {'loss' if losses == 1 else 'losses'} on record" if losses else "no loss on record"
    if here.age is None:
        rank = "the Spot Advisor does not rank it" if advisor_bucket is None else f"the Spot Advisor ranks it {advisor_bucket} of 4"
        return f"Nobody has watched this pool yet; {rank}"
    span = spoken(here.age)
    if here.is_down:
        return f"Last seen without capacity {spoken(here.age * 2)} ago; {record}"
    return f"Up for {'' if here.is_whole else 'at least '}{span}; {record}"


def spoken(span: timedelta) -> str:
    return spoken_seconds(span.total_seconds())


def spoken_seconds(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"
