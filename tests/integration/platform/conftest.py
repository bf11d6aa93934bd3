"""A town of clients to look at, and replies held to the API's description."""

import pytest
from openapi_schema_validator import OAS31Validator

from scripts.api_document import described
from tests.integration.conftest import data_of


@pytest.fixture(scope="session")
def told() -> dict:
    return described()


@pytest.fixture
def ask(admin, told):
    """Ask as the administrator; the reply must be as the description says."""

    def asked(path: str, **query) -> dict:
        reply = admin.get(path, query_string=query)
        schema = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        OAS31Validator({**schema, "components": told["components"]}).validate(reply.get_json())
        return data_of(reply)

    return asked


@pytest.fixture
def town(world):
    """Acme with two workloads, one of them interrupted; Bolt with one, silent since it enrolled."""
    world.prices()
    shop = world.workload("web-shop", world.client("Acme"))
    api = world.workload("search-api", shop.client, instance_type="c5.large", az_id="use1-az1")
    bolt = world.workload("report", world.client("Bolt"), aws_account="210987654321")
    for workload in (shop, api):
        world.beat(workload, workload.primary.id, serving=True)
    world.interruption(shop)
    return shop, api, bolt
