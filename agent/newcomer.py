"""The host that another one launched while no server answered: it serves by EC2's word until a server gives orders."""

import logging
import threading
from collections.abc import Callable

from agent.alone import ENDED
from agent.contact import Contact
from agent.ec2 import Ec2, NoAnswer, Refused

log = logging.getLogger("agent.newcomer")

SILENT_SECONDS = 5.0
ASK_SECONDS = 2.0


class Newcomer:
    """Before it is known to the server: may the workload run here? EC2 elected this machine, one for each epoch."""

    def __init__(self, predecessor: str, ec2: Ec2, contact: Contact, want: Callable[[bool], None]):
        self._predecessor, self._ec2, self._contact, self._want = predecessor, ec2, contact, want
        self.serves = self._is_superseded = False

    def live(self, known: threading.Event, stopping: threading.Event) -> None:
        """Look again and again until the server knows this host."""
        while not (known.is_set() or stopping.is_set()):
            self.step()
            known.wait(ASK_SECONDS)

    def step(self) -> None:
        """Serve once no server answers and the predecessor is gone."""
        if self.serves or self._is_superseded:
            return
        if self._contact.silent_seconds() >= SILENT_SECONDS and self._predecessor_is_gone():
            log.warning("no server answers and %s has ended: this host serves", self._predecessor)
            self.serves = True
            self._want(True)

    def superseded(self) -> None:
        """The server says that another machine has become PRIMARY: never again by EC2's word alone."""
        self._is_superseded = True
        if self.serves:
            log.warning("another machine has become PRIMARY: this host stops")
            self.serves = False
            self._want(False)

    def _predecessor_is_gone(self) -> bool:
        try:
            return self._ec2.states(self._predecessor).get(self._predecessor, "terminated") in ENDED
        except (NoAnswer, Refused) as error:
            log.warning("EC2 cannot say how %s is: %s", self._predecessor, error)
            return False
