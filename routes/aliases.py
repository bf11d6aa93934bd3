"""Bare addresses: what the first documents of this product print without ``/api`` answers as if it stood there (CON-01)."""

from collections.abc import Callable, Iterable
from typing import Any

# Each stands for itself and, with a slash at its end, for everything below it.
BARE = (
    "/connect/", "/metrics/kpi", "/metrics/projection", "/activity/live", "/clusters", "/clusters/", "/templates", "/templates/",
    "/policies/", "/hibernation/", "/audit", "/audit/", "/admin/impersonate", "/admin/clients", "/admin/health/workers", "/admin/logs",
    "/admin/models/upload", "/lab/", "/client/onboarding/",
)  # fmt: skip


class Aliases:
    """A WSGI application in front of ours. A browser that opens such an address as a page gets the page."""

    def __init__(self, wsgi: Callable):
        self._wsgi = wsgi

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if is_bare(path) and not _opens_a_page(environ):
            environ["PATH_INFO"] = f"/api{path}"
        return self._wsgi(environ, start_response)


def is_bare(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in BARE)


def _opens_a_page(environ: dict[str, Any]) -> bool:
    return environ.get("REQUEST_METHOD") == "GET" and "text/html" in environ.get("HTTP_ACCEPT", "")
