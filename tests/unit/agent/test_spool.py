"""INV-54: the spool keeps every notice and stays below 10 MB; heartbeats go first, the oldest of them first."""

import json

from agent.beats import UnsentBeats
from agent.spool import Spool

BEAT = {"agent_clock": "2026-03-04T11:00:00Z", "cpu_pct": 1.5, "memory_pct": 20.0, "serving": True, "epoch_seen": 3, "spooled": 1}
MEGABYTE = 1024 * 1024


def numbered(number: int) -> dict:
    return {**BEAT, "number": number}


def numbers(folder) -> list[int]:
    return [json.loads(line)["number"] for line in (folder / "unsent.jsonl").read_text().splitlines()]


def test_unsent_heartbeats_are_counted_until_the_server_knows(tmp_path):
    beats = UnsentBeats(tmp_path, lambda: MEGABYTE)
    for number in range(3):
        beats.keep(numbered(number))
    assert beats.count() == 3

    beats.told()

    assert beats.count() == 0


def test_the_oldest_heartbeats_go_first(tmp_path):
    beats = UnsentBeats(tmp_path, lambda: 4000)
    for number in range(200):
        beats.keep(numbered(number))

    assert beats.bytes() <= 4000
    kept = numbers(tmp_path)
    assert kept == list(range(kept[0], 200)), "the newest, without a hole"


def test_thirty_days_of_outage_stay_below_ten_megabytes(tmp_path):
    beats = UnsentBeats(tmp_path, lambda: 10 * MEGABYTE)
    (tmp_path / "unsent.jsonl").write_text((json.dumps(BEAT) + "\n") * 80_000)
    for number in range(10):
        beats.keep(numbered(number))

    assert beats.bytes() <= 10 * MEGABYTE


def test_notices_take_the_room_of_heartbeats_and_none_is_dropped(tmp_path):
    spool = Spool(tmp_path / "spool")
    beats = UnsentBeats(tmp_path / "unsent", lambda: 20_000 - spool.bytes())
    for number in range(100):
        beats.keep(numbered(number))
    for number in range(30):
        spool.add("termination-notice", {"time": f"2026-03-04T11:{number:02d}:00Z", "raw": "x" * 300})
        beats.keep(numbered(100 + number))

    assert spool.waiting() == 30
    assert spool.bytes() + beats.bytes() <= 20_000
    assert numbers(tmp_path / "unsent")[-1] == 129


def test_when_notices_need_all_of_it_no_heartbeat_is_kept(tmp_path):
    beats = UnsentBeats(tmp_path, lambda: -5)
    beats.keep(numbered(1))

    assert beats.count() <= 1


def test_a_notice_that_waits_is_not_added_again_when_it_is_seen_after_a_gap(tmp_path):
    spool = Spool(tmp_path)
    spool.add("termination-notice", {"time": "2026-03-04T11:00:00Z"})

    assert spool.still_shown("termination-notice", "2026-03-04T11:00:00Z")
    assert not spool.still_shown("termination-notice", "2026-03-04T12:00:00Z")
    assert spool.waiting() == 1
