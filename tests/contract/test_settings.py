""".env.example names every setting and nothing else."""

import re
from dataclasses import fields

from config.settings import Settings
from tests.contract.tree import ROOT

LINE = re.compile(r"^#?\s?([A-Z][A-Z0-9_]+)=", re.M)


def test_every_setting_is_named_in_the_example_and_nothing_else():
    named = LINE.findall((ROOT / ".env.example").read_text())

    assert sorted(named) == sorted(field.name.upper() for field in fields(Settings))


def test_every_setting_is_explained_by_its_own_help():
    example = (ROOT / ".env.example").read_text()

    assert [field.name for field in fields(Settings) if field.metadata["help"] not in example] == []


def test_the_example_holds_no_secret():
    secrets = [field.name.upper() for field in fields(Settings) if field.metadata["secret"]]
    example = (ROOT / ".env.example").read_text()

    assert [name for name in secrets if not re.search(rf"^#?\s?{name}=$", example, re.M)] == []
