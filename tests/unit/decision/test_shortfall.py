"""What the next losses leave of a fleet, against counting every way in which pools can die."""

import random
from itertools import product
from math import prod

import pytest

from core.domain.decision.shortfall import CALM_FACTOR, STORM_FACTOR, STORM_SHARE, SUREST, outlook

WEATHERS = ((STORM_SHARE, STORM_FACTOR), (1 - STORM_SHARE, CALM_FACTOR))


def drawn_stand(seed: int) -> tuple[int, int, list[tuple[int, float]]]:
    """Wanted, safe, and pools as (replicas, chance that the pool dies)."""
    dice = random.Random(seed)
    pools = [(dice.randint(1, 4), dice.choice((0.001, 0.02, 0.3)) * dice.random()) for _ in range(dice.randint(1, 6))]
    return max(1, sum(count for count, _ in pools) - dice.randint(0, 4)), dice.randint(0, 2), pools


def counted(wanted: int, safe: int, pools: list[tuple[int, float]]) -> dict[str, float]:
    """The same figures from every way in which the pools can die."""
    told = dict.fromkeys(("missing", "blackout", "short", "tight"), 0.0)
    for (share, factor), lives in product(WEATHERS, product((True, False), repeat=len(pools))):
        dies = [min(SUREST, chance * factor) for _, chance in pools]
        chance = share * prod(1 - dead if alive else dead for alive, dead in zip(lives, dies, strict=True))
        left = safe + sum(count for alive, (count, _) in zip(lives, pools, strict=True) if alive)
        here = {"missing": max(0, wanted - left), "blackout": left == 0, "short": left < wanted, "tight": left <= wanted}
        told = {name: total + chance * here[name] for name, total in told.items()}
    return told


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_counting_every_way_to_die_gives(seed):
    wanted, safe, pools = drawn_stand(seed)

    ahead = outlook(wanted, safe, pools)

    assert {name: getattr(ahead, name) for name in ("missing", "blackout", "short", "tight")} == pytest.approx(counted(wanted, safe, pools), abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_one_more_replica_helps_at_most_where_one_is_missing(seed):
    wanted, safe, pools = drawn_stand(seed)
    here = outlook(wanted, safe, pools)

    for at, (count, chance) in enumerate(pools):
        more = outlook(wanted, safe, [*pools[:at], (count + 1, chance), *pools[at + 1 :]])
        assert here.missing - more.missing <= here.short + 1e-12
        assert here.blackout - more.blackout <= here.blackout
    assert here.missing - outlook(wanted, safe + 1, pools).missing == pytest.approx(here.short, abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_one_replica_less_is_missed_at_least_where_none_can_be_spared_and_its_pool_lives(seed):
    wanted, safe, pools = drawn_stand(seed)
    here = outlook(wanted, safe, pools)

    for at, (count, chance) in enumerate(pools):
        less = outlook(wanted, safe, [*pools[:at], (count - 1, chance), *pools[at + 1 :]])
        assert less.missing - here.missing >= here.tight - chance - 1e-12
        assert less.blackout >= here.blackout
    if safe:
        assert outlook(wanted, safe - 1, pools).missing - here.missing == pytest.approx(here.tight, abs=1e-12)
