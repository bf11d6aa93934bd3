"""The instance metadata service, version 2. Trouble never ends the agent."""

import json
import threading
import time
from typing import Any

import requests

TOKEN_SECONDS = 3600
RENEW_BEFORE = 15
TIMEOUT = 1.0
ABSENT = object()


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
            reply = self._get(path)
            if reply.status_code == 401:
                self._token_until = 0.0
                reply = self._get(path)
        if reply.status_code == 404:
            return None
        if reply.status_code != 200:
            raise Trouble(f"{path}: HTTP {reply.status_code}")
        return reply.text

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

    def _get(self, path: str) -> requests.Response:
        if time.monotonic() > self._token_until - RENEW_BEFORE:
            self._renew()
        try:
            return self._session.get(f"{self._base}/{path}", headers={"X-aws-ec2-metadata-token": self._token}, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Trouble(f"{path}: {type(error).__name__}") from error

    def _renew(self) -> None:
        headers = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
        try:
            reply = self._session.put(f"{self._base}/api/token", headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Trouble(f"token: {type(error).__name__}") from error
        if reply.status_code != 200 or not reply.text:
            raise Trouble(f"token: HTTP {reply.status_code}")
        ttl = reply.headers.get("X-aws-ec2-metadata-token-ttl-seconds", str(TOKEN_SECONDS))
        self._token, self._token_until = reply.text, time.monotonic() + int(ttl)


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
