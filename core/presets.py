"""The waits that hold in this installation."""

from config.settings import current
from core.domain.waits import PRESETS, Waits


def waits() -> Waits:
    """The usual ones, or those of the preset that this server was started with."""
    return PRESETS[current().preset]
