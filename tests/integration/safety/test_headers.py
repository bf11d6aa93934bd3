"""Every answer bears the security headers, errors included (SEC-03)."""

import pytest

HEADERS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/health", "/api", "/api/nothing", "/api/client/validate", "/assets/none.js", "/api/client/x", "/metrics"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "TRACE"])
def test_every_answer_errors_included_bears_the_security_headers(api, method, path):
    reply = api.http.open(path, method=method)

    assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
    assert reply.status_code < 500 and "Access-Control-Allow-Origin" not in reply.headers
