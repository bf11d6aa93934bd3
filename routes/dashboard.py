"""The bundled dashboard: one page under a strict Content-Security-Policy, and its hashed assets."""

import gzip
import secrets
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from core.auth import open_to_all
from core.errors import NotFound
from core.operations.health import about
from core.replies import success_response

bp = Blueprint("dashboard", __name__)

DIST = Path(__file__).parent.parent / "frontend" / "dist"
PACKED = {"text/javascript", "application/javascript", "text/css"}
UNBUILT = "<!doctype html><title>Spot Optimizer</title><p>The dashboard is not built yet: run <code>scripts/server</code>."
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@bp.get("/assets/<path:name>")
@open_to_all
def asset(name):
    """Hashed names: cached for ever. Text is packed for whoever takes it."""
    reply = send_from_directory(DIST / "assets", name, max_age=31536000)
    reply.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if reply.status_code == 200 and reply.mimetype in PACKED and request.accept_encodings["gzip"]:
        reply.direct_passthrough = False
        reply.set_data(_packed(name))
        reply.headers["Content-Encoding"] = "gzip"
        reply.vary.add("Accept-Encoding")
    return reply


@cache
def _packed(name: str) -> bytes:
    """Once per process: a name holds the hash of its content."""
    return gzip.compress((DIST / "assets" / name).read_bytes())


@bp.get("/favicon.svg")
@open_to_all
def favicon():
    return send_from_directory(DIST, "favicon.svg", max_age=86400)


@bp.get("/")
@bp.get("/<path:path>")
@open_to_all
def page(path=""):
    """Every address of the dashboard answers the one page; a program that asks for / gets the index as JSON."""
    if path == "" and "text/html" not in request.headers.get("Accept", ""):
        return success_response(about())
    if path.split("/")[0] == "api":
        raise NotFound("there is no such endpoint")
    nonce = secrets.token_urlsafe(16)
    index = DIST / "index.html"
    html = index.read_text().replace("__CSP_NONCE__", nonce) if index.exists() else UNBUILT
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store"})
