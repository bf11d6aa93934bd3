"""What could be cheaper and is nobody's plan yet: On-Demand machines that Spot would hold, and machines that hardly work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.decision.select import place
from core.domain.decision.values import Offer
from core.domain.risk import spoken_seconds
from core.domain.row import FromRow

IDLE_BELOW_PCT = 30.0
WATCHED_SECONDS = 3600  # a shorter mean says nothing of use
DAY_SECONDS = 86400


class Kind(StrEnum):
    COULD_BE_SPOT = "could_be_spot"
    HARDLY_USED = "hardly_used"


@dataclass(frozen=True)
class Machine(FromRow):
    """A machine that runs. ``cpu_mean`` in per cent over the last day, or as long as it was watched; None: nobody says."""

    instance_id: str
    agent_id: str | None
    name: str
    instance_type: str
    region: str
    az_id: str | None
    lifecycle: str
    cpu_mean: float | None
    watched_seconds: int | None


@dataclass(frozen=True)
class Opportunity:
    """``saves`` in USD per hour, None where nothing says how much."""

    kind: Kind
    machine: Machine
    target_pool: str | None
    saves: float | None
    sentence: str


Place = tuple[str, str]  # region and instance type


def detect_opportunities(machines: Iterable[Machine], best: Mapping[Place, Offer], on_demand: Mapping[Place, float]) -> list[Opportunity]:
    """What saves most first, what nobody can put a figure on last. ``best`` is the Spot pool that would be chosen for a type."""
    found = [one for machine in machines for one in (_could_be_spot(machine, best, on_demand), _hardly_used(machine)) if one]
    return sorted(found, key=lambda one: (one.saves is None, -(one.saves or 0.0), one.machine.name))


def _could_be_spot(machine: Machine, best: Mapping[Place, Offer], on_demand: Mapping[Place, float]) -> Opportunity | None:
    offer, paid = best.get((machine.region, machine.instance_type)), on_demand.get((machine.region, machine.instance_type))
    if machine.lifecycle != "on-demand" or offer is None or paid is None or offer.price >= paid:
        return None
    saves, share = round(paid - offer.price, 6), 100 * (1 - offer.price / paid)
    how = "" if machine.agent_id else "; it has no agent yet"
    sentence = f"{machine.name} is a {machine.instance_type} On-Demand; as Spot, {place(offer.pool_id)} costs {share:.0f} % less{how}"
    return Opportunity(Kind.COULD_BE_SPOT, machine, offer.pool_id, saves, sentence)


def _hardly_used(machine: Machine) -> Opportunity | None:
    watched = machine.watched_seconds or 0
    if machine.cpu_mean is None or watched < WATCHED_SECONDS or machine.cpu_mean >= IDLE_BELOW_PCT:
        return None
    span = spoken_seconds(min(watched, DAY_SECONDS))
    sentence = f"{machine.name} used {machine.cpu_mean:.0f} % of the CPU of its {machine.instance_type} over the last {span}; a smaller one may do"
    return Opportunity(Kind.HARDLY_USED, machine, None, None, sentence)
