"""`python -m core.cloud.simulator --port 4566 --state DIR`: the simulated AWS as a process of its own."""

import argparse
import io
import json
import select
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from core.cloud.simulator.app import Simulator
from core.cloud.simulator.failure import Dripping, Dropped
from core.cloud.simulator.world import World


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with kept connections to a WSGI application; one thread per connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    application: Simulator

    def handle_any(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        environ |= {
            "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(length),
            "wsgi.input": io.BytesIO(self.rfile.read(length)), "simulator.alive": self._caller_is_there,
        }  # fmt: skip
        try:
            body = self.application(environ, self._start)
        except Dropped:
            self.close_connection = True
            return
        except Dripping:
            self._drip()
            return
        self.wfile.write(b"".join(body))

    def _drip(self) -> None:
        """Byte by byte, until the client has had enough or half a minute is over."""
        self._start("200 OK", [("Content-Length", "1000")])
        self.close_connection = True
        for _ in range(60):
            self.wfile.write(b".")
            time.sleep(0.5)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def _caller_is_there(self) -> bool:
        """Whether the connection still stands: nobody would hear the answer to a long poll otherwise."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))

    def log_message(self, format: str, *args: object) -> None:
        """The call log is the log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=4566, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder of the state and the hosts")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--boot-seconds", type=float, default=3.0)
    options = parser.parse_args()
    world = World(options.state.resolve(), options.seed, options.boot_seconds)
    Handler.application = Simulator(world)
    server = Server(("127.0.0.1", options.port), Handler)
    port = server.server_address[1]
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: threading.Thread(target=server.shutdown).start())
    world.start(f"http://127.0.0.1:{port}")
    print(json.dumps({"port": port, "seed": options.seed}), flush=True)
    server.serve_forever(poll_interval=0.1)
    world.close()


if __name__ == "__main__":
    main()
