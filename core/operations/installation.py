"""What hangs over every page: which AWS this is, by which waits it runs, and whether SAFE MODE is on."""

from config.settings import current
from core.database import Tx
from core.operations import safe_mode
from core.presets import waits


def over_everything(tx: Tx) -> dict:
    preset = current().preset or None
    return {
        "simulated": current().simulated,
        "safe_mode": safe_mode.state(tx),
        "preset": preset,
        "preset_sentence": waits().sentence if preset else None,
    }
