"""Keep the Spot Advisor's ranks: the last good snapshot stays until a newer one is read whole."""

from datetime import date

from config.settings import Settings
from core import database
from core.cloud.advisor import PUBLIC_URL, fetch
from core.database import Tx
from core.domain import advisor
from core.prices import feeds
from core.sql import risk as rows

EVERYWHERE = "global"
BATCH = 5000


def refresh(settings: Settings) -> dict:
    """Fetch, read, store; nothing on the simulated AWS unless SPOT_ADVISOR_URL names a file."""
    url = settings.spot_advisor_url or ("" if settings.simulated else PUBLIC_URL)
    if not url:
        return {}
    with feeds.watched(EVERYWHERE, "advisor"):
        snapshot = fetch(url)
        stored = store(advisor.read(snapshot.content), snapshot.day)
    return {"rates": stored, "day": snapshot.day.isoformat()}


def store(rates: list[advisor.Rate], day: date) -> int:
    """How many rates of the file there are; an older file replaces nothing."""
    told = [(r.region, r.os[:16], r.instance_type[:32], r.bucket, r.savings_pct, day) for r in rates]

    def write(tx: Tx) -> int:
        for start in range(0, len(told), BATCH):
            rows.write_rates(tx, told[start : start + BATCH])
        return len(told)

    return database.run(write)
