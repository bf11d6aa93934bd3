"""Lists in pages (CON-12): newest first; the cursor is the id of the last row shown, as text."""

from collections.abc import Callable

from core import errors


def before(cursor: str | None) -> int | None:
    """The id that a cursor names; Invalid for one we did not give out."""
    if cursor is None:
        return None
    if not cursor.isdigit() or len(cursor) > 19:
        raise errors.Invalid(fields={"cursor": ["take the next_cursor of the page before"]})
    return int(cursor)


def page(rows: list[dict], limit: int, name: str, show: Callable[[dict], dict]) -> dict:
    """``rows`` were asked with ``limit + 1``: one more than fits says that there is a next page."""
    shown = rows[:limit]
    return {name: [show(row) for row in shown], "next_cursor": str(shown[-1]["id"]) if len(rows) > limit else None}
