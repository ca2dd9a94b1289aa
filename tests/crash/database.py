"""The two databases that everything is played on."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg

from tests.postgres import Server, with_database


class Database(Protocol):
    """url: for the auditor; settings: the environment with which a bot finds it."""

    @property
    def name(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def settings(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Sqlite:
    """The file in the bot's own folder."""

    folder: Path
    name: str = "sqlite"
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "data" / "imagebot.sqlite"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Another program has the file for itself: nobody else may write."""
        other = sqlite3.connect(self.file, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        finally:
            other.close()


@dataclass(frozen=True)
class Postgres:
    """A fresh database of a server that can be stopped and started."""

    server: Server
    url: str
    name: str = "postgresql"

    @property
    def settings(self) -> Mapping[str, str]:
        return {"IMAGEBOT__STORE__DATABASE_URL": self.url}

    async def restart(self, *, down_s: float, mode: str) -> None:
        """mode: "fast" as an administrator does it, "immediate" as a crash of the server is."""
        await asyncio.to_thread(self.server.stop, mode)
        await asyncio.sleep(down_s)
        await asyncio.to_thread(self.server.start)


@contextmanager
def fresh(server: Server) -> Iterator[Postgres]:
    """A database of its own, gone afterwards."""
    name = f"crash_{secrets.token_hex(6)}"
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
    try:
        yield Postgres(server, with_database(server.url, name))
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
