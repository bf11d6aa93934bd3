"""How long things wait, and how often they may happen: the usual waits, and the shorter ones of the demo.

The usual ones are INV-62 and INV-40; the demo's let a visitor see in minutes what else takes hours, and the
dashboard says so wherever they hold.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Waits:
    """``repeat_block``: no move for mere risk so soon after a failover. ``replicas_per_window`` of ``window``: the cap on orders for it."""

    terminate_wait_seconds: int
    repeat_block: timedelta
    replicas_per_window: int
    window: timedelta
    replica_life: timedelta
    warning_life: timedelta

    @property
    def sentence(self) -> str:
        """What is shorter than usual, for people."""
        return (
            f"Waits are shorter here: an old instance ends {self.terminate_wait_seconds} s after its successor serves,"
            f" an unneeded replica after {_minutes(self.replica_life)}, a warning that comes to nothing after"
            f" {_minutes(self.warning_life)}; a failover blocks moves for mere risk for {_minutes(self.repeat_block)}."
        )


USUAL = Waits(3600, timedelta(minutes=60), 3, timedelta(hours=6), timedelta(hours=6), timedelta(hours=6))
PRESETS = {
    "": USUAL,
    "demo": Waits(5, timedelta(minutes=2), 3, timedelta(minutes=10), timedelta(minutes=8), timedelta(minutes=6)),
}


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"
