"""Who changes something leaves an audit row in the same transaction, whichever route he takes (CON-15).

``Api`` in tests/integration/conftest.py holds every write of every test of this room to that; here it is shown to notice.
"""

import pytest

from core import audit
from core.domain.alert import OWN_METRICS
from tests.integration.conftest import MAY_BE_SILENT, last_audit
from tests.world import World


def test_a_write_that_leaves_no_audit_row_is_noticed(world: World, api, monkeypatch):
    """The naive twin: the rule is made, and nobody is told who made it."""
    me = api.by(world.client().token)
    body = {"name": "dear", "metric": OWN_METRICS[0], "operator": ">", "threshold": 1.0}
    monkeypatch.setattr(audit, "record", lambda *_, **__: None)

    with pytest.raises(AssertionError, match="POST /api/alerts changed something without an audit row"):
        me.post("/api/alerts", body)


def test_the_row_is_there_or_gone_with_the_work(world: World, api, monkeypatch):
    me = api.by(world.client().token)
    api.http.application.config["PROPAGATE_EXCEPTIONS"] = False
    before = last_audit()
    monkeypatch.setattr("core.idempotency.idempotency.store_reply", lambda *_: 1 / 0)

    assert me.post("/api/agents/enrolment-tokens", {"aws_account_id": "123456789012"}).status_code == 500
    assert (last_audit(), world.one("SELECT COUNT(*) AS n FROM enrolment_tokens")["n"]) == (before, 0)


def test_every_route_that_may_be_silent_exists_and_has_a_reason(app):
    assert set(MAY_BE_SILENT) <= {rule.endpoint for rule in app.url_map.iter_rules()}
    assert [name for name, why in MAY_BE_SILENT.items() if len(why.split()) < 2] == []
