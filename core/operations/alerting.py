"""Watches figures: an alert is told once when its rule becomes true, and resolved when it is no more (SM-08, FLOW-18).

One alert's failure never keeps the next from being evaluated (INV-28).
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import uuid4

from core import database, errors
from core.database import Tx
from core.domain.alert import OPERATORS, RULES, Reading, Rule, evaluate_threshold, is_fresh, sentence
from core.money.downtime import BUDGET_SECONDS
from core.people import notifications
from core.sql import alerts

log = logging.getLogger("alert_worker")

SHARED = -1  # a reading that any client's rule may watch


def _budget_share(tx: Tx) -> list[dict]:
    return [{**row, "value": row["value"] / BUDGET_SECONDS} for row in alerts.downtime_seconds(tx)]


# What can be watched, in the order in which it is listed.
METRICS: dict[str, Callable[[Tx], list[dict]]] = {
    "event_queue_silent_seconds": alerts.event_queue_silent_seconds,
    "dead_letters_per_day": alerts.dead_letters_per_day,
    "downtime_budget_share": _budget_share,
    "oldest_order_seconds": alerts.oldest_order_seconds,
    "host_end_failures": alerts.host_end_failures,
    "spot_price": alerts.spot_price,
}


class AlertEvaluator:
    """Goes through every rule once. Without ``deliver`` events are made and nobody is told."""

    def __init__(self, db: database.Database, deliver: bool = True):
        self._db, self._deliver = db, deliver

    def evaluate_all_alerts(self) -> dict:
        """``total_alerts``, ``evaluated``, ``triggered``, ``errors``, ``skipped``; and how many were ``resolved``."""
        rules = (*RULES, *self._db.run(alerts.own_rules))
        counts = {"total_alerts": len(rules), "evaluated": 0, "triggered": 0, "errors": 0, "skipped": 0, "resolved": 0}
        if rules:
            log.info("Found %d alerts to evaluate", len(rules))
        read: dict[str, list[Reading]] = {}
        for rule in rules:
            self._count(rule, read, counts)
        counts["resolved"] += self._db.run(partial(_resolve_forgotten, keys={rule.key for rule in rules}))
        return counts

    def _count(self, rule: Rule, read: dict[str, list[Reading]], counts: dict) -> None:
        if rule.metric not in METRICS or rule.operator not in OPERATORS:
            log.error("alert %s is broken: %s %s", rule.key, rule.metric, rule.operator)
            counts["errors"] += 1
            return
        try:
            if rule.metric not in read:
                read[rule.metric] = self._db.run(partial(_readings, metric=rule.metric))
            done = self._db.run(partial(self._evaluate, rule=rule, readings=read[rule.metric]))
        except errors.SpotError as error:
            log.error("alert %s cannot be evaluated: %s", rule.key, error.message)
            counts["errors"] += 1
            return
        for name, number in done.items():
            counts[name] += number

    def _evaluate(self, tx: Tx, rule: Rule, readings: list[Reading]) -> dict:
        """1 what was read lately and concerns the rule  2 compare  3 open or resolve  4 resolve what there is no more."""
        mine = [_owned(rule, one) for one in readings]
        mine = [one for one in mine if rule.concerns(one)]
        fresh = [one for one in mine if is_fresh(one, tx.now())]
        done = {"evaluated": bool(fresh), "skipped": not fresh, "triggered": 0, "resolved": 0}
        for reading in fresh:
            if evaluate_threshold(reading.value, rule.operator, rule.threshold):
                done["triggered"] += self._open(tx, rule, reading)
            else:
                done["resolved"] += _close(tx, rule, alerts.open_event(tx, rule.key, reading.client_id, reading.entity), reading.value)
        there = {(one.client_id, one.entity) for one in mine}
        gone = [event for event in alerts.open_of_rule(tx, rule.key) if (event["client_id"], event["entity_id"]) not in there]
        done["resolved"] += sum(_close(tx, rule, event, None) for event in gone)
        return done

    def _open(self, tx: Tx, rule: Rule, reading: Reading) -> int:
        """The event, once; and the message, once there is somebody to tell it."""
        made = alerts.begin(tx, rule, reading, uuid=str(uuid4()), now=tx.now())
        event = alerts.open_event(tx, rule.key, reading.client_id, reading.entity)
        if made:
            log.info("Alert triggered: %s, %s: %g %s %g", rule.name, reading.entity, reading.value, rule.operator, rule.threshold)
        if self._deliver and event and alerts.set_told(tx, event["id"], tx.now()):
            notifications.announce(
                tx, reading.client_id, f"alert:{event['uuid']}", rule.severity, f"Alert: {rule.name}"[:160], sentence(rule, reading)
            )
        return made


def _readings(tx: Tx, metric: str) -> list[Reading]:
    return [Reading(int(row["client_id"]), row["entity"], float(row["value"]), row["at"]) for row in METRICS[metric](tx)]


def _owned(rule: Rule, reading: Reading) -> Reading:
    """What anybody may watch is, in a person's rule, that person's."""
    return replace(reading, client_id=rule.client_id) if reading.client_id == SHARED and rule.client_id else reading


def _close(tx: Tx, rule: Rule, event: dict | None, value: float | None) -> int:
    if event is None or not alerts.resolve(tx, event["id"], value, tx.now()):
        return 0
    log.info("Alert resolved: %s, %s", rule.name, event["entity_id"])
    if event["told_at"]:
        now_is = f"is {value:g} now" if value is not None else "is no more"
        text = f"{event['entity_id']}: {event['metric'].replace('_', ' ')} {now_is}; the limit is {event['operator']} {event['threshold_value']:g}."
        notifications.announce(tx, event["client_id"], f"alert_over:{event['uuid']}", "info", f"Over: {rule.name}"[:160], text)
    return 1


def _resolve_forgotten(tx: Tx, keys: set[str]) -> int:
    """Rules that were removed or switched off leave nothing open; nobody need be told."""
    events = [event for key in alerts.open_keys(tx) - keys for event in alerts.open_of_rule(tx, key)]
    return sum(alerts.resolve(tx, event["id"], None, tx.now()) for event in events)


def evaluate(deliver: bool = True) -> dict:
    """Every rule once, on this process's database."""
    return AlertEvaluator(database.current(), deliver).evaluate_all_alerts()
