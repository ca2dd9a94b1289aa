"""Locks by name, over all processes of a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from bot.store import opening
from bot.store.alone import Alone
from tests.unit.store.made import on_postgresql


@pytest.fixture
async def pair(url: str) -> AsyncIterator[tuple[Alone, Alone]]:
    """Two processes on one database; on SQLite, which has one house per file, twice the same."""
    engine = opening.connect(url)
    one = Alone(engine)
    other = Alone(engine) if engine.dialect.name == "postgresql" else one
    yield one, other
    for alone in {one, other}:
        await alone.close()
    engine.dispose()


async def test_one_at_a_time_holds_a_name(pair: tuple[Alone, Alone]) -> None:
    inside, most, done = 0, 0, 0

    async def visit(alone: Alone) -> None:
        nonlocal inside, most, done
        async with alone.holding("picture"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            inside -= 1
            done += 1

    async with asyncio.timeout(20):
        await asyncio.gather(*(visit(alone) for _ in range(10) for alone in pair))
    assert (most, done) == (1, 20)


async def test_different_names_do_not_wait_for_each_other(pair: tuple[Alone, Alone]) -> None:
    one, other = pair
    async with asyncio.timeout(10), one.holding("cat"), other.holding("dog"):
        pass


async def test_a_name_is_free_again_after_an_error(pair: tuple[Alone, Alone]) -> None:
    one, other = pair
    with pytest.raises(ZeroDivisionError):
        async with one.holding("cat"):
            raise ZeroDivisionError
    async with asyncio.timeout(10), other.holding("cat"):
        pass


async def test_who_gives_up_waiting_leaves_the_name_free(pair: tuple[Alone, Alone]) -> None:
    """Each time at another moment of the waiting, or of what comes before it."""
    one, other = pair
    for moment in range(8):
        async with one.holding("cat"):
            waiting = [asyncio.create_task(_visit(other)) for _ in range(3)]
            await asyncio.sleep(moment / 500)
            for task in waiting:
                task.cancel()
            ends = await asyncio.gather(*waiting, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ends)
        for alone in pair:
            async with asyncio.timeout(10), alone.holding("cat"):
                pass


async def _visit(alone: Alone) -> None:
    async with alone.holding("cat"):
        pass


@on_postgresql
async def test_the_name_of_a_process_that_was_cut_off_is_free(pair: tuple[Alone, Alone], postgres_url: str) -> None:
    one, other = pair
    cut = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with one.holding("cat"):
        engine = opening.connect(postgres_url)
        with engine.connect() as connection:
            assert connection.scalars(cut).all() == [True]
        engine.dispose()
        async with asyncio.timeout(10), other.holding("cat"):
            pass
    async with asyncio.timeout(10), one.holding("cat"):
        pass
