"""A small real HTTP process: says who answers, and stops at once on SIGTERM. Only the standard library, fast to start."""

import os
import select
import signal
import socket
from contextlib import suppress

INSTANCE = os.environ["INSTANCE_ID"]


def answer(client, served):
    """Answer one request; whether the connection is kept, as HTTP/1.1 does unless told otherwise."""
    request = client.recv(4096)
    if not request:
        return False
    kept = b" HTTP/1.1\r\n" in request and b"connection: close" not in request.lower()
    body = f'{{"instance_id":"{INSTANCE}","pid":{os.getpid()},"requests":{served}}}'
    client.sendall(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Connection: {'keep-alive' if kept else 'close'}\r\n\r\n{body}".encode()
    )
    return kept


def serve(listener):
    """Everybody in turn: whoever asked is answered, nobody is waited for."""
    turns, clients, served = select.poll(), {}, 0
    turns.register(listener, select.POLLIN)
    while True:
        for number, _ in turns.poll():
            if number == listener.fileno():
                client, _ = listener.accept()
                client.settimeout(1)
                clients[client.fileno()] = client
                turns.register(client, select.POLLIN)
                continue
            served, kept = served + 1, False
            with suppress(OSError):
                kept = answer(clients[number], served)
            if not kept:
                turns.unregister(number)
                clients.pop(number).close()


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(os.environ["PORT"])))
        listener.listen(64)
        serve(listener)


main()
