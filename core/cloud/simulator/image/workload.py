"""A small real HTTP process: says who answers, and stops at once on SIGTERM. Only the standard library, fast to start."""

import os
import signal
import socket

INSTANCE = os.environ["INSTANCE_ID"]


def answer(client, served):
    client.settimeout(1)
    try:
        client.recv(4096)
        body = f'{{"instance_id":"{INSTANCE}","pid":{os.getpid()},"requests":{served}}}'
        client.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
    except OSError:
        pass
    finally:
        client.close()


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(os.environ["PORT"])))
        listener.listen(64)
        served = 0
        while True:
            client, _ = listener.accept()
            served += 1
            answer(client, served)


main()
