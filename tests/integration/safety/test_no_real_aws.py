"""Without AWS_MODE=real nothing reaches the real AWS, whatever credentials and regions stand in the environment (CFG-12)."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from botocore.httpsession import URLLib3Session

from config.settings import read_settings
from core.cloud.aws import Clouds
from core.execution.watch import watch
from core.prices.pricing import collect
from core.sql import accounts
from tests.integration.conftest import data_of
from tests.integration.shop import Shop

REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "never-used-never-used-never-used-never-u", "AWS_SESSION_TOKEN": "never-used",
    "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_PROFILE": "production", "AWS_ENDPOINT_URL": "https://ec2.eu-west-1.amazonaws.com",
    "AWS_ENDPOINT_URL_EC2": "https://ec2.eu-west-1.amazonaws.com", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x",
}  # fmt: skip
WELL = {"INSTALL_KEY": "1f" * 32, "JWT_SECRET": "j" * 40}


def test_credentials_in_the_environment_never_switch_the_mode():
    assert read_settings({**WELL, **REAL}).simulated
    assert not read_settings({**WELL, "AWS_MODE": "real"}).simulated


@pytest.fixture
def credentials(monkeypatch, tmp_path):
    """As on a machine whose operator has signed in to AWS: variables, and a profile in a file."""
    file = tmp_path / "credentials"
    file.write_text("[production]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = never-used\n")
    for name, value in {**REAL, "AWS_SHARED_CREDENTIALS_FILE": str(file)}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, str]]:
    """Whom every AWS client of this process asked, and under which key."""
    made, send = [], URLLib3Session.send

    def looked_at(self, request):
        signed = request.headers.get("Authorization", b"")
        made.append((urlsplit(request.url).netloc, signed.decode() if isinstance(signed, bytes) else signed))
        return send(self, request)

    monkeypatch.setattr(URLLib3Session, "send", looked_at)
    return made


def test_every_call_goes_to_the_simulated_aws_under_its_own_key(shop: Shop, credentials, asked, settings, executor):
    clouds = Clouds(replace(settings, simulator_url=shop.simulator.url))
    shop.order()
    watch(clouds), collect(clouds), executor.drain()
    account = shop.world.db.run(lambda tx: accounts.get(tx, shop.workload.account_id))
    clouds.of(account).by_token("us-east-1", "none")

    assert len(asked) > 3
    assert {place for place, _ in asked} == {urlsplit(shop.simulator.url).netloc}
    assert [signed for _, signed in asked if REAL["AWS_ACCESS_KEY_ID"] in signed] == []
    assert shop.intent()["state"] == "done"


def test_whoever_signs_in_hears_that_it_is_simulated(api, world, credentials):
    client = world.client()

    assert data_of(api.by(client.token).get("/api/client/validate"))["simulated"] is True
