"""Ports of 127.0.0.1 for what is started here."""

import random
import socket
from pathlib import Path

LOWEST = 20_000
RANGE_OF_THE_KERNEL = Path("/proc/sys/net/ipv4/ip_local_port_range")
ATTEMPTS = 200


def free_port(wanted: int = 0) -> int:
    """``wanted`` if it is free, else another.

    It lies below the range from which the kernel takes the near ends of outgoing connections: a port out of that range
    may be gone between being chosen here and being bound by whom it is for. ``OSError`` if none is free.
    """
    for port in (wanted, *random.sample(range(LOWEST, _highest()), ATTEMPTS)):
        if port and _is_free(port):
            return port
    raise OSError("no free port on 127.0.0.1")


def _highest() -> int:
    """Exclusive. On a machine whose kernel takes ports from further below, LOWEST is in its range, and luck must do."""
    kernel = int(RANGE_OF_THE_KERNEL.read_text().split()[0]) if RANGE_OF_THE_KERNEL.exists() else 32_768
    return max(kernel, LOWEST + 10_000)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
