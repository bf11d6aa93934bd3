"""Whose turn it is to ask EC2: of one account and region one call begins a second, over all processes (H10)."""

import random
import time
from functools import partial

from core import database
from core.domain.account import Account
from core.sql import turns

EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 5.0  # with very many processes an answer in time is worth more than good manners


def take(account: Account, region: str) -> None:
    """Return when it is our turn, after five seconds at the latest; Unavailable while the database is away."""
    until = time.monotonic() + PATIENCE_SECONDS
    while wait := database.run(partial(turns.take, account_id=account.id, region=region, every_seconds=EVERY_SECONDS)):
        if time.monotonic() + wait > until:
            return
        time.sleep(wait + random.uniform(0.0, 0.02))
