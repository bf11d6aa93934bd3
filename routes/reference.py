"""What the API is: its description for programs, made from the routes themselves."""

from functools import cache

from flask import Blueprint, Flask, Response, current_app

from core.answers import answers
from core.auth import open_to_all
from core.openapi import Route, document
from core.replies import to_bytes

bp = Blueprint("reference", __name__)

BESIDES = ("/health", "/metrics")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@bp.get("/api/openapi.json")
@open_to_all
@answers(bare="application/json")
def openapi():
    """This description, in OpenAPI 3.1."""
    return Response(_bytes(current_app._get_current_object()), mimetype="application/json", headers={"Cache-Control": "public, max-age=60"})


@cache
def _bytes(app: Flask) -> bytes:
    """Made once per process."""
    return to_bytes(document(routes_of(app)))


def routes_of(app: Flask) -> list[Route]:
    """Every method of every address of the API; the dashboard's own pages are none."""
    return [
        Route(method, rule.rule, rule.endpoint, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules() if rule.rule.startswith("/api") or rule.rule in BESIDES
        for method in rule.methods & METHODS
    ]  # fmt: skip
