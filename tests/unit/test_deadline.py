"""Who asks for something is answered in time, or goes on without."""

import subprocess
import sys
import time
from threading import Event

import pytest

from core.deadline import Desk, Late

UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import time, gevent
from core.deadline import Desk, Late
def spin():
    end = time.perf_counter() + 3
    while time.perf_counter() < end:
        pass
beats = []
def beat():
    while True:
        beats.append(1); gevent.sleep(0.01)
gevent.spawn(beat)
began = time.perf_counter()
try:
    Desk().ask(spin, 0.5)
except Late:
    print(round(time.perf_counter() - began, 1), len(beats) > 3, Desk().ask(lambda: 7, 5))
"""


def test_an_answer_and_a_failure_come_back_as_they_are():
    desk = Desk()

    assert desk.ask(lambda: 7, 5) == 7
    with pytest.raises(ValueError, match="no"):
        desk.ask(lambda: int("no"), 5)


def test_a_late_answer_is_not_waited_for_and_nothing_is_asked_until_it_is_in():
    desk, may_answer = Desk(), Event()
    with pytest.raises(Late, match="within 50 ms"):
        desk.ask(may_answer.wait, 0.05)
    with pytest.raises(Late, match="busy"):
        desk.ask(lambda: 7, 5)

    may_answer.set()

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            assert desk.ask(lambda: 7, 5) == 7
            return
        except Late:
            time.sleep(0.01)
    raise AssertionError("the desk never became free")


def test_under_gevent_a_busy_processor_holds_up_neither_the_answer_nor_the_others():
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True, timeout=120)

    took, others_went_on, answer = done.stdout.split()
    assert 0.5 <= float(took) < 2.9 and others_went_on == "True" and answer == "7", done.stderr


def test_what_only_waits_is_cut_off_in_time_under_gevent_too_and_may_use_what_belongs_to_its_loop():
    script = UNDER_GEVENT.replace("def spin():", "from queue import Queue\nlent = Queue()\nlent.put(7)\ndef spin():\n    return gevent.sleep(3)\ndef unused():")
    script = script.replace("Desk()", "Desk(waits=True)").replace("lambda: 7", "lent.get")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)

    took, others_went_on, answer = done.stdout.split()
    assert 0.5 <= float(took) < 2.9 and others_went_on == "True" and answer == "7", done.stderr
