"""What a fleet's look leaves out decides nothing: a keeper that works out everything does the very same."""

import pytest

from core.domain.decision import serve
from core.domain.decision.serve import DIALS, Keeper
from core.domain.decision.shortfall import outlook
from core.replay.serve import ServeTask, play
from tests.unit.decision.markets import drawn_market


class Thorough(Keeper):
    """Weighs every machine that could go and every one that could come, and remembers no stand."""

    def _saved_without(self, stand, here, pool, floor):
        return self.terms.price(pool) - (self._risk(stand.plus(pool, -1)) - self._risk(stand))

    def _gain(self, stand, here, pool, leavers, floor):
        price = self.terms.price(pool)
        toll = price * self.terms.step / self.dial.patience
        before, after = self._risk(stand), stand.plus(pool)
        swaps = [before - self._risk(after.plus(old, -1)) - price - toll + self.terms.price(old) for old in leavers if old != pool]
        return max([before - self._risk(after) - price - toll, *swaps])

    def _ahead(self, stand):
        pools = [(count, self._chances[pool]) for pool, count in stand.counts.items() if count]
        return outlook(self.terms.wanted, stand.safe, pools)


def log_of(keeper: type[Keeper], name: str, wanted: int, boot: int) -> list[str]:
    market = drawn_market(pools=8, ticks=400, seed=wanted, leaving=0.02, coming=0.04)
    return list(play(market, ServeTask(wanted, boot), lambda terms, market: keeper(terms, DIALS[name]))[1].lines())


@pytest.mark.parametrize("name", DIALS)
@pytest.mark.parametrize(("wanted", "boot"), [(1, 1), (4, 1), (5, 3), (24, 1)])
def test_a_keeper_that_works_out_everything_does_the_same(name, wanted, boot):
    assert log_of(Keeper, name, wanted, boot) == log_of(Thorough, name, wanted, boot)


def test_leaving_out_a_little_more_would_be_noticed(monkeypatch):
    monkeypatch.setattr(serve, "ROUNDING", -0.05)

    assert log_of(Keeper, "hedged", 24, 1) != log_of(Thorough, "hedged", 24, 1)
