"""A gevent worker that stops within a second or two.

Gunicorn waits for every open connection at a graceful stop. A kept-alive connection without a request and an
event stream would hold it for as long as they live, though nothing would be lost by ending them.
"""

from contextlib import contextmanager

import gevent
from gunicorn.workers.ggevent import GeventWorker

NO_WAIT = 0.01


class Worker(GeventWorker):
    """Ends idle connections and event streams when it is told to stop; requests in work are finished."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._idle: dict[gevent.Greenlet, gevent.Timeout] = {}

    @contextmanager
    def timeout_ctx(self):
        """The wait for a connection's next request: ``keepalive`` seconds, or until the stop.

        A request that was in work at the stop comes here afterwards; its connection has nothing to wait for.
        """
        connection = gevent.getcurrent()
        with gevent.Timeout(self.cfg.keepalive if self.alive else NO_WAIT, False) as timer:
            self._idle[connection] = timer
            try:
                yield
            finally:
                del self._idle[connection]

    def handle_exit(self, sig, frame):
        super().handle_exit(sig, frame)
        gevent.spawn(self._let_go)

    def _let_go(self):
        from core.events import FEED

        FEED.close()
        for connection, timer in list(self._idle.items()):
            connection.kill(timer, block=False)
