"""The production checklist: each point is wrong where it must be, and right in a production that is set up (OPS-11)."""

import pytest

from config.settings import read_settings
from core.cloud.simulator.ports import free_port
from scripts.status import OK, POINTS, UNSEEN, WRONG, Surroundings, judged, production, summary

GOOD = {
    "FLASK_ENV": "production", "ADMIN_TOKEN": "a" * 64, "INSTALL_KEY": "1f" * 32, "JWT_SECRET": "j" * 40, "METRICS_TOKEN": "m" * 32,
    "PUBLIC_URL": "https://spot.example.com", "TRUSTED_PROXIES": "10.0.0.5", "WEB_CONCURRENCY": "4", "START_WORKERS": "false",
    "DB_HOST": "db.example.com", "CORS_ORIGINS": "https://ops.example.com",
}  # fmt: skip
TICKING = {"scheduler": {"holder": "host:1", "last_tick_age_seconds": 2.0}}


def verdicts(health: dict | None = TICKING, rotated: bool = True, **change: str) -> dict[str, str]:
    environment = {**GOOD, **change}
    return {point.name: verdict for verdict, point in judged(Surroundings(environment, read_settings(environment), health, rotated))}


def test_a_production_that_is_set_up_has_nothing_wrong_and_says_what_cannot_be_seen():
    told = verdicts()

    assert {name: verdict for name, verdict in told.items() if verdict != OK} == {"backups": UNSEEN, "dead letters": UNSEEN}
    assert len(told) == len(POINTS) == 15


@pytest.mark.parametrize(
    ("point", "change"),
    [
        ("environment", {"FLASK_ENV": "development"}), ("debug", {"FLASK_ENV": "development", "FLASK_DEBUG": "1"}), ("debug", {"LOG_LEVEL": "DEBUG"}),
        ("administrator's token", {"FLASK_ENV": "development", "ADMIN_TOKEN": "short"}), ("origins", {"CORS_ORIGINS": "http://a.example"}),
        ("HTTPS", {"PUBLIC_URL": "http://spot.example.com"}), ("HTTPS", {"TRUSTED_PROXIES": ""}), ("health monitoring", {"METRICS_TOKEN": ""}),
        ("web workers", {"WEB_CONCURRENCY": "2"}), ("web workers", {"WEB_CONCURRENCY": "9"}), ("web workers", {"WEB_CONCURRENCY": ""}),
        ("workers apart", {"START_WORKERS": "true"}), ("logs watched", {"LOG_FORMAT": "text"}), ("scaling", {"DB_HOST": "127.0.0.1"}),
    ],
)  # fmt: skip
def test_a_point_that_is_missed_is_wrong(point: str, change: dict):
    assert verdicts(**change)[point] == WRONG


def test_a_timetable_that_stands_still_is_wrong_and_one_that_cannot_be_asked_is_not_seen():
    assert verdicts(health={"scheduler": {"holder": None, "last_tick_age_seconds": None}})["job schedule"] == WRONG
    assert verdicts(health={"scheduler": {"holder": "a", "last_tick_age_seconds": 90}})["job schedule"] == WRONG
    assert verdicts(health=None)["job schedule"] == UNSEEN


def test_logs_that_nobody_rotates_are_wrong():
    assert verdicts(rotated=False)["rotation"] == WRONG


def test_settings_that_contradict_each_other_are_named_first():
    text, well = production({"FLASK_ENV": "production", "ADMIN_TOKEN": "short"})

    assert not well and "ADMIN_TOKEN must have 64 characters" in text


def test_the_table_says_whether_anything_is_wrong():
    text, well = production({**GOOD, "FLASK_PORT": str(free_port()), "LOG_FORMAT": "text"})

    assert not well and "wrong     logs watched" in text


def test_a_server_that_does_not_answer_is_not_well():
    text, well = summary({"FLASK_PORT": str(free_port())})

    assert not well and text.startswith("no server answers")
