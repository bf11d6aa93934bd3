"""Fetches the Spot Advisor's file."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import requests

from core import errors

PUBLIC_URL = "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json"
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Snapshot:
    """The file, and the day it speaks of: its Last-Modified, else the day it was fetched."""

    content: bytes
    day: date


def fetch(url: str) -> Snapshot:
    """The file as it stands, or Unavailable."""
    try:
        with requests.get(url, timeout=(5, 30), stream=True) as reply:
            reply.raise_for_status()
            content = reply.raw.read(MOST_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise errors.Unavailable(f"the Spot Advisor's file cannot be fetched: {error}") from error
    if len(content) > MOST_BYTES:
        raise errors.Unavailable("the Spot Advisor's file is larger than 32 MiB")
    return Snapshot(content, _day(reply.headers.get("Last-Modified")))


def _day(header: str | None) -> date:
    try:
        return parsedate_to_datetime(header).date() if header else datetime.now(UTC).date()
    except ValueError:
        return datetime.now(UTC).date()
