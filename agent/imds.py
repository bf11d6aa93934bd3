"""The instance metadata service, version 2. Trouble never ends the agent."""

import json
import threading
import time
from functools import partial
from typing import Any

import requests
from requests.packages.urllib3.exceptions import HTTPError

TOKEN_SECONDS = 3600
RENEW_BEFORE = 15
TIMEOUT = 1.0
WHOLE_ANSWER, MOST_BYTES = 2.0, 65536


class Trouble(Exception):
    """The metadata service did not give a usable answer."""


class Imds:
    """Reads items under ``/latest``; one kept connection, no proxy."""

    def __init__(self, url: str):
        self._base = url.rstrip("/") + "/latest"
        self._session = requests.Session()
        self._session.trust_env = False
        self._token, self._token_until = "", 0.0
        self._lock = threading.Lock()

    def text(self, path: str) -> str | None:
        """The item, or None where there is none (404); Trouble for everything else."""
        with self._lock:
            reply, text = self._get(path)
            if reply.status_code == 401:
                self._token_until = 0.0
                reply, text = self._get(path)
        if reply.status_code == 404:
            return None
        if reply.status_code != 200:
            raise Trouble(f"{path}: HTTP {reply.status_code}")
        return text

    def json(self, path: str) -> Any:
        """The item as JSON, or None where there is none; a body that is no JSON is Trouble."""
        body = self.text(path)
        try:
            return None if body is None else json.loads(body)
        except ValueError:
            raise Trouble(f"{path}: not JSON") from None

    def needed(self, path: str) -> str:
        """An item every instance has."""
        body = self.text(path)
        if body is None:
            raise Trouble(f"{path}: absent")
        return body

    def _get(self, path: str) -> tuple[requests.Response, str]:
        if time.monotonic() > self._token_until - RENEW_BEFORE:
            self._renew()
        return self._ask("GET", path, {"X-aws-ec2-metadata-token": self._token})

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> tuple[requests.Response, str]:
        """The answer and its whole text; one that drips is cut off, because a timeout of requests is per read."""
        began = time.monotonic()
        try:
            with self._session.request(method, f"{self._base}/{path}", headers=headers, timeout=TIMEOUT, stream=True) as reply:
                return reply, _whole(reply, path, began + WHOLE_ANSWER)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Trouble(f"{path}: {type(error).__name__}") from error

    def _renew(self) -> None:
        headers = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
        reply, text = self._ask("PUT", "api/token", headers)
        if reply.status_code != 200 or not text:
            raise Trouble(f"token: HTTP {reply.status_code}")
        ttl = reply.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        lives = int(ttl) if ttl.isdigit() else TOKEN_SECONDS
        self._token, self._token_until = text, time.monotonic() + lives


def _whole(reply: requests.Response, path: str, until: float) -> str:
    """Read by what each packet holds (older urllib3: by the byte), so that the clock is looked at in between."""
    some = partial(reply.raw.read1, 4096) if hasattr(reply.raw, "read1") else partial(reply.raw.read, 1)
    text = b""
    while part := some():
        text += part
        if time.monotonic() > until or len(text) > MOST_BYTES:
            raise Trouble(f"{path}: the answer does not end")
    return text.decode(errors="replace")


def about_this_host(imds: Imds) -> dict[str, str]:
    """What registration says of the machine."""
    read = imds.needed
    return {
        "instance_id": read("meta-data/instance-id"),
        "instance_type": read("meta-data/instance-type"),
        "region": read("meta-data/placement/region"),
        "az": read("meta-data/placement/availability-zone"),
        "az_id": read("meta-data/placement/availability-zone-id"),
        "lifecycle": read("meta-data/instance-life-cycle"),
        "ami_id": read("meta-data/ami-id"),
        "identity_document": read("dynamic/instance-identity/document"),
    }
