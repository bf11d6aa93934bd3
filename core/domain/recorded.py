"""Recorded markets as files: AWS CLI's price history, price CSV, availability. Read strictly; every mistake names its line."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core import errors
from core.domain.pools import pool_id

AZ_ID = re.compile(r"^[a-z]{2,6}\d-az\d{1,2}$")
COLUMNS = ("timestamp", "az", "instance_type", "spot_price")
PRODUCTS = {"Linux/UNIX", "Linux/UNIX (Amazon VPC)"}
HIGHEST = 1000.0
MOST_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Price:
    """One price change; ``place`` is an AZ's name or id."""

    place: str
    instance_type: str
    usd_per_hour: float
    at: datetime


def unpacked(content: bytes) -> bytes:
    """The file itself, whether or not it was compressed with gzip."""
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            plain = file.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise errors.Invalid(f"the gzip file is damaged: {error}") from None
    if len(plain) > MOST_BYTES:
        raise errors.Invalid("the unpacked file is larger than 2 GiB")
    return plain


def prices(content: bytes) -> Iterator[Price]:
    """The changes of a file: JSON as `aws ec2 describe-spot-price-history` prints it, or CSV with a head line."""
    text = _text(unpacked(content))
    return _from_json(text) if text.lstrip()[:1] in ("{", "[") else _from_csv(text)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.Invalid(f"the file is no UTF-8 text: {error}") from None


def _from_json(text: str) -> Iterator[Price]:
    told = _json(text)
    rows = told.get("SpotPriceHistory") if isinstance(told, Mapping) else told
    if not isinstance(rows, list):
        raise errors.Invalid("the file has no list SpotPriceHistory")
    for n, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise errors.Invalid(f"entry {n} is not an object")
        if row.get("ProductDescription", "Linux/UNIX") in PRODUCTS:
            place = row.get("AvailabilityZoneId") or row.get("AvailabilityZone")
            yield _price(f"entry {n}", place, row.get("InstanceType"), row.get("SpotPrice"), row.get("Timestamp"))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise errors.Invalid(f"the file is no JSON: {error}") from None


def _from_csv(text: str) -> Iterator[Price]:
    rows = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or [])]
    if missing:
        raise errors.Invalid(f"the head line lacks {', '.join(missing)}; needed: {', '.join(COLUMNS)}")
    for row in rows:
        yield _price(f"line {rows.line_num}", row["az"], row["instance_type"], row["spot_price"], row["timestamp"])


def from_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[Price]:
    """Of a table with the same columns as the CSV, as a Parquet file holds them."""
    for n, row in enumerate(rows, 1):
        yield _price(f"row {n}", *(row.get(name) for name in ("az", "instance_type", "spot_price", "timestamp")))


def _price(where: str, place: Any, instance_type: Any, price: Any, at: Any) -> Price:
    if not place or not instance_type:
        raise errors.Invalid(f"{where} names no AZ or no instance type")
    try:
        usd = float(price)
    except (TypeError, ValueError):
        raise errors.Invalid(f"{where}: {price!r} is not a price") from None
    if not 0 < usd < HIGHEST:
        raise errors.Invalid(f"{where}: {usd} is not a price in USD per hour")
    return Price(str(place), str(instance_type), usd, _moment(where, at))


def _moment(where: str, at: Any) -> datetime:
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        read = datetime.fromisoformat(str(at))
    except ValueError:
        raise errors.Invalid(f"{where}: {at!r} is not a time") from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def pool_of(price: Price, zones: Mapping[str, str]) -> str:
    """The pool a change belongs to; an AZ's name needs its id, because names differ from account to account."""
    az_id = zones.get(price.place) or (price.place if AZ_ID.match(price.place) else None)
    if az_id is None:
        raise errors.Invalid(f"{price.place} is an AZ's name: say --zone {price.place}=<az id>, because names differ from account to account")
    return pool_id(az_id, price.instance_type)


def availability(content: bytes, since: datetime) -> list[tuple[datetime, bool]]:
    """When a pool came and went: ``{"metadata": {"gap_seconds": …}, "data": [0, 1, …]}``. Every twelve hours it is said again."""
    told = _json(_text(unpacked(content)))
    try:
        gap, ups = float(told["metadata"]["gap_seconds"]), told["data"]
    except (TypeError, KeyError, ValueError):
        raise errors.Invalid("the file has no metadata.gap_seconds and data") from None
    if not isinstance(ups, list) or gap <= 0 or any(up not in (0, 1) for up in ups):
        raise errors.Invalid("data must be a list of 0 and 1, and gap_seconds more than 0")
    again = max(1, round(12 * 3600 / gap))
    return [(since + timedelta(seconds=gap * n), bool(up)) for n, up in enumerate(ups) if n % again == 0 or up != ups[n - 1]]
