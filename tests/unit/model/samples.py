"""Small models and the manifests that go with them."""

import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np

XGBOOST = json.loads((Path(__file__).parents[2] / "fixtures/models/xgboost.json").read_text())
LOGISTIC = {"coef": [-0.9], "intercept": -1.0, "mean": [6.0], "scale": [4.0]}


def features(**learnt: float) -> dict:
    return {
        "instance_type": "c5.xlarge", "availability_zone": "us-east-1a", "spot_price_history": [0.45, 0.42, 0.48], "hour_of_day": 14,
        "day_of_week": 2, **learnt,
    }  # fmt: skip


def logistic_says(age: float) -> float:
    return 1 / (1 + math.exp(-(-1.0 - 0.9 * (age - 6.0) / 4.0)))


def manifest(**changes) -> dict:
    """A logistic model over the pool's age, which is right about its golden vectors."""
    golden = [{"features": features(pool_age_hours=age), "interruption_probability": logistic_says(age)} for age in (0.1, 2.0, 30.0)]
    return {
        "contract_version": "v1.0", "name": "by-age", "version": "1", "kind": "logistic", "numbers": ["pool_age_hours"], "golden": golden,
        **changes,
    }  # fmt: skip


def as_json(arrays: dict) -> bytes:
    return json.dumps(arrays).encode()


def as_npz(arrays: dict) -> bytes:
    """numpy's own writer: what a person would upload."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def bomb(megabytes: int = 512) -> bytes:
    """A small .npz that would inflate to ``megabytes``."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (megabytes * 2**17,)})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("coef.npy", "w", force_zip64=True) as member:
        member.write(head.getvalue())
        for _ in range(megabytes):
            member.write(bytes(2**20))
    return file.getvalue()
