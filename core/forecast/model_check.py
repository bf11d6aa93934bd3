"""Examines an uploaded model in a process of its own: little memory, little time, no environment. What it breaks is only that.

Run as a program it is that process: the upload on stdin, the checks on stdout.
"""

import json
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import errors
from core.domain.model.check import Check, examine
from core.domain.model.contract import ContractBroken
from core.domain.model.files import NoModelFile
from core.forecast.onnx import OTHERS, refuse_if_missing

SECONDS = 8
CPU_SECONDS = 5
MEMORY_BYTES = 1024 * 1024 * 1024
ROOT = Path(__file__).parents[2]
HEAD = struct.Struct(">I")
CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from core.forecast.model_check import main; main(int(sys.argv[2]))"


def checked(manifest: Mapping[str, Any], data: bytes) -> list[Check]:
    """The checks of a model. NotAModel for a file we never open, Invalid for one that cannot be read, or not here."""
    refuse_if_missing(manifest["kind"])
    head = json.dumps(manifest).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CHILD, str(ROOT), str(MEMORY_BYTES)],
            input=HEAD.pack(len(head)) + head + data, capture_output=True, timeout=SECONDS, cwd=ROOT,
            env={"OPENBLAS_NUM_THREADS": "1", **{name: os.environ[name] for name in ("OPENBLAS_CORETYPE",) if name in os.environ}},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [Check("deadline", False, f"it was not examined within {SECONDS} s")]
    if done.returncode:
        return [Check("limits", False, f"its examination was ended: more than {CPU_SECONDS} s of work or {MEMORY_BYTES // 2**20} MB of memory")]
    return _answer(json.loads(done.stdout))


def _answer(said: dict) -> list[Check]:
    if "refused" in said:
        raise errors.NotAModel(said["refused"])
    if "broken" in said:
        raise errors.Invalid(said["broken"], fields={"weights": [said["broken"]]})
    return [Check(**check) for check in said["checks"]]


def main(memory_bytes: int) -> None:
    """The child: limits first, then the upload."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    (size,) = HEAD.unpack(sys.stdin.buffer.read(HEAD.size))
    manifest = json.loads(sys.stdin.buffer.read(size))
    print(json.dumps(_examined(manifest, sys.stdin.buffer.read())))


def _examined(manifest: Mapping[str, Any], data: bytes) -> dict:
    try:
        return {"checks": [check.__dict__ for check in examine(manifest, data, OTHERS)]}
    except NoModelFile as error:
        return {"refused": str(error)}
    except ContractBroken as error:
        return {"broken": str(error)}
