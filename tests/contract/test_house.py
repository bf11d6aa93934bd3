"""The house itself: sizes, names, catalogues, and nothing that belongs to somebody's machine."""

import inspect
import os
import re
from pathlib import Path

import pytest

from core import errors
from core.cloud.actions import KINDS
from jobs import JOBS
from scripts.shape import AREAS, FILES, FUNCTIONS, Limits, Piece, functions_of, measure, offences
from tests.contract.tree import ROOT, text_files

MACHINE = re.compile(r"/work/(?!flow)|/root/\.|/home/\w+/")
PINNED = re.compile(r"^(#.*|-r requirements\.txt|[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^=\s]+)?$")
TOP = {"backend.py", "config", "core", "routes", "jobs", "database", "frontend", "tests", "requirements.txt", "OPERATIONAL_RUNBOOK.md"}


@pytest.mark.parametrize("area", AREAS)
def test_functions_and_files_are_short(area: str):
    functions, files = measure(ROOT, AREAS[area])

    assert functions
    assert offences(functions, FUNCTIONS) + offences(files, FILES) == []


def test_what_is_too_long_is_noticed():
    assert offences([Piece("one", 70)], Limits(8, 30, 60)) == [
        "one has 70 lines, the limit is 60", "the median is 70, the limit is 8", "the 95th percentile is 70, the limit is 30",
    ]  # fmt: skip
    assert [piece.lines for piece in functions_of('def f():\n    """Docs."""\n    a = 1\n    return a\n', "f.py")] == [2]


def test_the_top_level_tells_the_story():
    assert {path.name for path in ROOT.iterdir()} >= TOP


def test_no_file_is_a_drawer_for_everything():
    assert [path for path in text_files() if path.stem in ("utils", "helpers", "misc", "common")] == []


def test_no_file_names_a_place_of_somebodys_machine():
    assert [path.name for path in text_files() if path != Path(__file__) and MACHINE.search(path.read_text(errors="replace"))] == []


def test_every_requirement_is_pinned():
    lines = [line.strip() for name in ("requirements.txt", "requirements-dev.txt", "requirements-onnx.txt") for line in (ROOT / name).read_text().splitlines()]

    assert [line for line in lines if not PINNED.match(line)] == []


@pytest.mark.parametrize("name", ["scripts/bootstrap", "scripts/server", "scripts/test", "scripts/spotopt", ".ci/run"])
def test_every_command_can_be_run(name: str):
    assert os.access(ROOT / name, os.X_OK)


def test_every_job_has_a_file_of_its_name_and_a_period():
    assert [job.name for job in JOBS if not (ROOT / "jobs" / f"{job.name}.py").exists() or job.seconds < 1] == []
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_every_file_of_a_job_is_on_the_timetable():
    files = {path.stem for path in (ROOT / "jobs").glob("*.py") if re.search(r"^def run\(", path.read_text(), re.M)}

    assert files == {job.name for job in JOBS}


def test_every_failure_says_what_it_means():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SpotError)]

    assert len(kinds) > 10
    assert [kind.__name__ for kind in kinds if not kind.__doc__ or not re.fullmatch(r"[A-Z_]+", kind.code) or not 400 <= kind.status < 600] == []


def test_every_act_on_aws_names_the_permissions_it_needs():
    assert [name for name, kind in KINDS.items() if not kind.permissions or not all(":" in one for one in kind.permissions)] == []


def test_every_decision_page_has_context_choice_and_consequence():
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))

    assert pages
    assert [page.name for page in pages if not all(f"**{word}.**" in page.read_text() for word in ("Context", "Choice", "Consequence"))] == []
