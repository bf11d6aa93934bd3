"""Replays of clients' own histories: the queue, their progress, reports and action logs."""

from datetime import datetime

from core.database import Tx

SILENT_SECONDS = 60
BATCH = 100


def insert(tx: Tx, *, uuid: str, client_id: int, question: str, sentence: str, by: str, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO replays (uuid, client_id, question, sentence, requested_by, requested_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(question)s, %(sentence)s, %(by)s, %(now)s)",
        uuid=uuid, client_id=client_id, question=question, sentence=sentence[:255], by=by[:64], now=now,
    )  # fmt: skip


def count_open(tx: Tx, client_id: int) -> int:
    """How many of a client's wait or run; whoever asks at the same time waits for the answer."""
    tx.one("SELECT id FROM clients WHERE id = %(client_id)s FOR UPDATE", client_id=client_id)
    return tx.one("SELECT COUNT(*) AS n FROM replays WHERE client_id = %(client_id)s AND status IN ('queued', 'running')", client_id=client_id)["n"]


def is_due(tx: Tx) -> bool:
    """Whether one waits, or runs without a sign of life."""
    return tx.one(
        "SELECT 1 AS yes FROM replays WHERE status = 'queued'"
        " OR (status = 'running' AND touched_at < UTC_TIMESTAMP(6) - INTERVAL %(silent)s SECOND) LIMIT 1",
        silent=SILENT_SECONDS,
    ) is not None  # fmt: skip


def lock_next(tx: Tx) -> dict | None:
    """The one that is worked on next: silent ones first, then the oldest that waits."""
    return tx.one(
        "SELECT * FROM replays WHERE status = 'queued'"
        " OR (status = 'running' AND touched_at < UTC_TIMESTAMP(6) - INTERVAL %(silent)s SECOND)"
        " ORDER BY status = 'queued', id LIMIT 1 FOR UPDATE",
        silent=SILENT_SECONDS,
    )


def begin(tx: Tx, replay_id: int, sentence: str, now: datetime) -> None:
    tx.execute(
        "UPDATE replays SET status = 'running', fence = fence + 1, progress = 0, sentence = %(sentence)s,"
        " started_at = COALESCE(started_at, %(now)s), touched_at = %(now)s WHERE id = %(id)s",
        id=replay_id, sentence=sentence[:255], now=now,
    )  # fmt: skip


def let_go(tx: Tx) -> int:
    """Whoever worked on the running ones is dead: the next one need not wait."""
    return tx.execute("UPDATE replays SET touched_at = '2000-01-01' WHERE status = 'running'")


def advance(tx: Tx, replay_id: int, fence: int, progress: float, now: datetime) -> int:
    """How far it is; 0 when it is to be given up: cancelled, or taken over by another process."""
    return tx.execute(
        "UPDATE replays SET progress = %(progress)s, touched_at = %(now)s"
        " WHERE id = %(id)s AND fence = %(fence)s AND status = 'running' AND is_cancelling = 0",
        id=replay_id, fence=fence, progress=round(min(1.0, progress), 4), now=now,
    )  # fmt: skip


def finish(tx: Tx, replay_id: int, fence: int, status: str, sentence: str, report: str | None, now: datetime) -> int:
    return tx.execute(
        "UPDATE replays SET status = %(status)s, sentence = %(sentence)s, report = %(report)s, finished_at = %(now)s,"
        " progress = IF(%(status)s = 'done', 1, progress) WHERE id = %(id)s AND fence = %(fence)s AND status = 'running'",
        id=replay_id, fence=fence, status=status, sentence=sentence[:255], report=report, now=now,
    )  # fmt: skip


def fail(tx: Tx, replay_id: int, sentence: str, now: datetime) -> int:
    return tx.execute(
        "UPDATE replays SET status = 'failed', sentence = %(sentence)s, finished_at = %(now)s WHERE id = %(id)s AND finished_at IS NULL",
        id=replay_id, sentence=sentence[:255], now=now,
    )  # fmt: skip


def cancel(tx: Tx, client_id: int, uuid: str, sentence: str, now: datetime) -> int:
    """A waiting one ends at once; a running one is asked to, and stops within seconds."""
    return tx.execute(
        "UPDATE replays SET finished_at = IF(status = 'queued', %(now)s, NULL), is_cancelling = 1, sentence = %(sentence)s,"
        " status = IF(status = 'queued', 'cancelled', status)"
        " WHERE client_id = %(client_id)s AND uuid = %(uuid)s AND status IN ('queued', 'running')",
        client_id=client_id, uuid=uuid, sentence=sentence[:255], now=now,
    )  # fmt: skip


def by_uuid(tx: Tx, client_id: int, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM replays WHERE client_id = %(client_id)s AND uuid = %(uuid)s", client_id=client_id, uuid=uuid)


def of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """Newest first, without their reports."""
    return tx.all(
        "SELECT id, uuid, status, is_cancelling, question, progress, sentence, requested_by, requested_at, started_at, finished_at FROM replays"
        " WHERE client_id = %(client_id)s ORDER BY id DESC LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
    )


def write_log(tx: Tx, replay_id: int, policy: str, part: int, packed: bytes) -> None:
    tx.execute(
        "INSERT INTO replay_logs (replay_id, policy, part, packed) VALUES (%(id)s, %(policy)s, %(part)s, %(packed)s)"
        " ON DUPLICATE KEY UPDATE packed = VALUES(packed)",
        id=replay_id, policy=policy, part=part, packed=packed,
    )  # fmt: skip


def clear_logs(tx: Tx, replay_id: int) -> int:
    return tx.execute("DELETE FROM replay_logs WHERE replay_id = %(id)s", id=replay_id)


def log(tx: Tx, replay_id: int, policy: str) -> bytes:
    """A policy's actions, compressed; empty when there is none of that name."""
    rows = tx.all("SELECT packed FROM replay_logs WHERE replay_id = %(id)s AND policy = %(policy)s ORDER BY part", id=replay_id, policy=policy)
    return b"".join(row["packed"] for row in rows)


def old_replays(tx: Tx) -> int:
    """Those that ended thirty days ago; their logs go with them."""
    return tx.execute("DELETE FROM replays WHERE finished_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY LIMIT %(n)s", n=BATCH)
