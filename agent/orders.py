"""What the server last ordered. Orders below the stored epoch are ignored, from whichever thread they come."""

import threading
from collections.abc import Mapping
from typing import Any

from agent.identity import Identity
from agent.workload import Workload


class Orders:
    """The one place where replies become deeds."""

    def __init__(self, identity: Identity, workload: Workload, new_epoch: threading.Event):
        self._identity, self._workload, self._new_epoch = identity, workload, new_epoch
        self._lock = threading.Lock()
        self.role = "NONE"
        self.poll_seconds = 1.0

    def accept(self, reply: Mapping[str, Any]) -> bool:
        """Obey the orders in a reply; False when they are older than what this host knows."""
        with self._lock:
            known = self._identity.epoch
            if not self._identity.saw_epoch(reply["epoch"]):
                return False
            if reply["epoch"] > known:
                self._new_epoch.set()
            self.role, self.poll_seconds = reply["role"], float(reply["poll_seconds"])
            self._workload.want(bool(reply["serve"]))
            return True
