"""An administrator who uploads models."""

import io
import json
from dataclasses import dataclass
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from core import ml_interface
from tests.integration.conftest import Api, data_of
from tests.unit.model.samples import LOGISTIC, as_npz, manifest


@dataclass
class Registry:
    """The registry as an administrator meets it."""

    api: Api

    def upload(self, said: dict | None = None, weights: bytes | None = None, request_id: str | None = None,
               path: str = "/api/admin/ml-models/upload") -> TestResponse:  # fmt: skip
        form = {
            "manifest": json.dumps(said or manifest()),
            "weights": (io.BytesIO(as_npz(LOGISTIC) if weights is None else weights), "weights.npz"),
        }
        headers = {"Authorization": f"Bearer {self.api.token}", "X-Request-ID": request_id or str(uuid4())}
        return self.api.http.post(path, headers=headers, data=form, content_type="multipart/form-data")

    def uploaded(self, **changes) -> str:
        """The id of a validated model."""
        made = data_of(self.upload(manifest(**changes)))
        assert made["status"] == "validated", made["checks"]
        return made["model_id"]

    def do(self, verb: str, model_id: str | None = None) -> TestResponse:
        return self.api.post(f"/api/admin/ml-models/{verb}", {"model_id": model_id} if model_id else {})

    def models(self) -> list[dict]:
        return data_of(self.api.get("/api/admin/ml-models"))["models"]


@pytest.fixture
def registry(admin) -> Registry:
    return Registry(admin)


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch):
    """A process that has loaded no model yet and looks at the row each time."""
    monkeypatch.setattr(ml_interface, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(ml_interface, "LOADED", ml_interface.LoadedModels())
