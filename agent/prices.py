"""The spot price of this host's own pool, where its role may ask for it; no price is ever guessed."""

import logging
from typing import Any

from agent.ec2 import Ec2, NoAnswer, Refused

log = logging.getLogger("agent.prices")

NOT_ALLOWED_SECONDS = 6 * 3600.0


class Prices:
    """``report`` is what the server is to be told now, or None; ``pause`` is when to ask next, in seconds."""

    def __init__(self, host: dict[str, str]):
        self._host = host
        self.pause: float | None = None

    def report(self, ec2: Ec2) -> dict[str, Any] | None:
        """The newest price of the own pool. A host that may not ask stays silent for hours."""
        self.pause = None
        try:
            seen = ec2.spot_prices(self._host["instance_type"], self._host["az"])
        except Refused as error:
            log.info("prices: %s; not asked again for %.0f hours", error.code, NOT_ALLOWED_SECONDS / 3600)
            self.pause = NOT_ALLOWED_SECONDS
            return None
        except NoAnswer as error:
            log.debug("prices: %s", error)
            return None
        return {"pools": [self._row(price, at) for price, at in seen[:1]]} if seen else None

    def _row(self, price: str, at: str) -> dict[str, Any]:
        place = {name: self._host[name] for name in ("az", "az_id", "instance_type")}
        return {**place, "spot_price": float(price), "observed_at": at}
