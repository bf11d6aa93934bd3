"""A whole comparison on one's own history: every policy in every draw, a report and an action log for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import errors
from core.replay import own_report
from core.replay.actions import ActionLog
from core.replay.history import TICK_SECONDS, History, Market
from core.replay.own import Span, play
from core.replay.own_lineup import LINEUP, OMNISCIENT, OWN
from core.replay.workloads import OwnPolicy, Workload

Tell = Callable[[float], None]
LEAST_TICKS = 12
HINDSIGHT = "the cheapest place at every moment, in hindsight and for nothing: a bound, no policy"


@dataclass(frozen=True)
class Terms:
    """``draws`` of what nobody saw, from ``seed`` on; ``hazard`` times the Spot Advisor's rates, 0 for records alone."""

    draws: int = 10
    seed: int = 0
    hazard: float = 1.0


def compare(history: History, workloads: Sequence[Workload], policies: Sequence[OwnPolicy], bound: bool, terms: Terms,
            tell: Tell = lambda share: None) -> tuple[dict, dict[str, ActionLog]]:  # fmt: skip
    """The report of the comparison and each policy's log. The same arguments give the same bytes.

    ``tell`` gets the share that is done, 0 to 1.
    """
    refuse_too_little(history, workloads)
    market, span = Market(history), Span(0, history.ticks)
    draws = {policy.name: [] for policy in policies} | ({OMNISCIENT: []} if bound else {})
    logs = {policy.name: ActionLog() for policy in policies}
    steps = _Steps(terms.draws * len(policies), history.ticks, tell)
    for draw in range(terms.draws):
        fate = market.draw(terms.seed + draw, terms.hazard)
        for policy in policies:
            logs[policy.name].draw = draw
            lives = play(market, fate, list(workloads), policy, span, logs[policy.name], tell=steps.within)
            draws[policy.name].append(own_report.figures(market, lives, span))
            steps.done()
        if bound:
            draws[OMNISCIENT].append(own_report.hindsight(market, fate, workloads, span))
    return _report(market, span, workloads, policies, draws, terms), logs


def refuse_too_little(history: History, workloads: Sequence[Workload]) -> None:
    """A comparison of nothing is refused in words."""
    if not workloads:
        raise errors.Conflict("there is no workload to replay: none is enrolled in this region with a type whose price is known")
    if history.ticks < LEAST_TICKS:
        raise errors.Conflict(f"there are {history.ticks * TICK_SECONDS // 60} minutes of prices; a replay needs an hour at least")


def _report(market: Market, span: Span, workloads: Sequence[Workload], policies: Sequence[OwnPolicy], draws: dict, terms: Terms) -> dict:
    words = {policy.name: policy.words for policy in policies} | {OMNISCIENT: HINDSIGHT}
    told = [own_report.summarised(name, words[name], found) for name, found in draws.items()]
    own_report.mark_front(told)
    against = own_report.against_own(draws)
    for one in told:
        one["against_yours"] = against.get(one["policy"])
    history = market.history
    return {
        "region": history.region, "from": history.start.isoformat(), "to": history.at(history.ticks).isoformat(),
        "days": round(history.ticks * TICK_SECONDS / 86400, 3), "pools": len(history.pools),
        "workloads": len(workloads), "terms": vars(terms),
        "verdict": own_report.verdict(told), "policies": told, "gaps": own_report.gaps(market, told, terms.draws, terms.hazard, span),
    }  # fmt: skip


class _Steps:
    """How far a comparison is."""

    def __init__(self, runs: int, ticks: int, tell: Tell):
        self._runs, self._ticks, self._tell, self._done = runs, ticks, tell, 0

    def within(self, tick: int) -> None:
        self._tell((self._done + tick / self._ticks) / self._runs)

    def done(self) -> None:
        self._done += 1
        self._tell(self._done / self._runs)


def chosen(names: Sequence[str], more: Sequence[OwnPolicy] = ()) -> tuple[list[OwnPolicy], bool]:
    """The named policies, one's own always first among them, those made for this replay, and whether the bound is asked for."""
    known = [LINEUP[OWN], *(LINEUP[name] for name in LINEUP if name in names and name != OWN)]
    return known + list(more), OMNISCIENT in names
