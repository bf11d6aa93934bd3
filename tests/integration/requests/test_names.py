"""The machinery by the names under which others use it: the guard of request ids, the replies, a stored procedure (NAME-01, 02, 04; K-12)."""

import pytest
from flask import Flask, request

from core import errors
from core.auth import require_client_auth
from core.database import call_stored_procedure
from core.idempotency import require_idempotency_key
from core.replies import answer_errors, error_response, success_response
from tests.world import World

KEY = "request-0001"


@pytest.fixture
def seen(db, settings, world: World) -> list[str]:
    """What a view of somebody's own finds as the id of its request."""
    app, found = Flask("somebodys"), []
    answer_errors(app)

    @app.post("/things")
    @require_client_auth
    @require_idempotency_key
    def things(tx, authenticated_client_id):
        found.append(request.request_id)
        return {"done": True}

    headers = {"Authorization": f"Bearer {world.client().token}", "X-Request-ID": KEY}
    replies = [app.test_client().post("/things", headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200]
    return found


def test_the_guard_gives_the_view_the_id_of_its_request_and_runs_it_once(seen):
    assert seen == [KEY]


def test_the_two_functions_make_the_two_envelopes(app):
    with app.test_request_context(headers={"X-Request-ID": KEY}):
        good, bad = success_response({"n": 1}, 201), error_response("no", "CONFLICT", 409)

    assert (good.status_code, good.get_json()) == (201, {"status": "success", "data": {"n": 1}})
    told = {"code": "CONFLICT", "message": "no", "request_id": KEY, "details": {}}
    assert (bad.status_code, bad.get_json()) == (409, {"status": "error", "error": told})


def test_a_stored_procedure_is_called_by_its_name_in_a_transaction_of_its_own(world: World):
    shop = world.workload()
    replica = world.instance(world.replica(shop).instance_id)

    call_stored_procedure("move_instance", (replica.id, "TERMINATED", replica.version, "because"))
    with pytest.raises(errors.Stale):
        call_stored_procedure("move_instance", (replica.id, "TERMINATED", replica.version, "again"))

    assert world.instance(replica.id).role == "TERMINATED"


def test_a_machine_says_itself_whether_it_is_a_replica(world: World):
    """K-12: generated from its role, so that the two cannot differ."""
    shop = world.workload()
    replica = world.replica(shop)
    flags = lambda: {row["id"]: row["is_replica"] for row in world.all("SELECT id, is_replica FROM instances")}  # noqa: E731
    assert flags() == {shop.primary.id: 0, replica.instance_id: 1}

    world.interruption(shop)

    assert flags() == {shop.primary.id: 0, replica.instance_id: 0}
