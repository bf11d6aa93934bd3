"""The private MariaDB of a default installation: its own folder, port and socket, started and stopped with us."""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pymysql

USER = "spotdb"
SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
NEEDED = ("mariadbd", "mariadb-install-db")
APPEND_ONLY = ("audit_logs", "schema_migrations")
EVERYWHERE = (  # whether an account may change the rows of every table, as before this was granted one by one
    "SELECT 1 FROM information_schema.schema_privileges WHERE table_schema = %s AND grantee = %s AND privilege_type = 'UPDATE'"
)
CHANGEABLE = (  # the tables of a database whose rows an account may not change yet, and shall
    "SELECT t.table_name FROM information_schema.tables t WHERE t.table_schema = %s AND t.table_type = 'BASE TABLE' AND t.table_name NOT IN %s"
    " AND NOT EXISTS (SELECT 1 FROM information_schema.table_privileges p WHERE p.table_schema = t.table_schema"
    " AND p.table_name = t.table_name AND p.grantee = %s AND p.privilege_type = 'UPDATE')"
)


class NoDatabase(Exception):
    """The private database cannot run; the message says why."""


@dataclass(frozen=True)
class Access:
    """How to reach a database with the application's account."""

    host: str
    port: int
    user: str
    password: str
    database: str

    def environment(self) -> dict[str, str]:
        return {
            "DB_HOST": self.host,
            "DB_PORT": str(self.port),
            "DB_USER": self.user,
            "DB_PASSWORD": self.password,
            "DB_DATABASE": self.database,
        }


class PrivateDatabase:
    """One MariaDB below ``folder``; ``port`` must be free."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = _enterable(folder.resolve()), port
        self.run_dir = Path(tempfile.mkdtemp(prefix="spotdb-"))  # unix socket paths end at 107 characters
        self.socket = self.run_dir / "m.sock"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Install if new, start, and wait until it answers."""
        self._refuse_without_programs()
        self._give_folders()
        if not (self.folder / "data" / "mysql").exists():
            self._install()
        self._process = subprocess.Popen(self._server(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self._wait_until_it_answers()

    def access(self, database: str = "spot_optimizer") -> Access:
        """The application's account: rows and procedures, no tables, no triggers. Made with its database if new.

        To be asked for after a migration: what may be changed is granted table by table, so that audit rows can only be
        added (INV-09).
        """
        made = self._account("spot_optimizer", "SELECT, INSERT, EXECUTE", database)
        whose = f"'{made.user}'@'127.0.0.1'"
        with self.root() as connection, connection.cursor() as cursor:
            if cursor.execute(EVERYWHERE, (database, whose)):
                cursor.execute(f"REVOKE UPDATE, DELETE ON `{database}`.* FROM {whose}")
            cursor.execute(CHANGEABLE, (database, APPEND_ONLY, whose))
            for (name,) in cursor.fetchall():
                cursor.execute(f"GRANT UPDATE, DELETE ON `{database}`.`{name}` TO {whose}")
        return made

    def owner(self, database: str = "spot_optimizer") -> Access:
        """The account that migrates."""
        return self._account("spot_owner", "ALL PRIVILEGES", database)

    def _account(self, user: str, rights: str, database: str) -> Access:
        password = self._password()
        with self.root() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
            cursor.execute("CREATE USER IF NOT EXISTS %s@'127.0.0.1' IDENTIFIED BY %s", (user, password))
            cursor.execute(f"GRANT {rights} ON `{database}`.* TO %s@'127.0.0.1'", (user,))
        return Access("127.0.0.1", self.port, user, password, database)

    def root(self) -> pymysql.Connection:
        """The administrator's connection over the socket, without a password."""
        return pymysql.connect(unix_socket=str(self.socket), user=_me(), ssl_disabled=True, connect_timeout=3)

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._process and self._process.pid

    @staticmethod
    def running(var: Path) -> Access:
        """The application's account on the database that a server keeps below ``var``; FileNotFoundError when there is none."""
        port = json.loads((var / "ports.json").read_text())["database"]
        password = (_enterable((var / "db").resolve()) / "password").read_text()
        return Access("127.0.0.1", port, "spot_optimizer", password, "spot_optimizer")

    def kill(self) -> None:
        """SIGKILL, for fault tests."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM and wait; then only the socket's folder goes."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def _refuse_without_programs(self) -> None:
        missing = [name for name in NEEDED if shutil.which(name) is None]
        if missing:
            raise NoDatabase(f"{', '.join(missing)} not found: install mariadb-server-core, or set DB_HOST")

    def _install(self) -> None:
        done = subprocess.run(self._installer(), capture_output=True, text=True)
        if done.returncode:
            raise NoDatabase(f"the database's folder could not be made: {done.stderr[-500:] or done.stdout[-500:]}")

    def _installer(self) -> list[str]:
        return [
            "mariadb-install-db", "--no-defaults", *self._common(), "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={_me()}", "--skip-test-db", "--skip-name-resolve", "--force",
        ]  # fmt: skip

    def _server(self) -> list[str]:
        return ["mariadbd", "--no-defaults", *self._common(), *self._where(), "--skip-log-bin", "--innodb-log-file-size=16M"]

    def _where(self) -> list[str]:
        """Where it listens, what it logs, and how it reads and sorts."""
        return [
            f"--socket={self.socket}", f"--pid-file={self.run_dir}/m.pid", f"--log-error={self.folder}/err.log",
            "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve", "--innodb-buffer-pool-size=64M",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci", f"--sql-mode={SQL_MODE}",
        ]  # fmt: skip

    def _common(self) -> list[str]:
        """A tmpdir of its own: a starting MariaDB sweeps away the temporary tables of another one in /tmp."""
        return [f"--user={_owner()}", f"--datadir={self.folder}/data", f"--tmpdir={self.run_dir}"]

    def _give_folders(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _make_system_user()
            for place in (self.folder, self.folder / "data", self.run_dir):
                shutil.chown(place, USER, USER)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise NoDatabase(f"the database ended at once; see {self.folder}/err.log")
            try:
                self.root().close()
                return
            except pymysql.Error:
                time.sleep(0.05)
        raise NoDatabase(f"the database did not answer within 40 s; see {self.folder}/err.log")

    def _password(self) -> str:
        """Kept beside the data, readable by us alone."""
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()


def _enterable(folder: Path) -> Path:
    """``folder``, or one under /var/lib where the database's user cannot enter the checkout (a 0700 /root)."""
    if os.geteuid() != 0:
        return folder
    closed = [place for place in folder.parents if place.exists() and not place.stat().st_mode & 0o001]
    if not closed:
        return folder
    elsewhere = Path("/var/lib/spot-optimizer") / str(folder).strip("/").replace("/", "-")
    print(f"database: {closed[0]} is closed to its user, so the data lies in {elsewhere}")
    return elsewhere


def _make_system_user() -> None:
    """Root must not run a database. One of us at a time: two `useradd` at once leave a user whose number then changes."""
    with Path("/run/spotdb-user.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            pwd.getpwnam(USER)
        except KeyError:
            subprocess.run(["useradd", "-r", "-M", "-s", "/usr/sbin/nologin", USER], check=True)


def _owner() -> str:
    return USER if os.geteuid() == 0 else _me()


def _me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
