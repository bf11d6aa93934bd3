"""H9: what comes again changes nothing, what cannot be read keeps nothing else waiting, and nothing is lost."""

from dataclasses import replace

import pytest

from core import database, errors
from core.cloud.queues import EventQueue
from core.intake import aws_events
from tests.scenarios.street import Street, wrapped
from tests.simulator import ACCOUNT
from tests.world import REGION


def effects(street: Street) -> tuple[int, int, int, int]:
    """Incidents, launches, notices and messages to people."""
    return tuple(street.count(table) for table in ("incidents", "actions", "notices", "notifications"))


def visible_again(street: Street) -> None:
    """The twenty seconds are over in which nobody else got what was received."""
    street.simulator.wake_messages(ACCOUNT)


def test_a_message_whose_deletion_fails_comes_again_and_changes_nothing(street: Street):
    street.simulator.fault("DeleteMessageBatch", code="InternalError", http_status=500, count=1)
    with pytest.raises(errors.Unavailable):
        street.tell(street.warning())
    before = effects(street)
    assert before[:3] == (1, 1, 1)
    visible_again(street)

    assert street.read() == 1

    assert effects(street) == before
    assert street.one("SELECT sightings FROM notices")["sightings"] == 2
    assert street.messages() == 0


def test_nothing_is_deleted_before_its_commit_and_nothing_is_lost_while_the_database_is_away(street: Street, monkeypatch):
    street.put(street.warning())
    away = database.current().pool
    monkeypatch.setattr(aws_events.database, "run", lambda work: (_ for _ in ()).throw(errors.Unavailable()))
    with pytest.raises(errors.Unavailable):
        street.reader.read_once()
    monkeypatch.undo()
    assert (street.messages(), street.count("notices")) == (1, 0)
    assert database.current().pool is away
    visible_again(street)

    assert street.read() == 1

    assert effects(street)[:3] == (1, 1, 1)


def test_a_twin_that_deletes_first_loses_the_notice(street: Street, monkeypatch):
    """Why the order matters: the same failure with the deletion in front of the commit."""
    street.put(street.warning())
    messages = street.queue.receive()
    street.queue.delete(messages)
    monkeypatch.setattr(aws_events, "take", lambda *_: (_ for _ in ()).throw(errors.Unavailable()))
    assert street.reader.work(messages) == []
    monkeypatch.undo()
    visible_again(street)

    assert (street.read(), street.count("notices")) == (0, 0)


def test_two_readers_that_got_the_same_message_have_one_effect(street: Street):
    """A reader frozen past the visibility wakes up after another one has done the work."""
    street.put(street.warning())
    [message] = street.queue.receive()
    visible_again(street)
    street.read()
    before = effects(street)

    assert street.reader.work([message]) == [message]

    assert effects(street) == before


@pytest.mark.parametrize("body", ["not json", "{", '{"hello": "world"}', '{"a": 1, "a": 2}'])
def test_what_is_no_event_is_a_dead_letter_with_an_alarm_at_once_and_the_queue_moves_on(street: Street, body):
    assert street.tell(body, street.recommendation()) == 2

    assert street.one("SELECT body, channel FROM dead_letters") == {"body": body, "channel": "queue"}
    assert street.count("notifications", "dedupe_key LIKE 'dead_letter:%%'") == 1
    assert street.incident()["cause"] == "rebalance"


def test_a_poison_message_that_comes_a_hundred_times_is_buried_once_and_alarmed_once(street: Street):
    for _ in range(100):
        aws_events.process("poison", street.reader._origin)

    assert (street.count("dead_letters"), street.counted("dead_not_json")) == (1, 100)
    assert street.count("notifications", "dedupe_key LIKE 'dead_letter:%%'") == 1


@pytest.mark.parametrize("times", [1, 2])
def test_an_event_wrapped_by_sns_is_acted_on(street: Street, times):
    event = street.warning()
    for _ in range(times):
        event = wrapped(event)

    street.tell(event)

    assert street.incident()["cause"] == "termination"


def test_one_message_that_cannot_be_stored_keeps_none_of_the_others_waiting(street: Street, monkeypatch):
    real = aws_events.take

    def take(tx, item, account):
        if item.ec2_id == "i-00000000000000bad":
            raise errors.Busy()
        return real(tx, item, account)

    monkeypatch.setattr(aws_events, "take", take)
    street.put(street.warning("i-00000000000000bad"), street.warning())

    assert street.reader.read_once() == 1

    assert street.messages() == 1
    assert street.incident()["cause"] == "termination"


def test_a_fault_of_ours_in_one_message_keeps_none_of_the_others_waiting(street: Street, monkeypatch):
    real = aws_events.take
    monkeypatch.setattr(aws_events, "take", lambda tx, item, account: 1 / 0 if item.kind == "rebalance" else real(tx, item, account))
    street.put(street.recommendation(), street.warning())

    assert street.reader.read_once() == 1

    assert (street.messages(), street.incident()["cause"]) == (1, "termination")


def test_a_message_that_fails_again_and_again_is_told_of(street: Street, monkeypatch):
    monkeypatch.setattr(aws_events, "take", lambda *_: (_ for _ in ()).throw(errors.Busy()))
    street.put(street.warning())
    [message] = street.queue.receive()

    assert street.reader.work([replace(message, receives=6)]) == []

    assert street.count("notifications", "dedupe_key LIKE 'redelivered:%%'") == 1


def test_after_ten_receives_a_message_is_in_the_dead_letter_queue(street: Street, monkeypatch):
    monkeypatch.setattr(aws_events, "take", lambda *_: (_ for _ in ()).throw(errors.Busy()))
    street.put(street.warning())
    for _ in range(10):
        street.read()
        visible_again(street)
    street.read()

    assert street.messages() == 0
    assert dead(street) == 1


def dead(street: Street) -> int:
    """What lies in the dead-letter queue."""
    queue = EventQueue(street.clouds.of(street.account), REGION, f"{street.name}-dead", wait_seconds=0)
    assert queue.exists()
    return len(queue.receive())


def test_a_reader_that_is_told_to_stop_hands_back_what_it_received(street: Street):
    street.put(street.warning())
    street.reader._stopping = lambda: True
    street.reader.read_once()
    assert street.count("notices") == 0
    street.reader._stopping = lambda: False

    assert street.read() == 1


def test_in_safe_mode_a_message_is_stored_and_deleted_and_its_plan_is_a_dry_run_for_ever(street: Street, executor):
    street.world.execute("UPDATE system_settings SET v = 'on' WHERE k = 'SAFE_MODE'")

    street.tell(street.warning())
    executor.drain()

    assert (street.messages(), street.shop.intent()["state"], street.shop.calls()) == (0, "dry_run", [])
    assert street.incident()["notice_rank"] == 2
