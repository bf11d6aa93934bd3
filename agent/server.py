"""The server over HTTP: the envelope, request ids, what is worth another try and what is not."""

import uuid
from typing import Any

import requests

from agent.contact import Contact

TIMEOUT = (2, 6)
PERMANENT = {400, 403, 404, 413, 415, 422}
NOT_OURS = "NO_ENVELOPE"  # a proxy's page: whatever its status, the server has not spoken


class Permanent(Exception):
    """The server will answer the same again; ``status`` and ``code`` say what."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code = status, code


class Temporary(Exception):
    """No answer, or one that asks to come back; ``retry_after`` in seconds, if it was said.

    ``code`` is the server's word; None when nothing that could do the work has answered.
    """

    def __init__(self, message: str, retry_after: float | None = None, code: str | None = None):
        super().__init__(message)
        self.retry_after, self.code = retry_after, code


class Server:
    """One kept connection; each thread that talks has its own."""

    def __init__(self, url: str, token: str, contact: Contact | None = None):
        self._base, self._token = url.rstrip("/"), token
        self._contact = contact or Contact()
        self._session = requests.Session()
        self._session.trust_env = not url.startswith(("http://127.", "http://localhost"))

    def use(self, token: str) -> None:
        self._token = token

    def get(self, path: str) -> dict:
        return self._ask("GET", path, None, None)

    def post(self, path: str, body: dict[str, Any], request_id: str | None = None, timeout: tuple[float, float] = TIMEOUT) -> dict:
        """The reply's data. ``request_id`` is made once per fact and given again with every retry of it."""
        return self._ask("POST", path, body, request_id or new_request_id(), timeout)

    def _ask(self, method: str, path: str, body: dict | None, request_id: str | None, timeout: tuple[float, float] = TIMEOUT) -> dict:
        try:
            data = self._once(method, path, body, request_id, timeout)
        except Temporary as error:
            self._contact.answered() if error.code else self._contact.failed()
            raise
        except Permanent:
            self._contact.answered()
            raise
        self._contact.answered()
        return data

    def _once(self, method: str, path: str, body: dict | None, request_id: str | None, timeout: tuple[float, float]) -> dict:
        headers = {"Authorization": f"Bearer {self._token}"} | ({"X-Request-ID": request_id} if request_id else {})
        try:
            reply = self._session.request(method, self._base + path, json=body, headers=headers, timeout=timeout)
        except requests.RequestException as error:
            raise Temporary(f"{path}: {type(error).__name__}") from error
        if not reply.ok:
            raise _failure(reply)
        try:
            return reply.json()["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise Temporary(f"{path}: the answer is not the server's") from error


def _failure(reply: requests.Response) -> Permanent | Temporary:
    try:
        error = reply.json()["error"]
        code, message = error["code"], error["message"]
    except (ValueError, KeyError, TypeError):
        code, message = NOT_OURS, reply.text[:200]
    if reply.status_code in PERMANENT and code != NOT_OURS:
        return Permanent(reply.status_code, code, message)
    wait = reply.headers.get("Retry-After", "")
    answered = reply.status_code < 500 and code != NOT_OURS
    return Temporary(f"{reply.status_code} {code}: {message}", float(wait) if wait.isdigit() else None, code if answered else None)


def new_request_id() -> str:
    return str(uuid.uuid4())
