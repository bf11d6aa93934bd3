"""The server over HTTP: the envelope, request ids, what is worth another try and what is not."""

import uuid
from typing import Any

import requests

TIMEOUT = (2, 6)
PERMANENT = {400, 403, 404, 413, 415, 422}


class Permanent(Exception):
    """The server will answer the same again; ``status`` and ``code`` say what."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code = status, code


class Temporary(Exception):
    """No answer, or one that asks to come back; ``retry_after`` in seconds, if it was said."""

    def __init__(self, message: str, retry_after: float | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class Server:
    """One kept connection; each thread that talks has its own."""

    def __init__(self, url: str, token: str):
        self._base, self._token = url.rstrip("/"), token
        self._session = requests.Session()
        self._session.trust_env = not url.startswith(("http://127.", "http://localhost"))

    def use(self, token: str) -> None:
        self._token = token

    def get(self, path: str) -> dict:
        return self._ask("GET", path, None, None)

    def post(self, path: str, body: dict[str, Any], request_id: str | None = None) -> dict:
        """The reply's data. ``request_id`` is made once per fact and given again with every retry of it."""
        return self._ask("POST", path, body, request_id or new_request_id())

    def _ask(self, method: str, path: str, body: dict | None, request_id: str | None) -> dict:
        headers = {"Authorization": f"Bearer {self._token}"} | ({"X-Request-ID": request_id} if request_id else {})
        try:
            reply = self._session.request(method, self._base + path, json=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Temporary(f"{path}: {type(error).__name__}") from error
        if reply.ok:
            return reply.json()["data"]
        raise _failure(reply)


def _failure(reply: requests.Response) -> Permanent | Temporary:
    try:
        error = reply.json()["error"]
        code, message = error["code"], error["message"]
    except (ValueError, KeyError, TypeError):
        code, message = "NO_ENVELOPE", reply.text[:200]
    if reply.status_code in PERMANENT:
        return Permanent(reply.status_code, code, message)
    wait = reply.headers.get("Retry-After", "")
    return Temporary(f"{reply.status_code} {code}: {message}", float(wait) if wait.isdigit() else None)


def new_request_id() -> str:
    return str(uuid.uuid4())
