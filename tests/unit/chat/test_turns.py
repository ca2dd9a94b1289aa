from __future__ import annotations

import asyncio

import pytest

from bot.chat.turns import Turns, UnderWay
from bot.errors import BusyError, DuplicateError


async def test_no_more_than_so_many_are_at_work_at_once() -> None:
    turns, at_work, seen = Turns(2), 0, []

    async def work() -> None:
        nonlocal at_work
        async with turns.turn():
            at_work += 1
            seen.append(at_work)
            await asyncio.sleep(0)
            at_work -= 1

    await asyncio.gather(*(work() for _ in range(6)))
    assert (len(seen), max(seen)) == (6, 2)


async def test_who_waits_too_long_for_a_turn_is_told_that_there_is_much_to_do() -> None:
    turns = Turns(1)
    async with turns.turn():
        with pytest.raises(BusyError):
            async with turns.turn(within_s=0.01):
                pass
    async with turns.turn(within_s=0.01):
        pass


async def test_a_turn_is_given_back_by_work_that_fails() -> None:
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError):
        async with turns.turn():
            raise ZeroDivisionError
    async with turns.turn(within_s=0.01):
        pass


async def test_who_waits_for_a_stranger_lets_the_next_one_in() -> None:
    turns, stranger = Turns(1), asyncio.Event()

    async def waiting() -> None:
        async with turns.turn(), turns.aside():
            await stranger.wait()

    first = asyncio.create_task(waiting())
    await asyncio.sleep(0)
    async with turns.turn(within_s=1):
        stranger.set()
        await asyncio.sleep(0)
        assert not first.done()  # it comes back for the rest of its turn
    await first


async def test_an_event_is_answered_once_at_a_time() -> None:
    under_way = UnderWay()
    with under_way.begun("e-1"), under_way.begun("e-2"):
        assert len(under_way) == 2
        with pytest.raises(DuplicateError), under_way.begun("e-1"):
            pass
    with under_way.begun("e-1"):
        assert len(under_way) == 1


async def test_draining_lets_work_come_to_its_end_and_begins_nothing_more() -> None:
    under_way, ready, done = UnderWay(), asyncio.Event(), []

    async def work() -> None:
        with under_way.begun("e-1"):
            await ready.wait()
            done.append("e-1")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    draining = asyncio.create_task(under_way.drain(10))
    await asyncio.sleep(0)
    assert not draining.done()
    ready.set()
    await draining
    await task
    assert (done, under_way.shut) == (["e-1"], True)
    with pytest.raises(DuplicateError), under_way.begun("e-2"):
        pass


async def test_draining_cuts_off_what_takes_too_long() -> None:
    under_way = UnderWay()

    async def work() -> None:
        with under_way.begun("e-1"):
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await under_way.drain(0)
    assert task.cancelled()
    assert len(under_way) == 0


async def test_draining_with_nothing_under_way_ends_at_once() -> None:
    under_way = UnderWay()
    await under_way.drain(10)
    assert under_way.shut


async def test_what_is_started_is_under_way_before_its_first_line_runs() -> None:
    under_way, done = UnderWay(), []

    async def work(name: str) -> None:
        done.append(name)

    task = under_way.start("e-1", work("first"), name="an event")
    with pytest.raises(DuplicateError):
        under_way.start("e-1", work("again"), name="an event")
    await under_way.drain(10)
    assert task.done()
    with pytest.raises(DuplicateError):
        under_way.start("e-2", work("late"), name="an event")
    assert (done, len(under_way)) == (["first"], 0)
