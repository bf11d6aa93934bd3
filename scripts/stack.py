"""The whole product as one thing that starts and stops: database, simulated AWS, server.

Used by scripts/server (folder var/), by the tests and by the drill (folders of their own).
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pymysql
import requests

from core.cloud.simulator.levers import Levers
from core.cloud.simulator.ports import free_port
from database.migrate import CannotMigrate, connect, migrate
from database.private import Access, NoDatabase, PrivateDatabase

ROOT = Path(__file__).parents[1]
PORTS = ("database", "simulator", "server")


class CannotStart(Exception):
    """A part did not come up; the message says which and where its log is."""


class Stack:
    """Everything below ``folder``; with DB_HOST in the environment that database is used instead of a private one.

    ``port`` is where the server listens the first time if it is free; 0 takes any. Workers share their port, so two
    products that took the same one would share its requests too: only who starts alone asks for a certain one.
    """

    def __init__(
        self, folder: Path, *, app: str = "backend:app", preset: str = "", boot_seconds: float = 3.0, seed: int = 7, port: int = 0
    ):  # fmt: skip
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.app, self.preset, self.boot_seconds, self.seed = app, preset, boot_seconds, seed
        self.ports, self.secrets = self._ports(port), self._secrets()
        self.database: PrivateDatabase | None = None
        self.access: Access | None = None
        self._simulator: subprocess.Popen | None = None
        self._server: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['server']}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['simulator']}"

    @property
    def simulated(self) -> bool:
        """Whether AWS is the simulated one; a real one is chosen on purpose."""
        return os.environ.get("AWS_MODE", "simulator") == "simulator"

    @property
    def levers(self) -> Levers:
        return Levers(self.simulator_url)

    def start(self) -> "Stack":
        """Start every part, the simulator while the database starts; what was started is stopped again when one fails."""
        try:
            if self.simulated:
                self._launch_simulator()
            self.start_database()
            if self.simulated:
                self._wait_for_simulator()
            self.start_server()
        except BaseException:
            self.stop()
            raise
        return self

    def start_database(self) -> None:
        """Start it if it is the private one, and move its schema on; CannotStart says what is wrong with it."""
        try:
            self._migrated_database()
        except pymysql.Error as error:
            where = f"{self.access.host}:{self.access.port}" if self.access else "the private database"
            raise CannotStart(f"the database at {where} cannot be used: {error.args[-1]}") from error
        except (NoDatabase, CannotMigrate) as error:
            raise CannotStart(str(error)) from error

    def _migrated_database(self) -> None:
        if os.environ.get("DB_HOST"):
            e = os.environ
            self.access = Access(
                e["DB_HOST"], int(e.get("DB_PORT", "3306")), e.get("DB_USER", "spot_optimizer"), e.get("DB_PASSWORD", ""),
                e.get("DB_DATABASE", "spot_optimizer"),
            )  # fmt: skip
        else:
            self.database = PrivateDatabase(self.folder / "db", self.ports["database"])
            self.database.start()
        owner = self.database.owner() if self.database else self.access
        connection = connect(owner.environment())
        migrate(connection)
        connection.close()
        self.access = self.database.access() if self.database else self.access

    def start_simulator(self) -> None:
        self._launch_simulator()
        self._wait_for_simulator()

    def _launch_simulator(self) -> None:
        log = (self.folder / "simulator.log").open("ab")
        self._simulator = subprocess.Popen(
            [sys.executable, "-m", "core.cloud.simulator", "--port", str(self.ports["simulator"]), "--state",
             str(self.folder / "simulator"), "--boot-seconds", str(self.boot_seconds), "--seed", str(self.seed)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip

    def _wait_for_simulator(self) -> None:
        self._wait_for("simulator", self._simulator, f"{self.simulator_url}/control/health", 15)

    def start_server(self) -> None:
        log = (self.folder / "server.log").open("ab")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", self.app],
            cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        self._wait_for("server", self._server, f"{self.url}/health", 60)

    def kill_server(self) -> None:
        """SIGKILL for the server's whole process group, as a power cut would."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def stop_server(self) -> None:
        _end(self._server, 40)
        self._server = None

    def stop_simulator(self) -> None:
        _end(self._simulator, 20)
        self._simulator = None

    def stop(self) -> None:
        """Stop what was started, last first; nothing is lost."""
        self.stop_server()
        self.stop_simulator()
        if self.database:
            self.database.stop()

    def dead_part(self) -> str | None:
        """The name of a part that ended by itself, if any."""
        parts = {"the simulator": self._simulator, "the server": self._server}
        return next((name for name, process in parts.items() if process and process.poll() is not None), None)

    def environment(self) -> dict[str, str]:
        """What the server is told."""
        return {
            **os.environ,
            **self.access.environment(),
            "AWS_MODE": os.environ.get("AWS_MODE", "simulator"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "SIMULATOR_URL": self.simulator_url,
            "FLASK_PORT": str(self.ports["server"]),
            "PUBLIC_URL": os.environ.get("PUBLIC_URL", self.url),
            "PRESET": self.preset,
            **{name: os.environ.get(name, value) for name, value in self.secrets.items()},
        }

    def connection(self) -> pymysql.Connection:
        """A look into the database, for tests."""
        connection = connect(self.access.environment())
        connection.autocommit(True)
        return connection

    def jump(self, seconds: float) -> None:
        """Move the one clock offset forward, for the database's sessions and the simulator alike."""
        offset = self.levers.health()["clock_offset_seconds"] + seconds
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO system_settings (k, v, requested_at) VALUES ('CLOCK_OFFSET_SECONDS', %s, UTC_TIMESTAMP(6))"
                " ON DUPLICATE KEY UPDATE v = VALUES(v)",
                (str(offset),),
            )
        self.levers.clock(offset)

    def _wait_for(self, name: str, process: subprocess.Popen, url: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        session = requests.Session()
        session.trust_env = False
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                if session.get(url, timeout=2).status_code < 500:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        log = self.folder / f"{name}.log"
        raise CannotStart(f"the {name} did not come up; the end of {log}:\n{_tail(log)}")

    def _ports(self, wanted: int) -> dict[str, int]:
        """The ports of the last start where they are still free, else free ones; an explicit setting wins."""
        file = self.folder / "ports.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        if os.environ.get("FLASK_PORT"):
            kept["server"] = int(os.environ["FLASK_PORT"])
        ports = {name: free_port(kept.get(name, wanted if name == "server" else 0)) for name in PORTS}
        file.write_text(json.dumps(ports))
        return ports

    def _secrets(self) -> dict[str, str]:
        """Made at the first start and kept, readable by us alone."""
        file = self.folder / "secrets.json"
        if not file.exists():
            file.touch(mode=0o600)
            made = {"ADMIN_TOKEN": secrets.token_hex(32), "INSTALL_KEY": secrets.token_hex(32), "JWT_SECRET": secrets.token_hex(32)}
            file.write_text(json.dumps(made))
        return json.loads(file.read_text())


def _end(process: subprocess.Popen | None, patience: float) -> None:
    """SIGTERM, and SIGKILL for the group when it does not listen."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
