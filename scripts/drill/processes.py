"""The process trees of simulated machines, found in /proc by the folder each of them was given."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def by_machine(simulator_folder: Path) -> dict[str, set[int]]:
    """The pids that live on each machine, by instance id. A machine whose tree is gone is missing."""
    mark = f"HOST_DIR={simulator_folder / 'hosts'}/".encode()
    found: dict[str, set[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        for variable in _environment(process):
            if variable.startswith(mark):
                found.setdefault(variable.removeprefix(mark).decode(), set()).add(int(process.name))
    return found


def freeze_agent(simulator_folder: Path, instance_id: str, seconds: float) -> None:
    """A machine's agent stands still for a while; its workload runs on."""
    for pid in filter(is_agent, by_machine(simulator_folder).get(instance_id, set())):
        _send(pid, signal.SIGSTOP)
        time.sleep(seconds)
        _send(pid, signal.SIGCONT)


def is_agent(pid: int) -> bool:
    try:
        return b"\0-m\0agent\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _send(pid: int, sig: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, sig)


def _environment(process: Path) -> list[bytes]:
    """What a process was started with; nothing for one that has ended or belongs to another user."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
