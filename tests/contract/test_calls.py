"""No request calls AWS: what calls it is given its door by a job, and no route can open one (CON-14)."""

import ast

import pytest

from tests.contract.tree import imports_of, module_of, python_files, tree_of

NETWORK = ("boto3", "botocore", "requests", "urllib.request", "urllib3", "http.client", "httpx")
# What opens a connection of its own, and who may: the demo's announcements at the simulated AWS, and a file of AWS's web site.
OPENERS = {"OurLevers": {"core.operations.demo"}, "fetch": {"core.prices.advisor"}}
DOORS = {"clouds", "ec2", "cloud"}


def calls_of(tree: ast.Module) -> set[str]:
    """The names of what a file calls, without what stands before the dot."""
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {getattr(one, "id", getattr(one, "attr", "")) for one in called}


def needing_a_door(trees: list[ast.Module]) -> set[str]:
    """The functions that are given a way to AWS by who calls them."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {one.name for one in functions if DOORS & {argument.arg for argument in (*one.args.args, *one.args.kwonlyargs)}} - {"__init__"}


def core_files():
    return [path for path in python_files(("core",)) if not module_of(path).startswith("core.cloud")]


def makers_of(name: str) -> set[str]:
    return {module_of(path) for path in python_files(("core", "routes", "jobs", "backend.py")) if name in calls_of(tree_of(path))} - {"core.cloud.aws"}


def networked(module: str, tree: ast.Module) -> list[str]:
    return [f"{module} imports {name}" for name in imports_of(tree) if any(name == one or name.startswith(f"{one}.") for one in NETWORK)]


def test_the_network_is_behind_one_room():
    files = [*core_files(), *python_files(("routes", "jobs"))]

    assert [sentence for path in files for sentence in networked(module_of(path), tree_of(path))] == []


def test_only_the_timetable_makes_a_way_to_aws():
    """Routes may not import core.cloud (test_imports), so that none can be made there either."""
    assert makers_of("Clouds") == {"jobs.context"}


@pytest.mark.parametrize("opener", OPENERS)
def test_what_opens_a_connection_of_its_own_is_used_where_it_is_meant_to_be(opener: str):
    users = {module_of(path) for path in core_files() if opener in calls_of(tree_of(path))}

    assert users == OPENERS[opener]


def test_no_route_calls_what_needs_a_way_to_aws():
    needing = needing_a_door([tree_of(path) for path in core_files()])
    called = {name for path in python_files(("routes",)) for name in calls_of(tree_of(path))}

    assert {"watch", "collect", "sweep"} <= needing
    assert called & needing == set()


def test_a_route_that_would_call_is_noticed():
    use_case = ast.parse("def look(tx, clouds): ...\ndef order(tx): ...")

    assert needing_a_door([use_case]) & calls_of(ast.parse("thing.look(tx, 1)\nthing.order(tx)")) == {"look"}
    assert networked("core.x", ast.parse("import boto3\nfrom urllib.request import urlopen\nimport json")) == [
        "core.x imports boto3", "core.x imports urllib.request.urlopen",
    ]  # fmt: skip
