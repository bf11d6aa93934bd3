"""H2: whatever comes first, the worse notice rules and what was begun is used."""

from datetime import UTC, datetime, timedelta

from tests.scenarios.town import Town, until


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_rebalance_after_the_interruption_neither_lowers_the_rank_nor_moves_the_deadline(town: Town):
    [shop] = town.open("first-the-end")
    town.notice(shop, "termination", time=soon(110))
    before = town.story(shop)["incident"]

    town.notice(shop, "rebalance", notice_time=soon(0))

    after = town.story(shop)["incident"]
    assert (after["incident_id"], after["kind"], after["deadline"]) == (before["incident_id"], "termination", before["deadline"])


def test_an_interruption_uses_the_replica_that_a_rebalance_ordered_and_that_is_still_launching(town: Town):
    [shop] = town.open("first-the-risk")
    town.levers.rebalance(shop.ec2_id)
    until("a replica is on its way", lambda: town.story(shop)["emergency_replica"], 10)

    town.levers.interrupt(shop.ec2_id)

    heir = town.moved(shop)
    assert town.launches() == {heir}


def test_a_second_interruption_notice_never_makes_the_deadline_later(town: Town):
    [shop] = town.open("moving-deadline")
    town.notice(shop, "termination", time=soon(100))
    before = town.story(shop)["incident"]["deadline"]

    town.notice(shop, "termination", time=soon(400))

    assert town.story(shop)["incident"]["deadline"] == before
