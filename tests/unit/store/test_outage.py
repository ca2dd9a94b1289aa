"""A server that goes away amid transactions: nothing is lost that was answered, and nothing is written twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from bot.errors import TooManyJobsError
from bot.store import opening
from bot.store.marks import Marks
from bot.store.tables import counters
from bot.store.transactions import InDoubtError, Transactions
from tests.postgres import Server

WORD = sa.text("INSERT INTO words VALUES (:word)")


class Book:
    """A table in which a word may stand twice, so that whatever happens twice is seen."""

    def __init__(self, url: str, patience_s: float = 30.0) -> None:
        self.engine = opening.connect(url)
        with self.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS words (word TEXT)")
            counters.create(connection, checkfirst=True)
        self.transactions = Transactions(self.engine, writers=opening.WRITERS, patience_s=patience_s)
        self.calls: Counter[str] = Counter()

    async def write(self, word: str, then: Callable[[sa.Connection], None] = lambda connection: None) -> str:
        def act(connection: sa.Connection) -> str:
            self.calls[word] += 1
            connection.execute(WORD, {"word": word})
            then(connection)
            return word

        return await self.transactions.write(act)

    async def words(self) -> Counter[str]:
        query = sa.text("SELECT word FROM words")
        return await self.transactions.read(lambda connection: Counter(connection.scalars(query)))


@asynccontextmanager
async def opened(url: str, patience_s: float = 30.0) -> AsyncIterator[Book]:
    book = Book(url, patience_s)
    try:
        yield book
    finally:
        await book.transactions.close()
        book.engine.dispose()


@pytest.fixture
async def book(postgres_url: str) -> AsyncIterator[Book]:
    async with opened(postgres_url) as book:
        yield book


def cut(connection: psycopg.Connection[Any]) -> None:
    """As a cable that was pulled."""
    connection.close()
    raise psycopg.OperationalError("server closed the connection unexpectedly")


def cut_once(book: Book, monkeypatch: pytest.MonkeyPatch, *, committed: bool) -> None:
    """Lose the connection amid the next COMMIT, after the server has done it or before it was asked."""
    commit, cuts = book.engine.dialect.do_commit, iter([True])

    def do_commit(connection: Any) -> None:
        if next(cuts, False):
            if committed:
                commit(connection)
            cut(connection.driver_connection)
        commit(connection)

    monkeypatch.setattr(book.engine.dialect, "do_commit", do_commit)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_server_that_restarts_amid_a_crowd_of_writes_has_each_of_them_once(
    own_postgresql: Server, mode: str
) -> None:
    with psycopg.connect(own_postgresql.url, autocommit=True) as admin:
        admin.execute("DROP TABLE IF EXISTS words")
    async with opened(own_postgresql.url) as book:
        told: list[str] = []
        amid = asyncio.Event()

        async def write(writer: int) -> None:
            for number in range(60):
                told.append(await book.write(f"{writer}-{number}"))
                if len(told) == 200:
                    amid.set()

        async with asyncio.TaskGroup() as crowd:
            for writer in range(12):
                crowd.create_task(write(writer))
            await amid.wait()
            await asyncio.to_thread(own_postgresql.stop, mode)
            assert len(told) < 700  # the server went amid the work
            await asyncio.to_thread(own_postgresql.start)
        assert await book.words() == Counter(told)
        assert len(told) == 720


async def test_who_waits_longer_than_the_patience_is_told_and_the_next_is_served(own_postgresql: Server) -> None:
    async with opened(own_postgresql.url, patience_s=0.2) as book:
        await asyncio.to_thread(own_postgresql.stop)
        with pytest.raises(OperationalError):
            await book.write("a")
        with pytest.raises(OperationalError):
            await book.words()
        await asyncio.to_thread(own_postgresql.start)
        assert await book.write("b") == "b"
        assert (await book.words())["a"] == 0


async def test_closing_waits_for_no_server(own_postgresql: Server) -> None:
    async with opened(own_postgresql.url, patience_s=60) as book:
        await asyncio.to_thread(own_postgresql.stop)
        writing = asyncio.ensure_future(book.write("a"))
        async with asyncio.timeout(10):
            await asyncio.sleep(0)
            await book.transactions.close()
            with pytest.raises(OperationalError):
                await writing
        await asyncio.to_thread(own_postgresql.start)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_commit_whose_answer_got_lost_happens_once(
    book: Book, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    await book.write("before")
    cut_once(book, monkeypatch, committed=committed)
    assert await book.write("a") == "a"
    assert book.calls["a"] == (1 if committed else 2)
    assert await book.words() == {"before": 1, "a": 1}


async def test_a_commit_of_which_nobody_can_tell_is_not_tried_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise OperationalError("SELECT", {}, psycopg.OperationalError("connection refused"))

    async with opened(postgres_url, patience_s=0.2) as book:
        await book.write("before")
        cut_once(book, monkeypatch, committed=True)
        monkeypatch.setattr(Marks, "found", away)
        with pytest.raises(InDoubtError):
            await book.write("a")
        assert book.calls["a"] == 1


def test_who_looks_for_a_commit_waits_for_one_that_is_under_way(postgres_url: str) -> None:
    engine, marks = opening.connect(postgres_url), Marks()

    def commit_when_waited_for(writing: sa.Connection) -> None:
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
            until = time.monotonic() + 10
            while not watching.scalar(waiting) and time.monotonic() < until:
                time.sleep(0.01)
        writing.commit()

    for _ in ("the thread's first mark", "a later one"):
        with engine.connect() as writing, engine.connect() as looking:
            mark = marks.leave(writing)
            committing = threading.Thread(target=commit_when_waited_for, args=(writing,))
            committing.start()
            assert marks.found(looking, mark)
            assert not marks.found(looking, mark - 1)
            looking.commit()
            committing.join()
    engine.dispose()


async def test_a_house_that_closes_leaves_no_marks(book: Book) -> None:
    for word in "abc":
        await book.write(word)
    marks = sa.select(sa.func.count()).select_from(counters).where(counters.c.name.startswith("commit:"))
    with book.engine.connect() as connection:
        assert connection.scalar(marks)
    await book.transactions.close()
    with book.engine.connect() as connection:
        assert connection.scalar(marks) == 0


async def test_two_that_wait_for_each_other_both_end(book: Book) -> None:
    met = threading.Barrier(2, timeout=10)

    def lock(first: str, second: str) -> Callable[[sa.Connection], None]:
        def then(connection: sa.Connection) -> None:
            connection.execute(sa.text("UPDATE words SET word = word WHERE word = :word"), {"word": first})
            if book.calls[f"{first}{second}"] == 1:
                met.wait()
            connection.execute(sa.text("UPDATE words SET word = word WHERE word = :word"), {"word": second})

        return then

    for word in "xy":
        await book.write(word)
    ends = await asyncio.gather(book.write("xy", lock("x", "y")), book.write("yx", lock("y", "x")))
    assert ends == ["xy", "yx"]
    assert sorted((book.calls["xy"], book.calls["yx"])) == [1, 2]
    assert await book.words() == {"x": 1, "y": 1, "xy": 1, "yx": 1}


async def test_who_met_anothers_row_looks_again_and_then_is_told(book: Book) -> None:
    def meet(connection: sa.Connection) -> None:
        connection.execute(counters.insert().values(name="taken", value=1))

    await book.write("first", meet)
    with pytest.raises(IntegrityError):
        await book.write("second", meet)
    assert book.calls["second"] == 3
    assert await book.words() == {"first": 1}


async def test_what_no_other_try_would_mend_is_told_at_once(book: Book) -> None:
    def refuse(_connection: sa.Connection) -> None:
        raise TooManyJobsError(limit=1)

    def divide(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT 1 / 0"))

    for word, then, error in (("a", refuse, TooManyJobsError), ("b", divide, DataError)):
        with pytest.raises(error):
            await book.write(word, then)
        assert book.calls[word] == 1
    assert await book.words() == {}
