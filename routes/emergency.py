"""Notices. They are never refused for a bad time or an unknown field."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import require_agent_notice
from core.emergencies.emergency import handle_rebalance_notice, handle_termination_notice
from core.idempotency import require_idempotency_key
from core.validation import LenientBody, takes

bp = Blueprint("emergency", __name__, url_prefix="/api/agents/<uuid:agent_id>")


class RebalanceNotice(LenientBody):
    instance_id = fields.Str(validate=validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$"))


class TerminationNotice(RebalanceNotice):
    """The time is read by the rules, which make the best of a bad one."""


@bp.post("/rebalance-notice")
@require_agent_notice
@takes(RebalanceNotice, keep_unknown=True)
@require_idempotency_key
def rebalance_notice(tx, host, body):
    """AWS recommends moving off an instance; it promises no lead time."""
    return handle_rebalance_notice(tx, host.agent.id, host.instance_id, body, flooding=host.flooding), 202


@bp.post("/termination-notice")
@require_agent_notice
@takes(TerminationNotice, keep_unknown=True)
@require_idempotency_key
def termination_notice(tx, host, body):
    """AWS will reclaim an instance at the time the notice names."""
    return handle_termination_notice(tx, host.agent.id, host.instance_id, body, flooding=host.flooding), 202
