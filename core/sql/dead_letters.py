"""Messages of AWS that could not be read."""

from datetime import datetime

from core.database import Tx


def newest(tx: Tx, before: int | None, limit: int) -> list[dict]:
    """Newest first, with whose account they came in by."""
    return tx.all(
        "SELECT d.*, c.name AS client_name FROM dead_letters d LEFT JOIN clients c ON c.id = d.client_id"
        " WHERE (%(before)s IS NULL OR d.id < %(before)s) ORDER BY d.id DESC LIMIT %(limit)s",
        before=before, limit=limit,
    )  # fmt: skip


def by_uuid(tx: Tx, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM dead_letters WHERE uuid = %(uuid)s", uuid=uuid)


def set_outcome(tx: Tx, letter_id: int, outcome: str, sentence: str, now: datetime) -> None:
    tx.execute(
        "UPDATE dead_letters SET replayed_at = %(now)s, outcome = %(outcome)s, sentence = %(sentence)s WHERE id = %(id)s",
        id=letter_id, outcome=outcome[:64], sentence=sentence[:255], now=now,
    )  # fmt: skip
