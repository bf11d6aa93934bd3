"""A small client of our own API, for the demo, the drill and the tests."""

from typing import Any
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

# A kept connection may be closed just as it is used: what was only to be read is asked for again.
READ_AGAIN = Retry(2, connect=0, status=0, allowed_methods={"GET"}, respect_retry_after_header=False)


class ApiError(Exception):
    """The server said no; ``code`` and ``status`` say how."""

    def __init__(self, status: int, error: dict):
        super().__init__(f"{status} {error.get('code')}: {error.get('message')} {error.get('details') or ''}")
        self.status, self.code = status, error.get("code")


class Api:
    """Speaks for the holder of ``token``."""

    def __init__(self, url: str, token: str):
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=READ_AGAIN))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        return self._data(self._session.get(self.url + path, params=query, timeout=15))

    def post(self, path: str, body: dict | None = None, request_id: str | None = None) -> Any:
        return self._write("POST", path, body, request_id)

    def put(self, path: str, body: dict | None = None, request_id: str | None = None) -> Any:
        return self._write("PUT", path, body, request_id)

    def _write(self, method: str, path: str, body: dict | None, request_id: str | None) -> Any:
        headers = {"X-Request-ID": request_id or str(uuid4())}
        return self._data(self._session.request(method, self.url + path, json=body or {}, headers=headers, timeout=15))

    def delete(self, path: str, request_id: str | None = None) -> Any:
        return self._data(self._session.delete(self.url + path, headers={"X-Request-ID": request_id or str(uuid4())}, timeout=15))

    def _data(self, reply: requests.Response) -> Any:
        if not reply.ok:
            raise ApiError(reply.status_code, reply.json()["error"])
        return reply.json()["data"]
