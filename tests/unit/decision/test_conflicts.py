"""Stability beats savings, in every conflict."""

from itertools import permutations

import pytest

from core.domain.decision import resolve_conflicts
from core.domain.decision.conflicts import HIGH_RISK, Recommendation

DELETE_A = Recommendation("consolidate", "node-a", saving=1.0, risk=0.6, onto="node-b")
PROTECT_B = Recommendation("move", "node-b", saving=-0.2, risk=0.1, onto="node-c", protects=True)


def test_a_saving_onto_a_risky_node_is_refused():
    plan = resolve_conflicts([DELETE_A])

    assert plan.actions == () and "stability beats savings" in plan.blocked[0].why


@pytest.mark.parametrize(("risk", "followed"), [(HIGH_RISK, 0), (HIGH_RISK - 1e-9, 1)])
def test_the_boundary_of_high_risk(risk, followed):
    assert len(resolve_conflicts([Recommendation("consolidate", "a", 1.0, risk, onto="b")]).actions) == followed


def test_whatever_the_order_protection_comes_first_and_the_saving_is_blocked():
    calm = Recommendation("rightsize", "node-d", saving=0.3, risk=0.1)
    for order in permutations([Recommendation("consolidate", "node-a", 1.0, 0.1, onto="node-b"), PROTECT_B, calm]):
        plan = resolve_conflicts(list(order))

        assert plan.actions == (PROTECT_B, calm)
        assert plan.saving_per_hour == pytest.approx(0.1)


def test_a_node_is_acted_on_once_by_the_larger_saving():
    small, large = Recommendation("rightsize", "a", 0.1, 0.0), Recommendation("stop", "a", 0.9, 0.0)

    assert resolve_conflicts([small, large]).actions == (large,)


def test_a_node_that_leaves_takes_no_load():
    chain = [Recommendation("consolidate", "a", 1.0, 0.0, onto="b"), Recommendation("stop", "b", 0.5, 0.0)]

    assert [one.node for one in resolve_conflicts(chain).actions] == ["b"]
