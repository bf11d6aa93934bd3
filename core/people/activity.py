"""What happened, newest first, in the sentences that were written down when it happened."""

from datetime import datetime

from core.database import Tx
from core.paging import before, page
from core.sql import audit, clients


def of_client(tx: Tx, client_id: int, cursor: str | None, limit: int) -> dict:
    """A client's own story."""
    rows = audit.newest(tx, client_id=client_id, before=before(cursor), limit=limit + 1)
    return page(rows, limit, "events", lambda row: _shown(row, tx.now()))


def of_all(tx: Tx, client_uuid: str | None, cursor: str | None, limit: int) -> dict:
    """Over all clients and of the platform itself, or of the named client."""
    if client_uuid is None:
        rows = audit.newest(tx, client_id=None, before=before(cursor), limit=limit + 1)
        return page(rows, limit, "events", lambda row: _shown(row, tx.now()))
    row = clients.by_uuid(tx, client_uuid)
    return of_client(tx, row["id"], cursor, limit) if row else {"events": [], "next_cursor": None}


def _shown(row: dict, now: datetime) -> dict:
    return {
        "at": row["at"], "relative": relative(row["at"], now), "text": row["why"], "kind": row["action"], "actor": row["actor_id"],
        "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], "client_id": row["client_uuid"], "client_name": row["client_name"],
    }  # fmt: skip


def relative(at: datetime, now: datetime) -> str:
    """``Just now``, ``3 min ago``, ``5 h ago``, ``2 d ago``."""
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return "Just now"
    size, unit = next((size, unit) for size, unit in ((86400, "d"), (3600, "h"), (60, "min")) if seconds >= size)
    return f"{int(seconds // size)} {unit} ago"
