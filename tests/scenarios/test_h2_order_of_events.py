"""H2 by the queue: in whatever order AWS's events arrive, the rows end the same."""

from itertools import permutations

import pytest

from tests.scenarios.street import Street

KINDS = ("recommendation", "warning", "ending")


def end_of(street: Street) -> dict:
    """What must not depend on the order; the cause is that of whichever came first."""
    incident = street.incident()
    return {
        "rank": incident["notice_rank"], "gone": incident["gone_at"] is not None, "launches": street.count("actions", "kind = 'launch'"),
        "incidents": street.count("incidents"), "primary": street.world.instance(street.workload.primary.id).status,
        "has deadline": incident["deadline_at"] is not None, "kinds": street.count("notices"),
    }  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(KINDS)), ids="-".join)
def test_every_order_of_the_three_ends_in_the_same_rows(street: Street, order):
    events = {"recommendation": street.recommendation(), "warning": street.warning(), "ending": street.state("shutting-down")}
    for kind in order:
        street.tell(events[kind])
        street.sweep()

    assert end_of(street) == {
        "rank": 2, "gone": True, "launches": 1, "incidents": 1, "primary": "lost", "has deadline": True, "kinds": 3,
    }  # fmt: skip


def test_events_that_overtake_each_other_on_the_way_end_there_too(street: Street):
    street.simulator.events(reorder=1, duplicate=0.5)
    street.simulator.rebalance(street.primary)
    street.simulator.interrupt(street.primary, lead_seconds=0)
    seen = 0
    while seen < 4:
        seen += street.reader.read_once()
    street.read()

    assert (street.incident()["notice_rank"], street.count("actions", "kind = 'launch'")) == (2, 1)


def test_a_stop_told_after_a_later_start_changes_nothing(street: Street):
    street.tell(street.state("running"))
    street.tell(street.state("stopped", age=30))

    assert street.count("incidents") == 0
    assert street.one("SELECT disposition, reason FROM notices WHERE reason IS NOT NULL") == {"disposition": "record", "reason": "out_of_order"}
