"""Log files beside standard error: what goes where, rotated under our feet, and never in the way of the work (LOG-03)."""

import logging
from contextlib import suppress
from pathlib import Path

import pytest

from config.logging import configure_logging


@pytest.fixture
def logs(tmp_path: Path):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging("INFO", "json", (), str(tmp_path))
    yield tmp_path
    for handler in root.handlers[1:]:
        with suppress(OSError):
            handler.close()
    root.handlers[:], root.level = before, level


def lines(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_everything_is_in_one_file_and_failures_in_another(logs):
    logging.getLogger("core").info("one")
    logging.getLogger("core").error("two")

    assert (lines(logs / "backend.log"), lines(logs / "error.log")) == (2, 1)


def test_a_file_that_was_moved_away_is_begun_anew(logs):
    logging.getLogger("core").info("one")
    (logs / "backend.log").rename(logs / "backend.log.1")

    logging.getLogger("core").info("two")

    assert (lines(logs / "backend.log.1"), lines(logs / "backend.log")) == (1, 1)


def test_a_full_disk_raises_nothing_into_the_work(logs):
    (logs / "error.log").symlink_to("/dev/full")

    logging.getLogger("core").error("no space left")

    assert lines(logs / "backend.log") == 1


def test_a_folder_that_cannot_be_written_to_leaves_standard_error(tmp_path):
    root = logging.getLogger()
    before = root.handlers[:]
    configure_logging("INFO", "json", (), str(tmp_path / "missing"))
    made, root.handlers[:] = root.handlers[:], before

    assert len(made) == 1
