"""The replies about pools, described; the tests hold the real ones to it."""

from marshmallow import fields as f

from routes.shapes import MAYBE, MUST, Reply


class Alarms(Reply):
    ended = f.Int(**MUST)
    false_alarms = f.Int(**MUST)
    false_alarm_share = f.Float(**MAYBE)


class Lead(Reply):
    samples = f.Int(**MUST)
    p10 = f.Float(**MAYBE)
    p50 = f.Float(**MAYBE)
    shortest = f.Float(**MAYBE)


class PoolLeads(Reply):
    pool_id = f.Str(**MUST)
    region = f.Str(**MUST)
    instance_type = f.Str(**MUST)
    rebalances = f.Nested(Alarms, **MUST)
    rebalance_to_end_seconds = f.Nested(Lead, **MUST)
    notice_to_end_seconds = f.Nested(Lead, **MUST)


class LeadTimes(Reply):
    pools = f.List(f.Nested(PoolLeads), **MUST)
    least_seen = f.Int(metadata={"description": "Fewer samples than these are not counted on."}, **MUST)
    days = f.Int(**MUST)
