"""The end of the real process, whatever is away."""

from __future__ import annotations

import signal
from pathlib import Path

import psycopg

from bot.app import STOP_S
from tests.endtoend.process import Bot
from tests.postgres import Server, with_database


async def test_a_stop_while_the_database_is_away_ends_before_a_supervisor_kills(
    tmp_path: Path, own_postgresql: Server
) -> None:
    with psycopg.connect(own_postgresql.url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE bot TEMPLATE template0 ENCODING 'UTF8'")
    url = with_database(own_postgresql.url, "bot")
    bot = Bot(tmp_path, settings={"IMAGEBOT__STORE__DATABASE_URL": url})
    try:
        await bot.start()
        own_postgresql.stop("immediate")
        assert STOP_S < 15
        assert await bot.stop(signal.SIGTERM) == 1
        assert "could not be closed in time" in bot.log()
    finally:
        await bot.end()
