"""Recorded markets come in whole or not at all, once, and with clear words about what is wrong."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core import errors
from core.domain import recorded
from core.prices import parquet
from core.prices.imports import import_availability, import_prices
from core.sql import risk as rows
from scripts.stack import ROOT
from tests.world import World

CSV = "timestamp,az,instance_type,spot_price\n2021-03-02T01:39:04Z,us-east-1e,r4.2xlarge,0.178200\n2021-03-02T01:39:05Z,use1-az6,m5a.16xlarge,1.158500\n"
ZONES = {"us-east-1e": "use1-az3"}
CLI = {"SpotPriceHistory": [
    {"AvailabilityZone": "us-east-1e", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.032", "Timestamp": "2021-03-02T01:39:04+00:00"},
    {"AvailabilityZone": "x", "AvailabilityZoneId": "use1-az6", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.033", "Timestamp": "2021-03-02T01:39:04.000Z"},
    {"AvailabilityZone": "us-east-1e", "InstanceType": "m5.large", "ProductDescription": "Windows", "SpotPrice": "0.132", "Timestamp": "2021-03-02T01:39:04Z"},
]}  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "market"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def staged(world: World) -> list[tuple]:
    told = world.all("SELECT pool_id, price, source, observed_at FROM spot_price_snapshots ORDER BY pool_id")
    return [(row["pool_id"], row["price"], row["source"]) for row in told]


@pytest.mark.parametrize("content", [CSV, gzip.compress(CSV.encode())])
def test_a_csv_comes_in_plain_or_compressed(world, file, content):
    counts = import_prices(file(content), ZONES)

    assert counts == {"read": 2, "stored": 2, "known": 0, "pools": 2}
    assert staged(world) == [("use1-az3:r4.2xlarge:linux", 0.1782, "import"), ("use1-az6:m5a.16xlarge:linux", 1.1585, "import")]


def test_the_cli_of_aws_is_read_as_it_prints_and_other_products_are_left_out(world, file):
    assert import_prices(file(json.dumps(CLI)), ZONES)["stored"] == 2
    assert [row[0] for row in staged(world)] == ["use1-az3:m5.large:linux", "use1-az6:m5.large:linux"]


def test_the_same_file_twice_adds_nothing(world, file):
    import_prices(file(CSV), ZONES)

    assert import_prices(file(CSV), ZONES) == {"read": 2, "stored": 0, "known": 2, "pools": 2}


@pytest.mark.parametrize(("content", "words"), [
    ("a,b\n1,2\n", "the head line lacks timestamp, az, instance_type, spot_price"),
    (CSV + "yesterday,use1-az6,m5.large,0.1\n", "line 4: 'yesterday' is not a time"),
    (CSV + "2021-03-02T01:39:05Z,use1-az6,m5.large,cheap\n", "line 4: 'cheap' is not a price"),
    (CSV + "2021-03-02T01:39:05Z,use1-az6,m5.large,nan\n", "line 4: nan is not a price"),
    (CSV + "2021-03-02T01:39:05Z,,m5.large,0.1\n", "line 4 names no AZ"),
    (CSV + "2021-03-02T01:39:05Z,us-west-2a,m5.large,0.1\n", "say --zone us-west-2a=<az id>"),
    (b"\xff\xfe\x00", "no UTF-8 text"), (b"\x1f\x8bnothing", "gzip file is damaged"), ("{", "no JSON"), ("{}", "no list SpotPriceHistory"),
    ('{"SpotPriceHistory": [3]}', "entry 1 is not an object"),
])  # fmt: skip
def test_a_wrong_file_is_refused_whole_with_its_place(world, file, content, words):
    with pytest.raises(errors.Invalid, match=words.replace("(", r"\(")):
        import_prices(file(content), ZONES)

    assert staged(world) == []


def test_parquet_without_its_library_says_so(file, monkeypatch):
    monkeypatch.setattr(parquet.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(errors.Invalid, match="pyarrow, which is not installed"):
        import_prices(file("x", "market.parquet"), ZONES)


@pytest.fixture
def dump(tmp_path):
    """A Parquet file of rows as a data lake would hold them: names as a dictionary, prices as decimals, times with and without a zone."""
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is an extra: requirements-dev.txt has it")
    write = pytest.importorskip("pyarrow.parquet").write_table

    def make(price=("0.178200", "1.158500"), zone: str | None = None, **more):
        names = arrow.array(["us-east-1e", "use1-az6"]).dictionary_encode()
        times = arrow.array([datetime(2021, 3, 2, 1, 39, 4), datetime(2021, 3, 2, 1, 39, 5)], arrow.timestamp("us", zone))
        usd = arrow.array([Decimal(one) for one in price], arrow.decimal128(12, 6))
        table = {"timestamp": times, "az": names, "instance_type": ["r4.2xlarge", "m5a.16xlarge"], "spot_price": usd, "region": ["x", "y"], **more}
        write(arrow.table({name: column for name, column in table.items() if column is not None}), tmp_path / "market.parquet", row_group_size=1)
        return tmp_path / "market.parquet"

    return make


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_a_parquet_dump_comes_in_as_the_csv_does(world, file, dump, zone):
    assert import_prices(dump(zone=zone), ZONES) == {"read": 2, "stored": 2, "known": 0, "pools": 2}
    as_parquet = staged(world)

    assert as_parquet == [("use1-az3:r4.2xlarge:linux", 0.1782, "import"), ("use1-az6:m5a.16xlarge:linux", 1.1585, "import")]
    assert import_prices(file(CSV), ZONES)["known"] == 2


def test_a_wrong_parquet_file_is_refused_whole_with_its_place(world, file, dump):
    for content, words in ((lambda: dump(price=("0.1", "-3")), "row 2: -3.0 is not a price"), (lambda: dump(az=None), "lacks the columns az"),
                           (lambda: file("x" * 64, "market.parquet"), "no Parquet that can be read")):  # fmt: skip
        with pytest.raises(errors.Invalid, match=words):
            import_prices(content(), ZONES)

    assert staged(world) == []


def test_rows_of_a_table_are_read_like_the_csv():
    told = list(recorded.from_rows([{"az": "use1-az6", "instance_type": "m5.large", "spot_price": 0.03, "timestamp": datetime(2021, 3, 2)}]))

    assert told == [recorded.Price("use1-az6", "m5.large", 0.03, datetime(2021, 3, 2, tzinfo=UTC))]


def test_availability_becomes_what_was_seen_of_a_pool(world, file):
    content = json.dumps({"metadata": {"gap_seconds": 600}, "data": [1, 1, 0, 0, 1]})
    since = datetime(2026, 1, 1, tzinfo=UTC)

    assert import_availability(file(content), "use1-az6:p3.2xlarge:linux", since) == {"read": 3, "stored": 3, "known": 0, "losses": 1}
    told = world.db.run(lambda tx: rows.observations(tx, since))
    assert [(row["kind"], (row["at"] - since).total_seconds()) for row in told] == [("available", 0), ("unavailable", 1200), ("available", 2400)]


@pytest.mark.parametrize("content", ["[]", "{}", '{"metadata": {"gap_seconds": 0}, "data": [1]}', '{"metadata": {"gap_seconds": 5}, "data": [2]}'])
def test_availability_of_another_shape_is_refused(file, content):
    with pytest.raises(errors.Invalid):
        import_availability(file(content), "p", datetime(2026, 1, 1, tzinfo=UTC))


def test_the_command_counts_each_file_and_goes_on_after_a_wrong_one(world, file, settings):
    wrong, good = file("{", "wrong.json"), file(CSV, "good.csv")

    done = spotopt(settings, "import", "prices", "--zone", "us-east-1e=use1-az3", str(wrong), str(good))

    assert done.returncode == 1
    assert done.stdout.strip() == f"{good}: read 2, stored 2, known 0, pools 2"
    assert "wrong.json: the file is no JSON" in done.stderr


def test_without_a_database_the_command_says_what_to_do(file, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "import", "prices", str(file(CSV))], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "SPOTOPT_VAR": str(tmp_path)},
    )  # fmt: skip

    assert done.returncode == 1
    assert "start scripts/server, or set DB_HOST" in done.stderr


def spotopt(settings, *arguments: str) -> subprocess.CompletedProcess:
    environment = {
        "PATH": "/usr/bin:/bin", "DB_HOST": settings.db_host, "DB_PORT": str(settings.db_port), "DB_USER": settings.db_user,
        "DB_PASSWORD": settings.db_password, "DB_DATABASE": settings.db_database,
    }  # fmt: skip
    command = [sys.executable, "-m", "scripts.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
