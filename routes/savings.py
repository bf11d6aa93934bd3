"""The savings ledger and what is summed up from it."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import principal, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.money import savings
from core.sheets import to_csv
from core.validation import Body, asks, takes
from routes.switching import csv_reply

bp = Blueprint("savings", __name__, url_prefix="/api")


class Span(Body):
    first = fields.Date(load_default=None, data_key="from")
    last = fields.Date(load_default=None, data_key="to")


class Series(Span):
    granularity = fields.Str(load_default="day", validate=validate.OneOf(tuple(savings.SHAPES)))


class LedgerPage(Span):
    by = fields.Str(load_default="agent", validate=validate.Regexp(r'^(agent|account|tag:[^"\\]{1,127})$'))
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(max=40))


class Days(Body):
    days = fields.Int(load_default=30, validate=validate.Range(1, 400))


class BillLine(Body):
    instance_id = fields.Str(required=True, validate=validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$"))
    day = fields.Date(required=True)
    usd = fields.Float(required=True, validate=validate.Range(0, 1_000_000))


class Bill(Body):
    source = fields.Str(load_default="cur", validate=validate.Regexp(r"^[a-z0-9_-]{2,24}$"))
    lines = fields.List(fields.Nested(BillLine), required=True, validate=validate.Length(1, 2000))


@bp.get("/client/<uuid:client_id>/savings")
@require_client_auth
@asks(Series)
@in_transaction
def client_savings(tx, authenticated_client_id, query):
    """The ledger per hour, day or month: baseline, actual, overlap, fallback, zombies, net. Losses are in it.

    ``needless_replicas``: those that stood by for nothing, what they cost, and what ending them before their six hours spared.
    """
    start, end = savings.span(tx, query["first"], query["last"])
    return savings.told(tx, authenticated_client_id, start, end, query["granularity"])


@bp.get("/client/<uuid:client_id>/export/savings")
@require_client_auth
@asks(Series)
@in_transaction
def export_savings(tx, authenticated_client_id, query):
    """The same as CSV."""
    start, end = savings.span(tx, query["first"], query["last"])
    told = savings.series(tx, authenticated_client_id, start, end, query["granularity"])
    return csv_reply(to_csv(savings.COLUMNS, told["series"]), "savings")


@bp.get("/client/<uuid:client_id>/stats/charts")
@require_client_auth
@asks(Days)
@in_transaction
def client_charts(tx, authenticated_client_id, query):
    """What the client's charts draw."""
    return savings.charts(tx, authenticated_client_id, query["days"])


@bp.get("/ledger")
@require_client_auth
@asks(LedgerPage)
@in_transaction
def ledger(tx, authenticated_client_id, query):
    """The lines themselves, and the net by agent, account or `tag:<name>`, equal to the total to the cent."""
    start, end = savings.span(tx, query["first"], query["last"])
    return {
        **savings.lines(tx, authenticated_client_id, start, end, query["cursor"], query["limit"]),
        "allocation": savings.allocation(tx, authenticated_client_id, start, end, query["by"]),
    }


@bp.post("/ledger/bill-import")
@require_client_auth
@takes(Bill)
@require_idempotency_key
def bill_import(tx, body, authenticated_client_id):
    """Lines of a Cost and Usage Report, one per machine and day; a day imported again is replaced."""
    return savings.import_bill(tx, authenticated_client_id, body["source"], body["lines"], actor=principal().key), 201


@bp.get("/ledger/reconciliation")
@require_client_auth
@asks(Span)
@in_transaction
def reconciliation(tx, authenticated_client_id, query):
    """Per day: booked, billed, gap."""
    start, end = savings.span(tx, query["first"], query["last"])
    return savings.reconciliation(tx, authenticated_client_id, start, end)


@bp.get("/metrics/kpi")
@require_client_auth
@in_transaction
def kpi(tx, authenticated_client_id):
    """Spend as it runs now by the month, the same On-Demand, saved this month."""
    return savings.kpi(tx, authenticated_client_id)


@bp.get("/metrics/composition")
@require_client_auth
@in_transaction
def composition(tx, authenticated_client_id):
    """USD per hour by type, AZ, lifecycle and role."""
    return savings.composition(tx, authenticated_client_id)


@bp.get("/metrics/cost/timeseries")
@require_client_auth
@asks(Days)
@in_transaction
def cost_timeseries(tx, authenticated_client_id, query):
    """Per day what was paid, and what On-Demand would have cost."""
    return savings.timeseries(tx, authenticated_client_id, query["days"])
