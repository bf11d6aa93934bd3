"""SAFE_MODE comes into force once nothing claimed is still on its way."""

from core import database
from core.operations import safe_mode


def run(context) -> dict:
    return {"in_force": database.run(lambda tx: safe_mode.confirm(tx, tx.now()))}
