"""What every test may ask for: a real private database, the application on it, the simulated AWS, a running stack."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymysql
import pytest

from backend import create_app
from config.settings import Settings
from core import database as core_database
from core.cloud.aws import Clouds
from core.cloud.simulator.ports import free_port
from core.database import Tx
from core.people import notifications
from database.migrate import connect, migrate
from database.private import Access, PrivateDatabase
from scripts.stack import Stack
from tests.mysql import MySql
from tests.simulator import Simulator
from tests.world import World

HERE = Path(__file__).parent
LONGEST_FIRST = ("scenarios", "e2e", "integration", "unit", "contract")
KEPT = {"role_arrows", "schema_migrations", "audit_logs"}  # audit rows can only be added
_HEARD = [0]  # up to which audit row was looked at
SWITCHES = (
    "INSERT INTO system_settings (k, v, requested_at) VALUES"
    " ('SAFE_MODE', 'off', '2000-01-01'), ('ADMIN_TOKEN_ENABLED', 'on', '2000-01-01')"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole stories first: they take longest, and no processor shall be idle at the end."""
    items.sort(key=lambda item: LONGEST_FIRST.index(item.path.relative_to(HERE).parts[0]))


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder of this worker, whose path is short and open to the database's user."""
    made = Path(tempfile.mkdtemp(prefix="spotopt-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb(folder: Path) -> Iterator[PrivateDatabase]:
    """A private database server of this worker: MariaDB, or with TEST_DATABASE=mysql a MySQL."""
    make = MySql if os.environ.get("TEST_DATABASE") == "mysql" else PrivateDatabase
    server = make(folder / "db", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def access(mariadb: PrivateDatabase) -> Access:
    """The account on a migrated schema."""
    connection = connect(mariadb.owner().environment())
    migrate(connection)
    connection.close()
    return mariadb.access()


@pytest.fixture(scope="session")
def settings(access: Access) -> Settings:
    return Settings(
        db_host=access.host, db_port=access.port, db_user=access.user, db_password=access.password,
        db_database=access.database, db_pool_size=8, admin_token="a" * 64, install_key="1f" * 32, jwt_secret="j" * 40,
        log_level="WARNING", start_workers=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def tables(access: Access) -> list[str]:
    with connect(access.environment()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'")
        return [name for (name,) in cursor.fetchall() if name not in KEPT]


@pytest.fixture
def db(settings: Settings, tables: list[str], access: Access) -> Iterator[core_database.Database]:
    """This process's database, empty."""
    connected = core_database.connect(settings)
    yield connected
    connected.pool.close()
    speechless = _empty(access, tables)
    assert speechless == [], "an audit row without its sentence (CON-19)"


@pytest.fixture
def tx(db: core_database.Database) -> Iterator[Tx]:
    """An open transaction, committed when the test ends well."""
    with db.transaction() as tx:
        yield tx


@pytest.fixture
def world(db: core_database.Database, settings: Settings) -> World:
    """Clients, agents and machines, made through the product's own use-cases."""
    return World(db, settings)


@pytest.fixture
def app(db: core_database.Database, settings: Settings):
    """The WSGI application on the test's database, without timetable."""
    made = create_app(settings)
    yield made
    core_database.current().pool.close()
    core_database._current = db


@pytest.fixture
def http(app):
    """A browser or host that speaks to the application."""
    return app.test_client()


@pytest.fixture(scope="session")
def simulator_process(folder: Path) -> Iterator[Simulator]:
    running = Simulator(folder / "simulator", free_port())
    yield running
    running.stop()


@pytest.fixture
def simulator(simulator_process: Simulator) -> Iterator[Simulator]:
    """The simulated AWS, empty and without faults."""
    yield simulator_process
    simulator_process.clear()


@pytest.fixture(scope="session")
def clouds_process(simulator_process: Simulator, settings: Settings) -> Clouds:
    """Made once: a boto3 client takes a third of a second."""
    return Clouds(replace(settings, simulator_url=simulator_process.url))


@pytest.fixture
def clouds(simulator: Simulator, clouds_process: Clouds) -> Clouds:
    """The product's own way to AWS, led to the simulated one."""
    return clouds_process


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The whole product, running: database, simulated AWS, gunicorn."""
    place = Path(tempfile.mkdtemp(prefix="spotopt-stack-"))
    place.chmod(0o755)
    running = Stack(place, preset="demo", boot_seconds=1.0).start()
    yield running
    running.stop()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(autouse=True)
def every_alarm_is_listed() -> Iterator[None]:
    """Whatever a test makes the product tell has its line in core/domain/alarms.py and its page in the runbook."""
    yield
    unlisted = set(notifications.UNLISTED)
    notifications.UNLISTED.clear()
    assert unlisted == set()


def _empty(access: Access, tables: list[str]) -> list[str]:
    """DELETE, never TRUNCATE: it is ten times faster on small tables. The actions that a test stored without saying why."""
    connection = pymysql.connect(
        host=access.host, port=access.port, user=access.user, password=access.password, database=access.database, ssl_disabled=True
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION foreign_key_checks = 0")
        for name in tables:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute(SWITCHES)
        connection.commit()
        cursor.execute("SELECT action FROM audit_logs WHERE id > %s AND COALESCE(why, '') = ''", (_HEARD[-1],))
        speechless = [action for (action,) in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM audit_logs")
        _HEARD[:] = cursor.fetchone()
    return speechless
