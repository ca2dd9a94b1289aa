"""Jobs that nearly never were, and what the next life of the house makes of those that the last one left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.job import JobId, Status, Ticket, Turn
from bot.message import Place, Receipt, Reply, Tone
from bot.providers import Order
from bot.request import Wish
from bot.store import JobRecord, Store
from tests.house import ADA, STREET, TestHouse, house

AN_HOUR = timedelta(hours=1)
"""A purchase whose end is unknown keeps its slot at the vendor for a while, but not for so long."""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


async def imagine(home: TestHouse, prompt: str = "a lighthouse") -> JobId:
    return await home.desk.accept(Wish(prompt=prompt), by=ADA, at=STREET, event=home.ring())


async def test_an_unfinished_job_goes_on_in_the_next_life(tmp_path: Path) -> None:
    async with house(tmp_path) as first:

        async def never(order: Order) -> Ticket:
            return await asyncio.get_running_loop().create_future()

        first.provider.on_submit = never
        waiting = [await imagine(first) for _ in range(4)]
    async with house(tmp_path) as second:
        second.clock.ahead = AN_HOUR
        # The two that wait behind the full lane were never bought; the engine on DBOS covers those that were.
        for job in waiting[2:]:
            assert (await second.told(job)).tone is Tone.DONE


async def test_a_bug_while_announcing_gives_the_hold_back(tmp_path: Path) -> None:
    async with house(tmp_path, concurrent_jobs=1) as home:
        home.street.faults.append(ZeroDivisionError())  # type: ignore[arg-type]
        with pytest.raises(ZeroDivisionError):
            await imagine(home)
        assert (await home.store.ledger_sum()).open_cents == 0
        assert (await home.told(await imagine(home))).tone is Tone.DONE
        assert len(home.provider.orders) == 1


async def test_a_job_that_the_engine_cannot_take_waits_until_it_can(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint, tried = home.engine.paint, 0

    async def stumble(turn: Turn) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise OSError("no room in the engine's file")
        await paint(turn)

    monkeypatch.setattr(home.engine, "paint", stumble)
    assert (await home.told(await imagine(home))).tone is Tone.DONE
    assert (tried, len(home.provider.orders)) == (2, 1)


async def test_a_stop_at_the_very_moment_of_the_announcement_leaves_one_message(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, stopped = home.street.post, asyncio.Event()

    async def post_and_stop(place: Place, reply: Reply, *, nonce: str) -> Receipt:
        receipt = await post(place, reply, nonce=nonce)
        await home.desk.cancel(JobId(nonce), by=ADA)
        stopped.set()
        return receipt

    monkeypatch.setattr(home.street, "post", post_and_stop)
    job = await imagine(home)
    assert stopped.is_set()
    assert (await home.told(job)).tone is Tone.CANCELLED
    assert len(home.street.messages) == 1
    (entry,) = await home.desk.history(STREET)
    assert entry.reply is not None
    assert entry.reply.tone is Tone.CANCELLED
    assert home.provider.orders == []


async def test_a_bought_job_that_the_engine_no_longer_knows_is_not_bought_again(tmp_path: Path) -> None:
    async with house(tmp_path) as first:
        sent = asyncio.Event()

        async def never(order: Order) -> Ticket:
            sent.set()
            return await asyncio.get_running_loop().create_future()

        first.provider.on_submit = never
        job = await imagine(first)
        async with asyncio.timeout(10):
            await sent.wait()
    async with house(tmp_path) as second:
        assert (await second.told(job)).tone is Tone.UNSURE
        assert second.provider.orders == []
        assert (await second.store.ledger_sum()).open_cents == Decimal(4)


async def test_one_job_that_cannot_be_read_does_not_keep_the_house_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as first:

        async def never(order: Order) -> Ticket:
            return await asyncio.get_running_loop().create_future()

        first.provider.on_submit = never
        jobs = [await imagine(first) for _ in range(4)]
    record = Store.record

    async def unreadable(store: Store, job: JobId) -> JobRecord:
        if job == jobs[2]:
            raise KeyError("written by a later release")
        return await record(store, job)

    monkeypatch.setattr(Store, "record", unreadable)
    async with house(tmp_path) as second:
        second.clock.ahead = AN_HOUR
        assert (await second.told(jobs[3])).tone is Tone.DONE


async def test_the_outcome_waits_for_a_door_that_is_missing_in_one_life(tmp_path: Path) -> None:
    async with house(tmp_path) as first:

        async def never(order: Order) -> Ticket:
            return await asyncio.get_running_loop().create_future()

        first.provider.on_submit = never
        jobs = [await imagine(first) for _ in range(4)]
    async with house(tmp_path, doors=False) as second:
        second.clock.ahead = AN_HOUR
        assert (await second.desk.wait(jobs[3], 20)).status is Status.FINISHED
        assert second.street.history == []
    async with house(tmp_path) as third:
        assert (await third.told(jobs[3])).tone is Tone.DONE
        assert third.provider.orders == []


async def test_no_memory_is_kept_of_jobs_that_were_told(home: TestHouse) -> None:
    for _ in range(3):
        job = await imagine(home)
        await home.desk.wait(job, 20)
        await home.told(job)
    assert not home.delivery._live
    assert not home.desk._waiting
    assert not home.desk._runner._stoppable


async def test_what_the_database_complains_of_holds_no_prompt(home: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.intake.new_job_id", lambda: JobId("0123456789abcdef"))
    await imagine(home, "the first one")
    with pytest.raises(IntegrityError) as caught:
        await imagine(home, "a secret lighthouse")
    assert "lighthouse" not in str(caught.value)
