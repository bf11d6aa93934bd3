"""How the platform itself stands: its components, its queues and jobs, its live streams."""

from flask import Blueprint

from core import events
from core.answers import answers
from core.auth import require_admin
from core.idempotency import in_transaction, require_idempotency_key
from core.operations import monitor
from core.validation import takes_nothing
from routes import shapes

bp = Blueprint("monitoring", __name__, url_prefix="/api")


@bp.get("/admin/system-health")
@require_admin
@in_transaction
@answers(shapes.SystemHealth)
def system_health(tx):
    """Seven components, each since when it stands as it does; a status that nobody knows is null."""
    return {"components": monitor.system_health(tx)}


@bp.get("/admin/health/workers")
@require_admin
@in_transaction
@answers(shapes.Workers)
def workers(tx):
    """What waits in each queue, with its light and a hint; how each job of the timetable ended last."""
    return monitor.workers(tx)


@bp.get("/events/stats")
@require_admin
@in_transaction
@answers(shapes.Streams)
def stream_stats(tx):
    """Open live streams over all processes, events of the last minute, and how late the slowest was handed out."""
    return events.stats(tx)


@bp.post("/events/test/<uuid:client_id>")
@require_admin
@takes_nothing
@require_idempotency_key
def test_stream(tx, client_id):
    """An event of type ``test`` on the client's streams."""
    return events.test(tx, str(client_id)), 202
