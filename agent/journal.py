"""Commands, each executed at most once: written down before the act, and its outcome after it."""

from pathlib import Path

from agent.disk import read, remove_durably, write_durably

KEEP = 200


class Journal:
    """One file per command under ``folder``."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, command_id: str) -> bool:
        """Whether the command may be executed now; False when it was begun before."""
        file = self._file(command_id)
        if file.exists():
            return False
        write_durably(file, {"outcome": None})
        self._forget_old()
        return True

    def finish(self, command_id: str, outcome: dict) -> None:
        write_durably(self._file(command_id), {"outcome": outcome})

    def outcome(self, command_id: str) -> dict | None:
        """What the command came to; None when it was begun and cut."""
        return read(self._file(command_id), {}).get("outcome")

    def _file(self, command_id: str) -> Path:
        return self._folder / f"{Path(command_id).name}.json"

    def _forget_old(self) -> None:
        files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for file in files[:-KEEP]:
            remove_durably(file)
