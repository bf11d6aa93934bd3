"""Process 1 of a simulated host: adopts and reaps whatever its tree leaves behind, and ends with its simulator.

Usage: host_init.py SIMULATOR_PID COMMAND [ARGUMENT ...]
"""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def children_of(pid):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(process.name))
    return found


def end_of_the_world(*_):
    """Kill what is below until nothing is left: orphans come to us, because we are their subreaper."""
    while pids := children_of(os.getpid()):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reap(os.WNOHANG)
    os._exit(0)


def reap(flags):
    try:
        while os.waitpid(-1, flags)[0]:
            pass
    except ChildProcessError:
        return


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
        reap(os.WNOHANG)
        signal.sigtimedwait({signal.SIGCHLD}, 5)


main()
