"""What people may see and switch as a part of the product is there: its place exists, and a switch is asked by the code."""

import re

import pytest

from core.domain.modules import MODULES
from tests.contract.tree import ROOT, python_files

ASKED = re.compile(r"""modules\.(?:enabled\(\w+, |attempt\()["']([A-Z0-9-]+)["']""")
FORM = re.compile(r"(MOD|SVC|CORE|WORK|SCRIPT)-[A-Z]+(-(\d\d|GLB))?")


def asked() -> set[str]:
    """The parts that some use-case or job asks for before it works."""
    return {name for file in python_files(("core", "jobs")) for name in ASKED.findall(file.read_text())}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.id)
def test_a_part_that_is_listed_is_there(module):
    assert (ROOT / module.place).exists()
    assert module.place.startswith(("core/", "jobs/", "routes", "scripts/aws/"))


def test_every_part_with_a_switch_is_asked_for_by_the_code_and_none_that_is_not_listed():
    assert {module.id for module in MODULES if module.detachable} <= asked() <= {module.id for module in MODULES}


def test_ids_say_kind_name_and_version_and_stand_once():
    assert [module.id for module in MODULES if not FORM.fullmatch(module.id)] == []
    assert len({module.id for module in MODULES}) == len(MODULES)
