"""The agent and AWS's events, each alone on the running product: neither needs the other, and no kill makes one answer two."""

from tests.scenarios.town import Shop, Town, until

INCIDENTS = "SELECT COUNT(*) FROM incidents i JOIN clients c ON c.id = i.client_id WHERE c.uuid = %s"
SEEN_BY = "SELECT COUNT(*) FROM notices n JOIN clients c ON c.id = n.client_id WHERE c.uuid = %s AND n.kind = 'termination' AND n.channel = '{}'"


def blind(town: Town, shop: Shop) -> None:
    """The host's metadata answer nothing more."""
    town.levers.imds(shop.ec2_id, status=503, for_seconds=600)


def test_an_interruption_that_the_host_cannot_see_is_answered_by_the_queue(town: Town):
    [shop] = town.open("blind-host")
    blind(town, shop)

    town.levers.interrupt(shop.ec2_id)

    assert town.moved(shop) in town.launches()
    assert (town.count(SEEN_BY.format("agent")), town.count(SEEN_BY.format("eventbridge"))) == (0, 1)


def test_an_interruption_whose_event_is_lost_is_answered_by_the_host(town: Town):
    [shop] = town.open("lost-event")
    town.levers.events(loss=1)
    try:
        town.levers.interrupt(shop.ec2_id)
        assert town.moved(shop) in town.launches()
    finally:
        town.levers.calm_events()

    assert (town.count(SEEN_BY.format("agent")), town.count(SEEN_BY.format("eventbridge"))) == (1, 0)


def test_a_server_killed_between_the_commit_and_the_deletion_answers_once(town: Town):
    [shop] = town.open("cut-before-delete")
    blind(town, shop)
    town.levers.hold("DeleteMessageBatch", 10)
    try:
        town.levers.interrupt(shop.ec2_id)
        until("the notice is committed", lambda: town.count(SEEN_BY.format("eventbridge")), 20)
        until("a deletion is under way", town.levers.holds, 20)
        town.stack.kill_server()
    finally:
        town.levers.clear_faults()
        town.levers.release(drop=True)
    town.stack.start_server()
    town.levers.wake_messages(town.account)

    town.moved(shop)

    assert (town.count(INCIDENTS), len(town.launches())) == (1, 1)
