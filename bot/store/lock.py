"""One process per SQLite file: a lock of the operating system beside it, and the address of whoever holds it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

PATIENCE_S: Final = 1.0
"""How long an opening process waits: `running` of another one may hold the lock for a blink."""


class Lock:
    """Held from `take` to `release`, or until the process ends in whatever way."""

    def __init__(self, database: Path, held: FileLock) -> None:
        self._address = _address_of(database)
        self._held = held

    def announce(self, address: str) -> None:
        """Tell `running` where this process answers, such as "http://127.0.0.1:5000"."""
        self._address.write_text(address, encoding="utf-8")

    def release(self) -> None:
        self._address.unlink(missing_ok=True)
        self._held.release()


def take(database: Path) -> Lock:
    """Lock the file for this process. Raises SettingsError where another one has it open; waits PATIENCE_S at most."""
    lock = _lock_of(database)
    try:
        lock.acquire(timeout=PATIENCE_S, poll_interval=0.05)
    except Timeout as error:
        raise SettingsError(
            f"{database} is in use by another running imagebot; stop that one first, "
            "or give this one its own store.data_dir."
        ) from error
    except OSError as error:
        raise _shut(database, error) from error
    _address_of(database).unlink(missing_ok=True)
    return Lock(database, lock)


def running(url: str) -> str | None:
    """The address of the process that has this database open; "" where it announced none, None where nobody runs.

    Raises SettingsError where the lock is another account's.
    """
    database = file_of(url)
    if database is None or not _lock_path(database).exists():
        return None
    lock = _lock_of(database)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        with suppress(FileNotFoundError):
            return _address_of(database).read_text(encoding="utf-8")
        return ""
    except OSError as error:
        raise _shut(database, error) from error
    lock.release()
    return None


def file_of(url: str) -> Path | None:
    """The file behind an SQLite URL; None for a database that runs as a server. Raises SettingsError, as `read`."""
    parsed = read(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def read(url: str) -> URL:
    """The database's address. Raises SettingsError for what is none, or names no file."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # unchained: what is wrong may be quoted, and it may be a password
        raise SettingsError(
            "store.database_url is not a database address such as postgresql://name:password@host/database."
        ) from None
    if "@" in (parsed.host or ""):
        raise SettingsError("store.database_url: in a name or password, @ is written %40, : %3A, / %2F and % %25.")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise SettingsError("store.database_url names no file; jobs must survive a restart.")
    return parsed


def _shut(database: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{_lock_path(database)} cannot be used ({error.strerror}); check whose it is.")


def _lock_of(database: Path) -> FileLock:
    # Not bound to a thread: it is taken off the event loop and released wherever the store is closed.
    return FileLock(_lock_path(database), thread_local=False)


def _lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def _address_of(database: Path) -> Path:
    return database.with_name(database.name + ".address")
