from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.errors import TooManyJobsError
from bot.store import opening
from bot.store.transactions import Transactions


class Book:
    """A table of words behind transactions, and how often something was committed."""

    def __init__(self, url: str) -> None:
        self.engine = opening.connect(url)
        with self.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE words (word TEXT PRIMARY KEY)")
        self.transactions = Transactions(self.engine, writers=1)
        self.commits = 0
        sa.event.listen(self.engine, "commit", self._count)

    async def write(self, word: str, then: Callable[[], None] = lambda: None) -> str:
        def act(connection: sa.Connection) -> str:
            connection.execute(sa.text("INSERT INTO words VALUES (:word)"), {"word": word})
            then()
            return word

        return await self.transactions.write(act)

    async def words(self) -> list[str]:
        query = sa.text("SELECT word FROM words ORDER BY rowid")
        return await self.transactions.read(lambda connection: list(connection.scalars(query)))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the writing thread, so that what is written meanwhile waits together."""
        begun, go = threading.Event(), threading.Event()

        def hold(_connection: sa.Connection) -> None:
            begun.set()
            go.wait(10)

        holding = asyncio.ensure_future(self.transactions.write(hold))
        await asyncio.to_thread(begun.wait, 10)
        try:
            yield
        finally:
            go.set()
            await holding

    def _count(self, _connection: sa.Connection) -> None:
        self.commits += 1


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    opened = Book(f"sqlite:///{tmp_path}/bot.sqlite")
    yield opened
    await opened.transactions.close()
    opened.engine.dispose()


async def begin(*writes: Coroutine[Any, Any, str]) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(write) for write in writes]
    await asyncio.sleep(0)  # each has its place in the queue
    return tasks


async def together(*writes: asyncio.Task[str]) -> list[str | BaseException]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*writes, return_exceptions=True)


def refuse() -> None:
    raise TooManyJobsError(limit=1)


def break_down() -> None:
    raise ZeroDivisionError


async def test_writes_that_wait_together_share_a_commit_and_keep_their_order(book: Book) -> None:
    words = [str(number) for number in range(20)]
    async with book.held():
        writes = await begin(*(book.write(word) for word in words))
    assert await together(*writes) == words
    assert await book.words() == words
    assert book.commits == 2  # of the one that held the thread, and theirs


async def test_one_that_is_refused_leaves_nothing_behind_and_the_others_whole(book: Book) -> None:
    async with book.held():
        writes = await begin(book.write("a"), book.write("b", refuse), book.write("c"))
    first, second, third = await together(*writes)
    assert (first, third) == ("a", "c")
    assert isinstance(second, TooManyJobsError)
    assert await book.words() == ["a", "c"]


async def test_those_that_break_down_are_the_only_ones_to_fail(book: Book) -> None:
    async with book.held():
        writes = await begin(book.write("a"), book.write("a"), book.write("b", break_down), book.write("c"))
    first, known, broken, last = await together(*writes)
    assert (first, last) == ("a", "c")
    assert isinstance(known, IntegrityError)
    assert isinstance(broken, ZeroDivisionError)
    assert await book.words() == ["a", "c"]


async def test_nobody_is_told_of_a_commit_that_failed(book: Book) -> None:
    failures = [sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))] * 2

    def fail(_connection: sa.Connection) -> None:
        if book.commits > 1 and failures:
            raise failures.pop()

    sa.event.listen(book.engine, "commit", fail)
    async with book.held():
        writes = await begin(book.write("a"), book.write("b"))
    first, second = await together(*writes)
    assert isinstance(first, sa.exc.OperationalError)  # shared, then alone
    assert second == "b"
    assert await book.words() == ["b"]


async def test_a_write_whose_caller_gave_up_before_its_turn_never_happens(book: Book) -> None:
    async with book.held():
        kept, dropped = await begin(book.write("kept"), book.write("dropped"))
        dropped.cancel()
        await asyncio.sleep(0)
    first, second = await together(kept, dropped)
    assert first == "kept"
    assert isinstance(second, asyncio.CancelledError)
    assert await book.words() == ["kept"]


async def test_a_caller_that_gives_up_later_ends_with_its_transaction(book: Book) -> None:
    begun, go = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go.wait(10)

    (write,) = await begin(book.write("a", wait))
    await asyncio.to_thread(begun.wait, 10)
    write.cancel()
    await asyncio.sleep(0)
    assert not write.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await write
    assert await book.words() == ["a"]


async def test_closing_lets_what_waits_end(book: Book) -> None:
    async with book.held():
        writes = await begin(book.write("a"), book.write("b"))
        closing = asyncio.ensure_future(book.transactions.close())
    await closing
    assert await together(*writes) == ["a", "b"]
    with pytest.raises(RuntimeError):
        await book.write("c")
