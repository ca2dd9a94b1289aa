"""Polling by a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import BotError, BrokenError, OverdueError, ThrottledError, UnreachableError, VanishedError
from bot.job import Moderated, Progress, Rendered, Ticket, Where
from bot.watch import FLOOR_S, Watch, pause_s
from tests.clock import HeldClock

Reading = Progress | Rendered | Moderated | BotError
READY = Rendered(link="https://delivery.test/1")


class Task:
    """A vendor's task that answers by age in seconds and remembers when it was asked."""

    def __init__(self, clock: HeldClock, answer: Callable[[float], Reading]) -> None:
        self.clock, self.answer = clock, answer
        self.began = clock.steady()
        self.asked_at: list[float] = []

    async def look(self, ticket: Ticket) -> Progress | Rendered | Moderated:
        age = self.clock.steady() - self.began
        self.asked_at.append(age)
        answer = self.answer(age)
        if isinstance(answer, BotError):
            raise answer
        return answer


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def watch(clock: HeldClock):
    watch = Watch(clock)
    running = asyncio.create_task(watch.run())
    yield watch
    running.cancel()
    await asyncio.wait({running})


def settle(watch: Watch, task: Task, *, deadline_s: float = 120, seen: list[Progress] | None = None):
    return asyncio.ensure_future(
        watch.settle(
            Ticket("flux", "t-1"),
            task.look,
            report=(seen if seen is not None else []).append,
            typical_s=5.0,
            left_s=deadline_s,
            deadline_s=deadline_s,
        )
    )


async def test_a_finished_task_is_seen_soon_after_it_is_ready(clock: HeldClock, watch: Watch) -> None:
    seen: list[Progress] = []
    task = Task(clock, lambda age: READY if age >= 6.0 else Progress("Pending"))
    end = settle(watch, task, seen=seen)
    await clock.advance(8)
    assert end.done()
    assert await end == READY
    assert task.asked_at[-1] - 6.0 < 1.0
    assert seen
    assert all(progress.word == "Pending" for progress in seen)


async def test_looks_at_one_task_keep_their_distance(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: READY if age >= 60 else Progress("Pending"))
    end = settle(watch, task)
    await clock.advance(70)
    assert end.done()
    gaps = [after - before for before, after in zip(task.asked_at, task.asked_at[1:], strict=False)]
    assert min(gaps) >= FLOOR_S
    assert len(task.asked_at) < 35


async def test_moderation_is_an_answer(clock: HeldClock, watch: Watch) -> None:
    refused = Moderated(where=Where.PROMPT, reasons=("Derivative Works Filter",))
    end = settle(watch, Task(clock, lambda age: refused))
    await clock.advance(3)
    assert await end == refused


async def test_a_task_that_never_ends_is_overdue_at_its_deadline(clock: HeldClock, watch: Watch) -> None:
    end = settle(watch, Task(clock, lambda age: Progress("Pending")), deadline_s=30)
    await clock.advance(29)
    assert not end.done()
    await clock.advance(3)
    with pytest.raises(OverdueError) as caught:
        await end
    assert caught.value.facts["deadline_s"] == 30


async def test_a_task_unknown_right_after_its_submit_gets_a_grace(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: VanishedError() if age < 2 else READY)
    end = settle(watch, task)
    await clock.advance(6)
    assert await end == READY


async def test_a_task_that_stays_unknown_has_vanished(clock: HeldClock, watch: Watch) -> None:
    end = settle(watch, Task(clock, lambda age: VanishedError()))
    await clock.advance(20)
    with pytest.raises(VanishedError):
        await end


@pytest.mark.parametrize("hiccup", [UnreachableError(), ThrottledError(retry_after_s=3.0)])
async def test_a_failed_look_is_taken_again(clock: HeldClock, watch: Watch, hiccup: BotError) -> None:
    end = settle(watch, Task(clock, lambda age: hiccup if age < 4 else READY))
    await clock.advance(15)
    assert await end == READY


async def test_a_pause_that_the_vendor_asks_for_is_kept(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: ThrottledError(retry_after_s=20.0) if age < 10 else READY)
    end = settle(watch, task)
    await clock.advance(40)
    assert await end == READY
    assert task.asked_at[1] - task.asked_at[0] >= 20


async def test_a_broken_task_ends_at_once(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: BrokenError(said="Error"))
    end = settle(watch, task)
    await clock.advance(5)
    with pytest.raises(BrokenError):
        await end
    assert len(task.asked_at) == 1


async def test_one_ticket_in_trouble_does_not_hold_up_another(clock: HeldClock, watch: Watch) -> None:
    def broken(age: float) -> Reading:
        raise ZeroDivisionError

    first = settle(watch, Task(clock, broken))
    second = settle(watch, Task(clock, lambda age: READY))
    await clock.advance(3)
    assert await second == READY
    assert not first.done()
    first.cancel()


async def test_a_ticket_whose_waiter_left_is_not_polled_on(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: Progress("Pending"))
    end = settle(watch, task)
    await clock.advance(3)
    end.cancel()
    await clock.advance(1)
    asked = len(task.asked_at)
    await clock.advance(30)
    assert len(task.asked_at) == asked


def test_the_first_look_waits_for_the_usual_time() -> None:
    assert pause_s(0.0, 10.0) == pytest.approx(3.0)
    assert pause_s(9.0, 10.0) < pause_s(0.0, 10.0)
