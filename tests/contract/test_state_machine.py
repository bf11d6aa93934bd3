"""docs/STATE_MACHINE.md says what the code and the database say: the same roles, arrows, refusals and states (DOC-05)."""

import re

import pytest

from core.database import SIGNALS
from core.domain import plan
from core.domain.lifecycle import ARROWS, NONE, Role
from tests.contract.tree import ROOT

PAGE = (ROOT / "docs/STATE_MACHINE.md").read_text()
DIAGRAM = re.compile(r"```mermaid\nstateDiagram-v2\n(.*?)```", re.S)
ARROW = re.compile(r"^ *(\S+) --> (\S+?)(?:: .+)?$", re.M)
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.M)
SIGNAL = re.compile(r"MYSQL_ERRNO = (\d+)")
START = "[*]"
FINAL = (Role.TERMINATED, START)  # the end of the diagram, no arrow of the table


def section(title: str, page: str = PAGE) -> str:
    """From one heading to the next."""
    return re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#+ |\Z)", page, re.M | re.S).group(1)


def drawn(text: str) -> set[tuple[str, str]]:
    """The arrows of a diagram."""
    return set(ARROW.findall(DIAGRAM.search(text).group(1)))


def pairs(arrows: dict) -> set[tuple[str, str]]:
    return {(str(before), str(after)) for before, ends in arrows.items() for after in ends}


def roles_drawn(page: str = PAGE) -> set[tuple[str, str]]:
    return {tuple(NONE if end == START else end for end in arrow) for arrow in drawn(page) - {FINAL}}


def test_the_roles_drawn_are_the_arrows_that_the_database_allows():
    assert roles_drawn() == pairs(ARROWS)


@pytest.mark.parametrize("change", [
    ("    ZOMBIE --> REPLICA: taken back as a stand-by\n", ""), ("REPLICA --> PRIMARY:", "REPLICA --> ZOMBIE:"),
    ("    PRIMARY --> ZOMBIE", "    ZOMBIE --> PRIMARY: back\n    PRIMARY --> ZOMBIE"),
])  # fmt: skip
def test_an_arrow_that_is_missing_turned_or_invented_is_noticed(change):
    assert change[0] in PAGE
    assert roles_drawn(PAGE.replace(*change)) != pairs(ARROWS)


def test_every_role_is_explained_and_no_other():
    told = set(ROW.findall(section("Roles and arrows")))
    assert {str(role) for role in Role} <= told


def test_the_refusals_named_are_those_of_the_promotion():
    """By their names on the wire; a call without a transaction is a mistake of ours, no refusal."""
    signals = {int(number) for number in SIGNAL.findall((ROOT / "database/procedures/promote_instance_to_primary.sql").read_text())}
    told = set(ROW.findall(section("Roles and arrows"))) - {str(role) for role in Role}

    assert signals & set(SIGNALS) and told == {SIGNALS[number].code for number in signals & set(SIGNALS)}


def test_a_replicas_states_are_those_of_its_column():
    column = re.search(r"CREATE TABLE replica_instances.*?\bstatus ENUM\((.*?)\)", (ROOT / "database/schema.sql").read_text(), re.S).group(1)
    told = set(re.findall(r"\b(launching|syncing|ready|promoted|terminated|failed)\b", section("A replica's life")))

    assert told == set(re.findall(r"'(\w+)'", column))


def test_a_plans_states_drawn_are_the_arrows_it_can_go():
    assert {arrow for arrow in drawn(section("A plan")) if START not in arrow} == pairs(plan.ARROWS)
    assert {end for end, other in drawn(section("A plan")) if other == START} == {end for _, end in pairs(plan.ARROWS)} - plan.OPEN_STATES


def test_every_state_a_plan_can_have_is_one_of_its_column():
    column = re.search(r"CREATE TABLE plans.*?\bstate ENUM\((.*?)\)", (ROOT / "database/schema.sql").read_text(), re.S).group(1)

    assert {state for arrow in pairs(plan.ARROWS) for state in arrow} <= set(re.findall(r"'(\w+)'", column))
