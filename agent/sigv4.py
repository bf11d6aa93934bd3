"""AWS Signature Version 4 for a POST with a form body: all that the agent needs of it.

Source: AWS General Reference, "Create a signed AWS API request"; a test compares every byte with botocore's signer.
"""

import hmac
import time
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Credentials:
    """Of an instance's role: they live for hours, and ``token`` belongs to them."""

    key: str
    secret: str
    token: str


def signed_headers(url: str, region: str, service: str, body: bytes, who: Credentials, at: float) -> dict[str, str]:
    """The headers of the request; ``at`` in epoch seconds."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {
        "content-type": CONTENT_TYPE, "host": urlsplit(url).netloc, "x-amz-date": stamp, "x-amz-security-token": who.token,
    }  # fmt: skip
    names = ";".join(sorted(headers))
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{_hash(canonical_request(url, headers, body).encode())}"
    signature = hmac.new(signing_key(who.secret, stamp[:8], region, service), text.encode(), sha256).hexdigest()
    return headers | {"Authorization": f"AWS4-HMAC-SHA256 Credential={who.key}/{scope}, SignedHeaders={names}, Signature={signature}"}


def canonical_request(url: str, headers: dict[str, str], body: bytes) -> str:
    """What is signed: method, path, no query, the headers in order, the body's hash."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    return f"POST\n{urlsplit(url).path or '/'}\n\n{lines}\n{';'.join(sorted(headers))}\n{_hash(body)}"


def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """Good for one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
