"""What is read from files, and the command."""

import gzip
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from core import errors
from core.replay.availability import read_markets
from core.replay.prices import read_markets as read_price_markets
from core.replay.prices import read_price_changes
from scripts.cli import spotopt
from tests.unit.decision.markets import drawn_market

BENCH = Path(os.environ.get("SPOTOPT_BENCH", Path(__file__).parents[4] / "shared/bench/data"))
CATALOGUE = """instance_type,ondemand_usd_h,instance-cpu,instance-memory,arch,instance-category,instance-generation,instance-gpu-count
m5.xlarge,0.192,4,16384,amd64,m,5,
m6g.xlarge,0.154,4,16384,arm64,m,6,
t3.xlarge,0.166,4,16384,amd64,t,3,
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A drawn market as availability files, beside a file that is none."""
    market, folder = drawn_market(pools=4, ticks=1000), tmp_path / "market"
    folder.mkdir()
    for pool, up in zip(market.pools, market.up, strict=True):
        (folder / f"{pool}.json").write_text(json.dumps({"metadata": {"gap_seconds": 195}, "data": list(up)}))
    (folder / "notes.json").write_text("{}")
    return tmp_path


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    (tmp_path / "catalog.csv").write_text(CATALOGUE)
    rows = ["timestamp,az,instance_type,spot_price"]
    rows += [f"2021-03-{day:02}T01:00:00Z,us-east-1{zone},{name},0.0{day + 60}" for day in (1, 2, 3) for zone in "ace" for name in ("m5.xlarge", "m6g.xlarge", "t3.xlarge")]
    with gzip.open(tmp_path / "prices.csv.gz", "wt") as file:
        file.write("\n".join(rows) + "\n")
    (tmp_path / "advisor.json").write_text(json.dumps({"spot_advisor": {"us-east-1": {"Linux": {"m5.xlarge": {"s": 60, "r": 1}}}}}))
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(spotopt, ["replay", *words])


def test_a_folder_of_availability_files_is_a_market(recorded):
    (market,) = read_markets(recorded)

    assert (market.name, len(market.pools), market.ticks) == ("market", 4, 1000)
    assert market.up == drawn_market(pools=4, ticks=1000).up


def test_a_folder_without_any_is_refused_in_words(tmp_path):
    with pytest.raises(errors.BadRequest, match="no availability files"):
        read_markets(tmp_path)
    assert run("--task", "A", "--data", str(tmp_path)).exit_code == 1


def test_prices_are_carried_forward_and_only_what_fits_is_read(priced):
    (market,) = read_price_markets(priced)

    assert market.pools == ("us-east-1a:m5.xlarge", "us-east-1c:m5.xlarge") and market.region == "us-east-1"
    assert list(market.monthly) == [0.08, 0.08]
    assert market.prices[0, 0] == market.prices[100, 0] == 0.061 and market.prices[-1, 0] == 0.063


def test_an_export_of_aws_price_history_is_read(tmp_path):
    path = tmp_path / "price-history.json"
    row = {"Timestamp": "2026-01-01T00:00:00Z", "AvailabilityZone": "us-east-1a", "InstanceType": "m5.xlarge", "SpotPrice": "0.07"}
    path.write_text(json.dumps({"SpotPriceHistory": [{**row, "ProductDescription": kind} for kind in ("Linux/UNIX", "Windows")]}))

    assert list(read_price_changes(path)) == [("2026-01-01T00:00:00Z", "us-east-1a", "m5.xlarge", 0.07)]


def test_a_replay_writes_metrics_and_a_log_that_the_check_confirms(recorded, tmp_path):
    out = tmp_path / "out.json"

    played = run("--task", "A", "--data", str(recorded), "--policy", "hedged", "--n", "3", "--boot", "2", "--json", str(out))

    assert played.exit_code == 0 and "hedged" in played.output
    report = json.loads(out.read_text())
    first = json.loads(out.with_name(report["action_log"]).read_text().splitlines()[0])
    assert set(first) >= {"tick", "op", "pool", "ok", "why"}
    assert run("--check", str(out), "--data", str(recorded)).exit_code == 0
    out.write_text(json.dumps({**report, "metrics": {**report["metrics"], "cost_over_on_demand": 0.2}}))
    assert run("--check", str(out)).exit_code == 1


def test_the_table_shows_every_policy(recorded):
    told = run("--task", "A", "--data", str(recorded)).output

    assert all(name in told for name in ("lean", "hedged", "spothedge", "omniscient"))


def test_an_unknown_policy_is_named(recorded):
    refused = run("--task", "A", "--data", str(recorded), "--policy", "magic")

    assert refused.exit_code == 1 and "magic" in refused.output


@pytest.mark.skipif(not BENCH.exists(), reason="the recorded public markets are not on this machine (SPOTOPT_BENCH)")
def test_on_the_recorded_v100_market_hedging_beats_spothedge(tmp_path):
    """Days 20-30 were not used to find the dials. Figures, not gates: docs/decisions-benchmark.md holds those."""
    out = tmp_path / "out.json"
    found = {}
    for name in ("hedged", "spothedge"):
        assert run("--task", "A", "--data", str(BENCH), "--policy", name, "--from-day", "20", "--to-day", "30", "--json", str(out)).exit_code == 0
        assert run("--check", str(out), "--data", str(BENCH)).exit_code == 0
        found[name] = json.loads(out.read_text())["metrics"]

    for figure in ("cost_over_on_demand", "downtime_minutes_per_replica_day"):
        assert found["hedged"][figure] < found["spothedge"][figure] * 1.02
