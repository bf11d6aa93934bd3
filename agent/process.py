"""The workload's process, where the agent owns one: started in its own session, remembered across our restarts."""

import os
import signal
import subprocess
import time
from pathlib import Path

from agent.disk import read, remove_durably, write_durably


class OwnProcess:
    """At most one process group, by the id kept in ``file``."""

    def __init__(self, file: Path):
        self._file = file
        self._child: subprocess.Popen | None = None

    def start(self, command: str) -> None:
        """Run a shell command in a session of its own; it may stay in the foreground or return."""
        self._child = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, start_new_session=True)
        write_durably(self._file, {"group": self._child.pid})

    def runs(self) -> bool:
        """Whether anything of the group is alive."""
        if self._child:
            self._child.poll()
        group = self._group()
        return group is not None and _alive(group)

    def end(self, patience: float) -> None:
        """SIGTERM, then SIGKILL after ``patience`` seconds; returns when the group is gone."""
        group = self._group()
        if group is None:
            return
        _signal(group, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while self.runs() and time.monotonic() < deadline:
            time.sleep(0.005)
        _signal(group, signal.SIGKILL)
        while self.runs():
            time.sleep(0.005)
        remove_durably(self._file)
        self._child = None

    def _group(self) -> int | None:
        return read(self._file, {}).get("group")


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal(group: int, sig: signal.Signals) -> None:
    try:
        os.killpg(group, sig)
    except (ProcessLookupError, PermissionError):
        return
