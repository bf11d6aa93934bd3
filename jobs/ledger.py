"""Book the savings ledger; the present hour too, so that nobody waits until midnight for a figure."""

from core.money.ledger import book


def run(context) -> dict:
    return book()
