"""Writing so that a power cut leaves the old or the new, never half."""

import json
import os
from pathlib import Path
from typing import Any


def write_durably(path: Path, value: Any) -> None:
    """JSON to ``path``, mode 0600, on the disk before this returns."""
    part = path.with_suffix(path.suffix + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def read(path: Path, default: Any) -> Any:
    """What was written, or ``default`` where nothing readable is."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return default


def remove_durably(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
