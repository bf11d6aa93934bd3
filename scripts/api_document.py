"""Write docs/API.md from the routes: `python -m scripts.api_document`. A contract test holds the file to them."""

from itertools import groupby
from pathlib import Path

from flask import Flask

from core.openapi import document, failures
from routes import BLUEPRINTS
from routes.reference import routes_of

FILE = Path(__file__).parents[1] / "docs" / "API.md"
HEAD = """# The API

Made from the routes by `python -m scripts.api_document`; edit those. The same for programs: `GET /api/openapi.json`
(OpenAPI 3.1), and to read in the dashboard: `/api-reference`. A member with `?` may be left out.

"""


def described() -> dict:
    """The description of this source tree; needs neither settings nor a database."""
    app = Flask("described", static_folder=None)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return document(routes_of(app))


def render(told: dict) -> str:
    """The description as Markdown: one section per file of routes, then the failures."""
    operations = [(path, method, one) for path, methods in told["paths"].items() for method, one in methods.items()]
    by_noun = sorted(operations, key=lambda operation: operation[2]["tags"][0])
    sections = [_section(told, noun, list(found)) for noun, found in groupby(by_noun, lambda operation: operation[2]["tags"][0])]
    return HEAD + told["info"]["description"] + "\n\n" + "\n".join(sections) + "\n" + _failures()


def _section(told: dict, noun: str, operations: list[tuple[str, str, dict]]) -> str:
    about = next(tag["description"] for tag in told["tags"] if tag["name"] == noun)
    lines = [_line(told, *operation) for operation in operations]
    return f"## {noun}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def _line(told: dict, path: str, method: str, one: dict) -> str:
    parts = [f"`{method.upper()} {path}` · {one['x-who']}", f"  {one['summary']}", *_query(one), *_body(told, one), *_answer(told, one)]
    return "- " + "  \n".join(parts)


def _query(one: dict) -> list[str]:
    asked = [_field(told["name"], told["schema"], told["required"]) for told in one.get("parameters", []) if told["in"] == "query"]
    once = any(told["name"] == "X-Request-ID" for told in one.get("parameters", []))
    return [f"  Query: {', '.join(asked)}"] * bool(asked) + ["  Needs `X-Request-ID`; done once."] * once


def _body(told: dict, one: dict) -> list[str]:
    if "requestBody" not in one:
        return []
    fields = _fields(told, next(iter(one["requestBody"]["content"].values()))["schema"])
    return [f"  Body: {', '.join(fields)}"] if fields else []


def _answer(told: dict, one: dict) -> list[str]:
    status, reply = next(iter(one["responses"].items()))
    media, content = next(iter(reply["content"].items()))
    data = content["schema"].get("properties", {}).get("data", {})
    words = ", ".join(_fields(told, data)) if data else "" if media == "application/json" else f"`{media}`"
    return [f"  Answers {status}: {words}"] if words else []


def _fields(told: dict, schema: dict) -> list[str]:
    schema = _resolved(told, schema)
    required = schema.get("required", [])
    return [_field(name, _resolved(told, one), name in required) for name, one in schema.get("properties", {}).items()]


def _resolved(told: dict, schema: dict) -> dict:
    return told["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


def _field(name: str, schema: dict, required: bool = False) -> str:
    chosen = " of " + "/".join(str(one) for one in schema["enum"]) if schema.get("enum") else ""
    return f"`{name}{'' if required else '?'}`{chosen}"


def _failures() -> str:
    lines = [f"| {kind.status} | `{kind.code}` | {kind().message} |" for kind in failures() if kind.__name__ != "Duplicate"]
    return "\n".join(["## Failures", "", "| status | code | what it means |", "|---|---|---|", *dict.fromkeys(lines)]) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(described()))
    print(f"wrote {FILE}")
