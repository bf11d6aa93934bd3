"""The shipped nginx example, run for real before the real server: slow clients hold up nobody (F24, FAIL-54)."""

import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from core.cloud.simulator.ports import free_port
from scripts.stack import ROOT, Stack

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
DRIPS = 64

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed; scripts/bootstrap --tests installs it")


class Front:
    """nginx with the shipped example, on ports and with a certificate of its own."""

    def __init__(self, folder: Path, server: str):
        self.folder, self.port = folder, free_port()
        self.url = f"https://localhost:{self.port}"
        self._certificate()
        (folder / "nginx.conf").write_text(self._configuration(server))
        command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-g", "daemon off;"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.session = requests.Session()
        self.session.trust_env, self.session.verify = False, str(folder / "fullchain.pem")
        self._wait()

    def _certificate(self) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"],
            check=True, capture_output=True,
        )  # fmt: skip

    def _configuration(self, server: str) -> str:
        """The example as it is shipped, but for places and for its patience, which is three seconds here."""
        example = (ROOT / "deploy/nginx.conf").read_text()
        for old, new in (
            ("127.0.0.1:5000", server.removeprefix("http://")), ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("listen 80", f"listen 127.0.0.1:{free_port()}"), ("/etc/ssl/spot-optimizer", str(self.folder)),
            ("client_header_timeout 10s", "client_header_timeout 3s"), ("client_body_timeout 10s", "client_body_timeout 3s"),
        ):  # fmt: skip
            assert old in example
            example = example.replace(old, new)
        (self.folder / "spot-optimizer.conf").write_text(example)
        paths = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return (
            f"worker_processes 1; pid {self.folder}/pid; events {{ worker_connections 1024; }}"
            f" http {{ access_log off; {paths} include {self.folder}/spot-optimizer.conf; }}"
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.session.get(f"{self.url}/health", timeout=2)
                return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "error.log").read_text())

    def connect(self) -> ssl.SSLSocket:
        trust = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        return trust.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname="localhost")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


@pytest.fixture(scope="module")
def front(stack: Stack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    running = Front(folder, stack.url)
    yield running
    running.stop()


def drip(front: Front, number: int) -> ssl.SSLSocket:
    """A client that begins a request and hardly goes on: in its headers, or in its body."""
    connection = front.connect()
    begun = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    body = b"POST /api/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{"
    connection.sendall(begun if number % 2 else body)
    return connection


def test_sixty_four_dripping_clients_hold_up_nobody(front: Front):
    with ExitStack() as open_ones:
        drips = [open_ones.enter_context(drip(front, number)) for number in range(DRIPS)]
        waits = []
        for _ in range(30):
            began = time.monotonic()
            assert front.session.get(f"{front.url}/health", timeout=10).status_code == 200
            waits.append(time.monotonic() - began)
        print(f"{len(drips)} drips: health median {sorted(waits)[15] * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms")

    assert sorted(waits)[15] < 1.0


def test_a_client_that_drips_is_given_up(front: Front):
    began = time.monotonic()
    with drip(front, 1) as in_headers, drip(front, 2) as in_body:
        answers = [in_headers.recv(100), in_body.recv(100)]

    assert time.monotonic() - began < 15
    assert all(answer == b"" or b" 408 " in answer for answer in answers)


def test_live_events_come_at_once(front: Front, stack: Stack):
    admin = {"Authorization": f"Bearer {stack.secrets['ADMIN_TOKEN']}", "X-Request-ID": "made-for-the-stream"}
    made = front.session.post(f"{front.url}/api/admin/clients/create", json={"name": "Stream", "email": "s@example.com"}, headers=admin, timeout=10)
    began = time.monotonic()
    bearer = {"Authorization": f"Bearer {made.json()['data']['token']}"}

    with front.session.get(f"{front.url}/api/events/stream", headers=bearer, stream=True, timeout=10) as stream:
        first = next(stream.iter_lines())

    assert (first, stream.headers["Content-Type"].split(";")[0]) == (b"retry: 1000", "text/event-stream")
    assert time.monotonic() - began < 8, "nothing holds it back"


@pytest.mark.parametrize(("size", "status", "code"), [(300_000, 413, "TOO_LARGE"), (100_000, 422, "VALIDATION_ERROR")])
def test_a_body_too_large_is_refused_by_the_proxy_in_our_words(front: Front, size: int, status: int, code: str):
    reply = front.session.post(f"{front.url}/api/auth/token", json={"token": "x" * size}, timeout=10)

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_everything_goes_over_tls_and_says_so(front: Front):
    reply = front.session.get(f"{front.url}/", timeout=10)

    assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert reply.headers["Server"] == "nginx"
