"""Consolidation on a real database: equal to the plain reference, repeatable, restartable, thinned, and counted."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from core import database, errors
from core.child import run_in_child
from core.domain import price_text
from core.domain.price_series import BUCKET_US
from core.prices import consolidation
from core.sql import price_series
from scripts.stack import ROOT
from tests.integration.market.staging import expected, horizon_of, market, moment, stage, table
from tests.world import World


@pytest.fixture
def jobs_database(world: World, settings):
    """This process as a job's child: it may load files."""
    yield database.connect(settings, job=True)
    database.current().pool.close()
    database._current = world.db


def run(world: World) -> dict:
    """One run on demand; the job's row."""
    world.db.run(lambda tx: consolidation.request(tx, "admin"))
    consolidation.run()
    return world.one("SELECT * FROM consolidation_jobs ORDER BY run_id DESC LIMIT 1")


def cut_of(job: dict) -> int:
    return horizon_of(job["window_to"])


def early(world: World, **span: float) -> datetime:
    return world.now() - timedelta(**span)


@pytest.mark.parametrize("takes_files", [True, False])
def test_the_table_equals_the_reference(world, jobs_database, monkeypatch, takes_files):
    if takes_files and not database.run(price_series.takes_files):
        pytest.skip("this server takes no files: MySQL's default")
    monkeypatch.setattr(price_series, "takes_files", lambda tx: takes_files)
    staged = market(1, 7, world.now())
    stage(world, staged, early(world, minutes=5))

    job = run(world)

    assert job["status"] == "done"
    assert table(world) == expected(staged, cut_of(job))


def test_runs_with_late_rows_and_new_pools_end_in_the_same_table(world, jobs_database):
    whole = market(2, 6, world.now())
    cuts = [{pool: told[n::3] for pool, told in whole.items() if n or pool[7] != "3"} for n in range(3)]
    for part in cuts:
        stage(world, part, early(world, minutes=2))
        job = run(world)
        world.jump(minutes=20)

    seen = {pool: [row for part in cuts for row in part.get(pool, [])] for pool in whole}
    assert table(world) == expected(seen, cut_of(job))


def test_a_second_run_changes_nothing_but_the_time(world, jobs_database):
    staged = market(3, 3, early(world, hours=30))
    stage(world, staged, early(world, minutes=5))
    run(world)
    before = table(world)

    second = run(world)

    assert (table(world), second["rows_out"]) == (before, 0)


def test_small_chunks_and_answers_that_do_not_fit_a_packet_change_nothing(world, jobs_database, monkeypatch):
    """A text that was cut off is noticed by its count and asked for in halves."""
    staged = market(4, 5, world.now())
    stage(world, staged, early(world, minutes=5))
    whole = price_text.parse
    monkeypatch.setattr(price_text, "parse", lambda told, n: whole(told if n < 40 else told[:500], n))
    monkeypatch.setattr(consolidation, "CHUNK", 2)

    job = run(world)

    assert table(world) == expected(staged, cut_of(job))


def test_every_row_is_counted(world, jobs_database):
    bucket = horizon_of(early(world, hours=5)) * BUCKET_US
    stage(world, {"p": [(bucket, 5, 1), (bucket + 1, 6, 1), (bucket + 2, 7, 2), (bucket + 3 * BUCKET_US, 9, 1), (bucket + 9 * BUCKET_US, 8, 4)]},
          early(world, minutes=5))  # fmt: skip

    job = run(world)

    told = {name: job[name] for name in ("pools", "rows_in", "rows_deduplicated", "rows_interpolated", "rows_out")}
    assert told == {"pools": 1, "rows_in": 5, "rows_deduplicated": 2, "rows_interpolated": 2, "rows_out": 4 + job["rows_backfilled"]}
    assert job["rows_backfilled"] >= 48


def test_hours_are_told_with_mean_spread_and_their_place_in_the_week(world, jobs_database):
    world.prices()
    hour = world.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    first = horizon_of(hour) * BUCKET_US
    stage(world, {"use1-az6:m5.large:linux": [(first + n * BUCKET_US, 40_000 + 2_000 * (n % 2), 1) for n in range(12)]}, early(world, minutes=5))

    run(world)

    row = world.one("SELECT * FROM pricing_canonical WHERE hour_at = %(at)s", at=hour)
    assert (row["price"], row["data_source"], row["hour"], row["weekday"]) == (0.041, "agent", hour.hour, hour.weekday())
    assert row["on_demand_ratio"] == pytest.approx(0.041 / 0.096, rel=1e-3)
    assert row["volatility"] == pytest.approx(0.001, rel=1e-3)


def test_after_thirty_days_hours_remain_and_late_rows_do_not_bring_the_rest_back(world, jobs_database):
    then = world.now() - timedelta(days=34)  # a price holds 25 hours: all of it is older than the boundary, at any time of the day
    staged = market(5, 2, then, hours=20)
    stage(world, staged, early(world, minutes=5))

    job = run(world)
    thinned = table(world)
    stage(world, market(6, 2, then, hours=20), early(world, minutes=1))
    world.jump(minutes=10)
    run(world)

    assert {bucket % 12 for told in thinned.values() for bucket in told} == {0}
    assert table(world) == thinned
    hours = {bucket // 12 for bucket in expected(staged, cut_of(job))["use1-az0:m5.large:linux"]}
    assert set(thinned["use1-az0:m5.large:linux"]) == {12 * hour for hour in hours}


def test_thinning_in_the_database_and_at_the_first_writing_leave_the_same_hours(world, jobs_database, monkeypatch):
    staged = market(11, 2, world.now() - timedelta(days=30, hours=20), hours=40)
    stage(world, staged, early(world, minutes=5))
    run(world)
    at_once = table(world)
    for name in ("pricing_consolidated", "pricing_canonical", "price_series", "consolidation_jobs"):
        world.execute(f"DELETE FROM {name}")
    monkeypatch.setattr(consolidation, "_thinned", lambda series, start, horizon: series)

    job = run(world)

    assert job["rows_out"] > len([bucket for told in at_once.values() for bucket in told])
    assert table(world) == at_once


def test_while_one_run_is_open_no_second_one_is_made(world, jobs_database):
    first, second = (world.db.run(lambda tx: consolidation.request(tx, "admin")) for _ in range(2))

    assert first["run_id"] == second["run_id"]
    with pytest.raises(errors.Duplicate):
        world.execute("INSERT INTO consolidation_jobs (uuid, requested_by, requested_at) VALUES ('x', 'me', UTC_TIMESTAMP(6))")


def test_it_is_due_every_twelve_hours_and_when_somebody_asks(world, jobs_database):
    assert not world.db.run(consolidation.is_due), "nothing is staged yet"
    stage(world, market(12, 1, world.now()), early(world, minutes=5))
    assert world.db.run(consolidation.is_due)
    consolidation.run()
    assert not world.db.run(consolidation.is_due)

    world.db.run(lambda tx: consolidation.request(tx, "admin"))
    assert world.db.run(consolidation.is_due)
    consolidation.run()
    world.jump(hours=12, minutes=2)

    assert world.db.run(consolidation.is_due)


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_a_run_that_was_killed_is_finished_by_the_next_and_counts_every_row_once(world, jobs_database, settings, monkeypatch, chunks):
    """SIGKILL for a real process after so many of its three chunks."""
    staged = market(7, 3, world.now())
    stage(world, staged, early(world, minutes=5))
    world.db.run(lambda tx: consolidation.request(tx, "admin"))

    killed = subprocess.run(
        [sys.executable, "-m", "tests.integration.market.dying_consolidation", str(chunks)], cwd=ROOT, env=environment(settings), timeout=60
    )
    assert killed.returncode == -9
    assert world.one("SELECT status, pools FROM consolidation_jobs") == {"status": "running", "pools": chunks}
    assert consolidation.run() == {}, "nobody knows yet that it is dead"
    consolidation.let_go()
    consolidation.run()

    job = world.one("SELECT * FROM consolidation_jobs")
    assert (job["status"], job["pools"], job["rows_in"]) == ("done", 3, sum(len({(r[0], r[2]) for r in told}) for told in staged.values()))
    assert table(world) == expected(staged, cut_of(job))


def test_a_process_that_was_taken_for_dead_writes_nothing_more(world, jobs_database, monkeypatch):
    stage(world, market(8, 1, world.now()), early(world, minutes=5))
    world.db.run(lambda tx: consolidation.request(tx, "admin"))
    read = consolidation._read

    def taken_over(*args, **kwargs):
        world.execute("UPDATE consolidation_jobs SET fence = fence + 1")
        return read(*args, **kwargs)

    monkeypatch.setattr(consolidation, "_read", taken_over)

    assert consolidation.run() == {}
    assert table(world) == {}


def test_the_child_process_does_the_work(world, settings):
    staged = market(9, 2, world.now())
    stage(world, staged, early(world, minutes=5))
    world.db.run(lambda tx: consolidation.request(tx, "admin"))

    counts = run_in_child("consolidation", settings)

    job = world.one("SELECT * FROM consolidation_jobs")
    assert (job["status"], counts["pools"], counts["rows_out"]) == ("done", 2, job["rows_out"])
    assert table(world) == expected(staged, cut_of(job))


def test_a_child_that_fails_is_an_error_and_not_a_silence(settings):
    with pytest.raises(errors.Unavailable):
        run_in_child("nothing", settings)


def environment(settings) -> dict[str, str]:
    import os

    return {**os.environ, "DB_HOST": settings.db_host, "DB_PORT": str(settings.db_port), "DB_USER": settings.db_user,
            "DB_PASSWORD": settings.db_password, "DB_DATABASE": settings.db_database, "INSTALL_KEY": settings.install_key,
            "JWT_SECRET": settings.jwt_secret}  # fmt: skip


def test_moments_of_tests_are_exact():
    assert moment(1_700_000_000_123_456).microsecond == 123_456
