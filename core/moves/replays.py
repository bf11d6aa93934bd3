"""Policies on one's own history: asked for, played in a child process, told, cancelled (D2, L-21).

A replay is a row. Whoever works on it holds its fence and says every second how far it is; one that falls silent is begun
anew by the next process, three times at most. The same question about the same data gives the same report.
"""

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from core import audit, database, doorbell, errors
from core.database import Tx
from core.domain.decision import select_best_instance
from core.domain.decision.values import Inputs, MovePolicy
from core.domain.serialize import canonical
from core.moves import recorded
from core.moves.decisions import comes_out_the_same
from core.replay.actions import ActionLog
from core.replay.own_lineup import LINEUP, OMNISCIENT
from core.replay.own_play import Terms, chosen, compare
from core.replay.workloads import PLANS, OwnPolicy
from core.sql import recorded as history
from core.sql import replays as rows

MOST_OPEN = 2  # of a client
MOST_BEGUN = 3
PART = 8 * 1024 * 1024  # bytes of a log in one packet
TELL_EVERY = 1.0  # seconds
LEAST_SPAN = timedelta(hours=1)


class Stopped(Exception):
    """Somebody cancelled this replay, or another process took it over."""


def overview(tx: Tx, client_id: int, limit: int) -> dict:
    """What can be replayed, by which policies, and what was."""
    return {
        "data": [_span(row) for row in history.spans(tx, client_id)],
        "policies": [{"name": one.name, "words": one.words} for one in LINEUP.values()] + [{"name": OMNISCIENT, "words": "a bound: the cheapest place at every moment, in hindsight"}],
        "replays": [shown(row) for row in rows.of_client(tx, client_id, limit)], "most_open": MOST_OPEN, "server_time": tx.now(),
    }  # fmt: skip


def _span(row: Mapping[str, Any]) -> dict:
    return {name: row[name] for name in ("region", "workloads", "pools", "first_at", "last_at")}


def request(tx: Tx, client_id: int, body: Mapping[str, Any], *, actor: str, request_id: str | None) -> dict:
    """1 choose the region and the span  2 refuse what cannot be played, or is too much at once  3 queue it."""
    span = _place(tx, client_id, body["region"])
    until = min(body["until"] or tx.now(), tx.now())
    since = until - timedelta(days=body["days"])
    if span["first_at"] is None or until < span["first_at"] + LEAST_SPAN or since > span["last_at"]:
        raise errors.Conflict(f"no hour of prices is known of {span['region']} in this time; import some, or wait until they are collected")
    if rows.count_open(tx, client_id) >= MOST_OPEN:
        raise errors.Conflict(f"{MOST_OPEN} replays of yours wait or run; wait for one, or cancel it")
    question = {**_asked(body), "region": span["region"], "since": since.isoformat(), "until": until.isoformat()}
    uuid, what = str(uuid4()), f"{body['days']} day{'s' if body['days'] > 1 else ''} of {span['region']}"
    replay_id = rows.insert(tx, uuid=uuid, client_id=client_id, question=canonical(question), sentence=f"Waits: {what}", by=actor, now=tx.now())
    audit.record(
        tx, client_id=client_id, actor=actor, action="replay", resource=("replay", replay_id), why=f"Asked for a replay of {what}", request_id=request_id,
    )  # fmt: skip
    tx.on_commit(lambda: doorbell.ring("replays"))
    return show(tx, client_id, uuid)


def _place(tx: Tx, client_id: int, region: str | None) -> dict:
    found = history.spans(tx, client_id)
    if not found:
        raise errors.Conflict("no workload is enrolled yet; there is nothing to replay")
    place = found[0] if region is None else next((row for row in found if row["region"] == region), None)
    if place is None:
        raise errors.Invalid(fields={"region": [f"none of your workloads runs there; they run in {', '.join(row['region'] for row in found)}"]})
    return place


def _asked(body: Mapping[str, Any]) -> dict:
    return {name: body[name] for name in ("policies", "custom", "draws", "seed", "hazard")}


def show(tx: Tx, client_id: int, uuid: str) -> dict:
    return shown(_one(tx, client_id, uuid))


def shown(row: Mapping[str, Any]) -> dict:
    """A replay as people see it on its way."""
    asked = json.loads(row["question"])
    return {
        "replay_id": row["uuid"], "status": row["status"], "is_cancelling": bool(row["is_cancelling"]) and row["finished_at"] is None,
        "progress": float(row["progress"]), "sentence": row["sentence"], "region": asked["region"], "since": asked["since"], "until": asked["until"],
        "policies": [*asked["policies"], *(one["name"] for one in asked["custom"])], "draws": asked["draws"], "seed": asked["seed"],
        "hazard": asked["hazard"], "requested_by": row["requested_by"], "requested_at": row["requested_at"], "started_at": row["started_at"],
        "finished_at": row["finished_at"],
    }  # fmt: skip


def report(tx: Tx, client_id: int, uuid: str) -> dict:
    """What it came to: policies with their figures, differences, and what the data cannot tell."""
    row = _done(tx, client_id, uuid)
    return {"replay_id": uuid, **json.loads(row["report"])}


def actions(tx: Tx, client_id: int, uuid: str, policy: str) -> bytes:
    """A policy's action log, one JSON object per line."""
    packed = rows.log(tx, _done(tx, client_id, uuid)["id"], policy)
    if not packed:
        raise errors.NotFound("this replay has no log of that policy")
    return gzip.decompress(packed)


def cancel(tx: Tx, client_id: int, uuid: str, *, actor: str) -> dict:
    """Stop it; harmless when it has ended."""
    if rows.cancel(tx, client_id, uuid, "Cancelled", tx.now()):
        resource = ("replay", _one(tx, client_id, uuid)["id"])
        audit.record(tx, client_id=client_id, actor=actor, action="cancel_replay", resource=resource, why="A replay was cancelled")
    return show(tx, client_id, uuid)


def _one(tx: Tx, client_id: int, uuid: str) -> dict:
    row = rows.by_uuid(tx, client_id, uuid)
    if row is None:
        raise errors.NotFound()
    return row


def _done(tx: Tx, client_id: int, uuid: str) -> dict:
    row = _one(tx, client_id, uuid)
    if row["status"] != "done":
        raise errors.Conflict(f"this replay is {row['status']}: {row['sentence']}")
    return row


# --- the work


def is_due(tx: Tx) -> bool:
    """Whether a replay waits, or its process fell silent."""
    return rows.is_due(tx)


def run() -> dict:
    """Take the next replay and play it to its end; nothing, when none waits."""
    row = database.run(_take)
    if row is None:
        return {}
    try:
        told, logs = _played(row)
    except Stopped:
        return {"stopped": database.run(lambda tx: _end(tx, row, "cancelled", "Cancelled"))}
    except errors.SpotError as error:
        why = error.message
        return {"failed": database.run(lambda tx: _end(tx, row, "failed", why))}
    return {"done": database.run(lambda tx: _keep(tx, row, told, logs))}


def let_go() -> None:
    """Whoever played is dead."""
    database.run(rows.let_go)


def _take(tx: Tx) -> dict | None:
    """The next one, begun; one that was begun three times and never came to an end is given up."""
    row = rows.lock_next(tx)
    if row is None:
        return None
    if row["is_cancelling"]:
        rows.begin(tx, row["id"], "Cancelled", tx.now())
        return _give_up(tx, row, "cancelled", "Cancelled")
    if row["fence"] >= MOST_BEGUN:
        return _give_up(tx, row, "failed", f"It was begun {MOST_BEGUN} times and never came to an end: its process died each time. Ask for fewer days or draws.")
    rows.begin(tx, row["id"], "Reads the history" if row["fence"] == 0 else "Begun anew, after its process died", tx.now())
    return {**row, "fence": row["fence"] + 1}


def _give_up(tx: Tx, row: dict, status: str, sentence: str) -> None:
    fence = row["fence"] + (status == "cancelled")
    rows.finish(tx, row["id"], fence, status, sentence, None, tx.now())


def _played(row: dict) -> tuple[dict, dict[str, ActionLog]]:
    asked = json.loads(row["question"])
    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    told, workloads, notes = database.run(lambda tx: recorded.of_client(tx, row["client_id"], asked["region"], since, until))
    policies, bound = chosen(asked["policies"], [custom(one) for one in asked["custom"]])
    found, logs = compare(told, workloads, policies, bound, Terms(asked["draws"], asked["seed"], asked["hazard"]), _Teller(row))
    return {**found, "gaps": notes + found["gaps"]}, logs


class _Teller:
    """Says at most once a second how far it is, and hears whether to go on."""

    def __init__(self, row: dict):
        self._row, self._last = row, 0.0

    def __call__(self, share: float) -> None:
        if time.monotonic() - self._last < TELL_EVERY:
            return
        self._last = time.monotonic()
        if not database.run(lambda tx: rows.advance(tx, self._row["id"], self._row["fence"], share, tx.now())):
            raise Stopped


def _end(tx: Tx, row: dict, status: str, sentence: str) -> int:
    """Of what another process took over nothing is written: the fence is another's."""
    return rows.finish(tx, row["id"], row["fence"], status, sentence, None, tx.now())


def _keep(tx: Tx, row: dict, told: dict, logs: dict[str, ActionLog]) -> int:
    """The report and every log, all or nothing."""
    kept = {}
    rows.clear_logs(tx, row["id"])
    for name, log in logs.items():
        packed, sha256 = log.packed()
        kept[name] = {"actions": len(log), "sha256": sha256}
        for part, start in enumerate(range(0, len(packed), PART)):
            rows.write_log(tx, row["id"], name, part, packed[start : start + PART])
    return rows.finish(tx, row["id"], row["fence"], "done", told["verdict"], canonical({**told, "logs": kept}), tx.now())


def custom(asked: Mapping[str, Any]) -> OwnPolicy:
    """A policy of somebody's own: when a move is worth it, and what a recommendation does."""
    moves = MovePolicy(asked["min_saving_pct"], asked["cooldown_seconds"], asked["restore_after_seconds"], asked["return_window"])
    kinds = PLANS if asked["moves"] else frozenset()
    return OwnPolicy(asked["name"], "your own, for this replay", moves, kinds, asked["rebalance_mode"], asked["on_demand_fallback"])


def client_named(tx: Tx, named: str) -> int:
    """A client by its id, its name or its address."""
    found = history.clients_named(tx, named)
    if len(found) != 1:
        raise errors.NotFound(f"{len(found)} clients are called {named}; say an id or an address" if found else f"there is no client {named}")
    return found[0]


def main_region(tx: Tx, client_id: int) -> str:
    """Where most of its workloads run."""
    return _place(tx, client_id, None)["region"]


# --- decisions again


def decided_again(tx: Tx, client_id: int) -> Iterator[tuple[str, datetime, bool]]:
    """Each stored decision of a client, taken again from its own log by the code of today: its id, its time, whether it is the same."""
    after = 0
    while some := history.decisions(tx, client_id, after):
        for row in some:
            yield row["uuid"], row["created_at"], comes_out_the_same(row["output"], select_best_instance(Inputs.from_json(row["inputs"])))
        after = some[-1]["id"]
