"""Reading an uploaded file into arrays: JSON, or numpy's .npz with its sizes summed before anything is inflated.

A pickle is refused by its first bytes and is never opened (SEC-11).
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.domain.model.contract import ContractBroken

MOST_BYTES = 16 * 1024 * 1024
MOST_INFLATED = 64 * 1024 * 1024
MOST_MEMBERS = 32
PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
ZIP_START = b"PK\x03\x04"


class NoModelFile(ValueError):
    """This kind of file is never loaded."""


def read_arrays(data: bytes) -> Mapping[str, Any]:
    """Arrays by name from .npz, or the document of a JSON file. NoModelFile for a pickle, ContractBroken for a broken file."""
    refuse_pickle(data)
    return _npz(data) if data.startswith(ZIP_START) else _json(data)


def refuse_pickle(data: bytes) -> None:
    """Told by its first bytes alone."""
    if is_pickle(data):
        raise NoModelFile("a pickle can run code when it is opened, so it is never opened here; convert it offline (docs/MODELS.md)")


def is_pickle(data: bytes) -> bool:
    return data.startswith(PICKLE_STARTS)


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ContractBroken("the file is neither JSON nor .npz") from None
    if not isinstance(document, dict):
        raise ContractBroken("the file must hold one JSON object")
    return document


def _refuse(name: str) -> None:
    raise ValueError(name)


def _npz(data: bytes) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_large(archive)
            return {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, RuntimeError):
        raise ContractBroken("the .npz file is damaged") from None


def _refuse_large(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise ContractBroken(f"the .npz file holds more than {MOST_MEMBERS} arrays")
    if sum(info.file_size for info in members) > MOST_INFLATED:
        raise ContractBroken(f"the .npz file would inflate to more than {MOST_INFLATED // 2**20} MB")


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """One member, read no further than the size it declared."""
    with archive.open(info) as member:
        inflated = member.read(info.file_size + 1)
    if len(inflated) > info.file_size:
        raise ContractBroken(f"{info.filename} is larger than it says")
    try:
        return np.lib.format.read_array(io.BytesIO(inflated), allow_pickle=False)
    except ValueError:
        raise ContractBroken(f"{info.filename} is no array of numbers") from None
