"""Who this host is: its own secret, the agent it belongs to, and the highest epoch it has seen."""

import secrets
import threading
from pathlib import Path

from agent.disk import read, write_durably


class Identity:
    """Kept on disk. A disk that was copied to another instance makes a fresh identity."""

    def __init__(self, folder: Path, instance_id: str):
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "identity.json"
        self._lock = threading.Lock()
        self._kept = read(self._file, {})
        if self._kept.get("instance_id") != instance_id:
            self._kept = {"instance_id": instance_id, "secret": new_secret(), "nonce": secrets.token_hex(16), "epoch": 0}
            write_durably(self._file, self._kept)

    @property
    def instance_id(self) -> str:
        return self._kept["instance_id"]

    @property
    def secret(self) -> str:
        return self._kept["secret"]

    @property
    def nonce(self) -> str:
        return self._kept["nonce"]

    @property
    def agent_id(self) -> str | None:
        return self._kept.get("agent_id")

    @property
    def replica_id(self) -> str | None:
        return self._kept.get("replica_id")

    @property
    def epoch(self) -> int:
        return self._kept["epoch"]

    @property
    def next_secret(self) -> str | None:
        """A secret the server has not confirmed yet."""
        return self._kept.get("next_secret")

    @property
    def token(self) -> str:
        return f"soa_{self.agent_id}_{self.secret}"

    def registered(self, agent_id: str, replica_id: str | None) -> None:
        self._keep(agent_id=agent_id, replica_id=replica_id)

    def saw_epoch(self, epoch: int) -> bool:
        """Whether orders of this epoch may be obeyed; a higher one is on disk before they are."""
        with self._lock:
            if epoch < self.epoch:
                return False
            if epoch > self.epoch:
                self._kept["epoch"] = epoch
                write_durably(self._file, self._kept)
            return True

    def prepare_secret(self) -> None:
        """Make the next secret, on disk beside the old one, before it is sent."""
        if self.next_secret is None:
            self._keep(next_secret=new_secret())

    def adopt_secret(self) -> None:
        """The server has the next secret's hash: use it from now on."""
        self._keep(secret=self.next_secret, next_secret=None)

    def _keep(self, **changes: str | None) -> None:
        with self._lock:
            self._kept |= changes
            write_durably(self._file, self._kept)


def new_secret() -> str:
    """256 random bits; only their hash ever leaves for the server's disk."""
    return secrets.token_urlsafe(32)
