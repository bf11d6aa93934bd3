"""What a notice says of a pool, and to whom: one client's word is its own until AWS or a second client confirms it (INV-60)."""

from datetime import datetime

from core.database import Tx
from core.domain.pools import DANGER_MEMORY, POISON_MEMORY
from core.sql import limits, pools

WITNESSES = 2
FLAGS_PER_HOUR = 20


def report(tx: Tx, client_id: int, pool_id: str, *, lost: bool) -> bool:
    """A client was told of a risk, or of a loss, in this pool; whether its own flag was set.

    A flag is new when none of the client's stands on the pool; it gets at most twenty new ones an hour.
    """
    now = tx.now()
    fresh = not pools.is_reported(tx, client_id, pool_id)
    if fresh and limits.count(tx, f"pool-flags:{client_id}", 3600) > FLAGS_PER_HOUR:
        return False
    pools.report(
        tx, client_id, pool_id, now=now, danger_until=now + DANGER_MEMORY, poisoned_until=now + POISON_MEMORY if lost else None
    )
    _share(tx, pool_id, now)
    return True


def confirm(tx: Tx, pool_id: str) -> None:
    """AWS proved that it took a machine of this pool: every client knows."""
    now = tx.now()
    pools.remember(tx, pool_id, now=now, danger_until=now + DANGER_MEMORY, poisoned_until=now + POISON_MEMORY)


def _share(tx: Tx, pool_id: str, now: datetime) -> None:
    """What two clients saw at the same time is everybody's knowledge; nobody learns whose it was."""
    seen = pools.witnesses(tx, pool_id)
    if seen["clients"] >= WITNESSES:
        poisoned = now + POISON_MEMORY if seen["losers"] >= WITNESSES else None
        pools.remember(tx, pool_id, now=now, danger_until=now + DANGER_MEMORY, poisoned_until=poisoned)
