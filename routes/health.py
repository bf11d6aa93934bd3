"""Is the server there, is it well, what are its figures."""

import hmac

from flask import Blueprint, Response, request

from config.settings import current
from core.answers import answers
from core.auth import open_to_all, principal
from core.errors import Forbidden
from core.operations import health, metrics
from core.replies import success_response, to_bytes

bp = Blueprint("health", __name__)


@bp.get("/api")
@open_to_all
def index():
    """What this server is."""
    return success_response(health.about())


@bp.get("/health")
@open_to_all
@answers(bare="application/json")
def healthy():
    """200 while the server can do its work, else 503."""
    figures, well = health.check()
    return Response(to_bytes(figures), 200 if well else 503, mimetype="application/json")


@bp.get("/metrics")
@open_to_all
@answers(bare="text/plain")
def prometheus():
    """For a scraper with METRICS_TOKEN, or the administrator."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = current().metrics_token
    if not (wanted and hmac.compare_digest(token.encode(), wanted.encode())) and not principal().is_admin:
        raise Forbidden("METRICS_TOKEN or the administrator's token is needed here")
    return Response(metrics.render(), mimetype="text/plain; version=0.0.4")
