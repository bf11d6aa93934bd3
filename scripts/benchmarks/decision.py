"""How much processor time one decision over 500 pools takes: `scripts/bench decision`. Goal: p99 <= 5 ms."""

import random
import sys
import time
from datetime import UTC, datetime, timedelta

import click

from core.domain.decision import select_best_instance
from core.domain.decision.values import Inputs, MovePolicy, Offer, Present, Wish

POOLS, ROUNDS, GOAL_MS = 500, 1000, 5.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def market(rng: random.Random) -> Inputs:
    """Pools of which some are too small, some of another kind, in danger, full of ours or too dear for a move, and others good."""
    offers = tuple(
        Offer(
            f"use1-az{n % 6}:m{n}.large:linux", "us-east-1", f"use1-az{n % 6}", f"m{n}.large", rng.choice(("x86_64", "x86_64", "arm64")),
            rng.choice((2, 4, 8)), 8192, rng.uniform(0.02, 0.12), rng.choice((0.025, 0.08, None)),
            danger_until=NOW + timedelta(minutes=rng.choice((-60, -60, 10))), poisoned_until=NOW + timedelta(days=rng.choice((-1, 5))),
        )
        for n in range(POOLS)
    )  # fmt: skip
    wish = Wish("x86_64", 2, 8192, 0.096, allow=("m*", "c*"), deny=("m13*",))
    taken = {offer.pool_id: rng.randrange(3) for offer in offers[:40]}
    here = Present(offers[0].pool_id, price=offers[0].price)
    return Inputs(wish, offers, here, NOW, taken=taken, cap=2, policy=MovePolicy(), price_increase_pct=50)


@click.command()
def decision() -> None:
    """Score 500 pools; exit code 1 above the goal."""
    inputs, taken = market(random.Random(1)), []
    for _ in range(ROUNDS):
        start = time.process_time()
        select_best_instance(inputs)
        taken.append((time.process_time() - start) * 1000)
    taken.sort()
    p50, p99 = taken[ROUNDS // 2], taken[ROUNDS * 99 // 100]
    print(f"decision over {POOLS} pools, {ROUNDS} rounds: p50 {p50:.2f} ms, p99 {p99:.2f} ms, goal p99 <= {GOAL_MS:g} ms")
    sys.exit(0 if p99 <= GOAL_MS else 1)
