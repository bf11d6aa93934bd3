"""Lines of the server's log."""

from core.database import Tx


def insert(tx: Tx, lines: list[dict]) -> None:
    order = ("at", "level", "component", "message", "request_id", "process", "fields")
    tx.insert_many(
        "INSERT INTO system_logs (at, level, component, message, request_id, process, fields) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [tuple(line[name] for name in order) for line in lines],
    )


def newest(tx: Tx, *, levels: list[str], component: str | None, request_id: str | None, text: str | None, before: int | None,
           limit: int) -> list[dict]:  # fmt: skip
    """Newest first. ``text`` stands anywhere in the message."""
    return tx.all(
        "SELECT * FROM system_logs WHERE level IN %(levels)s AND (%(component)s IS NULL OR component = %(component)s)"
        " AND (%(request_id)s IS NULL OR request_id = %(request_id)s) AND (%(text)s IS NULL OR LOCATE(%(text)s, message) > 0)"
        " AND (%(before)s IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s",
        levels=levels, component=component, request_id=request_id, text=text, before=before, limit=limit,
    )  # fmt: skip


def after(tx: Tx, line_id: int, *, levels: list[str], component: str | None, limit: int) -> list[dict]:
    """What was written since, oldest first."""
    return tx.all(
        "SELECT * FROM system_logs WHERE level IN %(levels)s AND (%(component)s IS NULL OR component = %(component)s)"
        " AND id > %(id)s ORDER BY id LIMIT %(limit)s",
        levels=levels, component=component, id=line_id, limit=limit,
    )  # fmt: skip


def of_sources(tx: Tx, sources: tuple[str, ...], limit: int) -> list[dict]:
    """The newest lines of a day by these writers, newest first; ``core.prices`` is whatever is below it, too."""
    return tx.all(
        "SELECT at, level, component, message, request_id FROM system_logs WHERE SUBSTRING_INDEX(component, '.', 2) IN %(sources)s"
        " AND at > UTC_TIMESTAMP(3) - INTERVAL 1 DAY ORDER BY id DESC LIMIT %(limit)s",
        sources=sources,
        limit=limit,
    )


def last(tx: Tx) -> int:
    """The id of the newest line; 0 before the first."""
    return tx.one("SELECT COALESCE(MAX(id), 0) AS id FROM system_logs")["id"]


def components(tx: Tx) -> list[str]:
    """Who has written anything within the week that is kept."""
    return [row["component"] for row in tx.all("SELECT DISTINCT component FROM system_logs ORDER BY component LIMIT 100")]
