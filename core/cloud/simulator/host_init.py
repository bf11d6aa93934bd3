"""Process 1 of a simulated host: adopts and reaps whatever its tree leaves behind, and ends with its simulator.

Usage: host_init.py SIMULATOR_PID COMMAND [ARGUMENT ...]
"""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def end_of_the_world(*_):
    """SIGKILL for all that is below, until the kernel says that we have no child left.

    A zombie is still a child: while the last threads of a killed process exit, its own children are not ours yet.
    """
    while True:
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not reap():
            os._exit(0)
        time.sleep(0.001)


def descendants(pid):
    """Every process below ``pid``: whoever loses its parent comes to us, because we are the subreaper."""
    children = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(process.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]


def reap():
    """Bury the dead; whether there is any child left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def main():
    simulator = int(sys.argv[1])
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, end_of_the_world)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != simulator:
        end_of_the_world()
    os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        reap()
        signal.sigtimedwait({signal.SIGCHLD}, 5)


main()
