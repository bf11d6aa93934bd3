"""The tests' other database: a real MySQL with its binary log on, as a managed one would run."""

import subprocess
from functools import cache
from pathlib import Path

import pymysql
import pytest

from database.private import PrivateDatabase
from scripts.stack import ROOT

NOT_HERE = 3


class MySql(PrivateDatabase):
    """As the private MariaDB, by the programs that scripts/mysql unpacked, with the C library that came with them."""

    def root(self) -> pymysql.Connection:
        return pymysql.connect(unix_socket=str(self.socket), user="root", ssl_disabled=True, connect_timeout=3)

    def start(self) -> None:
        super().start()
        with self.root() as connection, connection.cursor() as cursor:
            cursor.execute("SET GLOBAL log_bin_trust_function_creators = 1")  # what the refusal of database/migrate.py asks for

    def _refuse_without_programs(self) -> None:
        unpacked()

    def _installer(self) -> list[str]:
        return [*self._program(), "--initialize-insecure"]

    def _server(self) -> list[str]:
        return [*self._program(), *self._where(), "--mysqlx=0", "--server-id=1"]

    def _program(self) -> list[str]:
        place = unpacked()
        libraries = next(place.glob("usr/lib/*/libc.so.6")).parent
        loader = next(libraries.glob("ld-linux-*"))
        program = [str(loader), "--library-path", str(libraries), str(place / "usr/sbin/mysqld"), "--no-defaults", *self._common()]
        return [*program, f"--basedir={place}/usr", f"--lc-messages-dir={place}/usr/share/mysql", "--secure-file-priv=NULL"]


@cache
def unpacked() -> Path:
    """Where the programs are; the test is skipped where they cannot be fetched."""
    done = subprocess.run([ROOT / "scripts/mysql"], capture_output=True, text=True)
    if done.returncode == NOT_HERE:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
