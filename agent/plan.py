"""The failover plan: what this host may launch alone while no server answers. Kept on disk, refused when altered or old."""

import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from agent.disk import read, remove_durably, write_durably
from agent.identity import Identity

log = logging.getLogger("agent.plan")

LIFE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Plan:
    """One On-Demand launch for one epoch; the server fixed all of it."""

    agent_id: str
    epoch: int
    primary: str
    region: str
    ec2_url: str | None
    client_token: str
    az_ids: list[str]
    request: dict[str, Any]
    tags: dict[str, str]
    issued_at: str
    expires_at: str


class Plans:
    """The newest plan. Its signature was made with the hash of this host's own secret."""

    def __init__(self, folder: Path, identity: Identity, wall: Callable[[], float] = time.time):
        self._file, self._identity, self._wall = folder / "plan.json", identity, wall

    def accept(self, told: Mapping[str, str] | None, server_time: str) -> None:
        """Keep what a heartbeat's reply holds; None is an order to forget (SAFE MODE, switched off)."""
        if told is None:
            if self._file.exists():
                remove_durably(self._file)
            return
        skew = datetime.fromisoformat(server_time).timestamp() - self._wall()
        if self._is_signed(told):
            write_durably(self._file, {"text": told["text"], "signature": told["signature"], "skew_seconds": skew})
        else:
            log.error("a failover plan with a wrong signature was refused")

    def usable(self) -> Plan | None:
        """The plan, if it may be carried out now."""
        return None if self.why_not() else self._read()

    def why_not(self) -> str | None:
        """What is wrong with the plan, in words; None when it may be carried out."""
        kept = read(self._file, None)
        if kept is None:
            return "there is no plan"
        if not self._is_signed(kept):
            return "its signature is wrong"
        plan = self._read()
        if (plan.agent_id, plan.epoch) != (self._identity.agent_id, self._identity.epoch):
            return f"it is of epoch {plan.epoch}, and epoch {self._identity.epoch} is known"
        age = self._wall() + kept["skew_seconds"] - datetime.fromisoformat(plan.issued_at).timestamp()
        return f"it is {age / 3600:.1f} hours old" if not -60 <= age <= LIFE_SECONDS else None

    def _read(self) -> Plan:
        return Plan(**json.loads(read(self._file, {})["text"]))

    def _is_signed(self, kept: Mapping[str, str]) -> bool:
        key = sha256(self._identity.secret.encode()).digest()
        expected = hmac.new(key, kept.get("text", "").encode(), sha256).hexdigest()
        return hmac.compare_digest(expected, kept.get("signature", ""))
