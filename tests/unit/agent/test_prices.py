"""Prices come from EC2 or not at all."""

from agent.ec2 import NoAnswer, Refused
from agent.prices import NOT_ALLOWED_SECONDS, Prices

HOST = {"instance_type": "m5.large", "az": "us-east-1a", "az_id": "use1-az6", "region": "us-east-1"}


class Market:
    """EC2's answer about prices."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def spot_prices(self, instance_type: str, az: str):
        self.asked.append((instance_type, az))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_the_newest_price_of_the_own_pool_is_reported():
    market = Market([("0.032100", "2026-03-04T11:00:00.000Z"), ("0.031", "2026-03-04T10:00:00.000Z")])

    body = Prices(HOST).report(market)

    assert body == {
        "pools": [{"az": "us-east-1a", "az_id": "use1-az6", "instance_type": "m5.large", "spot_price": 0.0321, "observed_at": "2026-03-04T11:00:00.000Z"}]
    }
    assert market.asked == [("m5.large", "us-east-1a")]


def test_a_host_that_may_not_ask_reports_none_and_asks_again_after_hours():
    prices = Prices(HOST)

    assert prices.report(Market(Refused("UnauthorizedOperation", "no"))) is None
    assert prices.pause == NOT_ALLOWED_SECONDS


def test_no_answer_and_no_price_are_no_report():
    prices = Prices(HOST)

    assert prices.report(Market(NoAnswer("timed out"))) is None
    assert prices.report(Market([])) is None
    assert prices.pause is None
