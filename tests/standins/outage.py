"""A stand-in that is away: nobody listens at its port, and every line to it is cut; then it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def away(runner: web.AppRunner) -> AsyncIterator[None]:
    """For as long as the context lasts; afterwards it listens where it did."""
    (host, port), *_ = runner.addresses
    for site in list(runner.sites):
        await site.stop()
    if runner.server is not None:
        await runner.server.shutdown(0.1)
    try:
        yield
    finally:
        await web.TCPSite(runner, host, port).start()
