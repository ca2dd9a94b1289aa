"""Polling by a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.errors import BotError, BrokenError, OverdueError, ThrottledError, UnreachableError, VanishedError
from bot.job import Moderated, Progress, Rendered, Ticket, Where
from bot.pace import FLOOR_S, Pace
from bot.watch import Ceiling, Settled, Watch
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


@asynccontextmanager
async def running(watch: Watch) -> AsyncIterator[Watch]:
    turning = asyncio.create_task(watch.run())
    yield watch
    turning.cancel()
    await asyncio.wait({turning})


@pytest.fixture
async def watch(clock: HeldClock) -> AsyncIterator[Watch]:
    async with running(Watch(clock)) as watch:
        yield watch


async def settled(
    watch: Watch,
    task: Task,
    *,
    id_: str = "t-1",
    age_s: float = 0.0,
    deadline_s: float = 120,
    seen: list[Progress] | None = None,
) -> Settled:
    return await watch.settle(
        Ticket("flux", id_),
        task.look,
        report=(seen if seen is not None else []).append,
        pace=Pace.learnt((), 5.0),
        age_s=age_s,
        left_s=deadline_s,
        deadline_s=deadline_s,
    )


def settle(
    watch: Watch, task: Task, *, deadline_s: float = 120, seen: list[Progress] | None = None
) -> asyncio.Future[Rendered | Moderated]:
    async def end() -> Rendered | Moderated:
        return (await settled(watch, task, deadline_s=deadline_s, seen=seen)).end

    return asyncio.ensure_future(end())


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
    assert len(task.asked_at) < 40


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


async def test_what_a_task_took_lies_between_the_last_two_looks(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: READY if age >= 6.0 else Progress("Pending"))
    end = asyncio.ensure_future(settled(watch, task))
    await clock.advance(8)
    assert (await end).took_s == pytest.approx(sum(task.asked_at[-2:]) / 2)


async def test_a_task_taken_up_again_is_looked_at_by_its_age_and_teaches_nothing(
    clock: HeldClock, watch: Watch
) -> None:
    task = Task(clock, lambda age: READY)
    end = asyncio.ensure_future(settled(watch, task, age_s=60))
    await clock.advance(0.1)
    assert await end == Settled(READY, None)


async def test_progress_brings_the_next_look_to_the_end_it_foretells(clock: HeldClock, watch: Watch) -> None:
    def answer(age: float) -> Reading:
        return READY if age >= 4.5 else Progress("Generating", age / 4.5)

    task = Task(clock, answer)
    end = settle(watch, task)
    await clock.advance(6)
    assert await end == READY
    assert len(task.asked_at) == 2
    assert task.asked_at[-1] == pytest.approx(4.5, abs=0.05)


async def test_progress_that_stands_still_changes_nothing(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: READY if age >= 30 else Progress("Generating", 0.99))
    end = settle(watch, task)
    await clock.advance(40)
    assert await end == READY
    assert len(task.asked_at) < 35


async def test_a_nudge_looks_at_once(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: READY)
    end = settle(watch, task)
    await clock.advance(0.5)
    assert not task.asked_at
    watch.nudge("t-1")
    await clock.advance(0.05)
    assert await end == READY
    await clock.advance(60)
    assert len(task.asked_at) == 1


async def test_a_nudge_during_a_look_is_followed_by_another(clock: HeldClock, watch: Watch) -> None:
    class Slow(Task):
        async def look(self, ticket: Ticket) -> Progress | Rendered | Moderated:
            reading = await super().look(ticket)
            await self.clock.sleep(1)
            return reading

    task = Slow(clock, lambda age: READY if age >= 3.0 else Progress("Pending"))
    end = settle(watch, task)
    await clock.advance(2.9)
    assert len(task.asked_at) == 1
    watch.nudge("t-1")
    await clock.advance(2)
    assert await end == READY
    assert task.asked_at[1] == pytest.approx(task.asked_at[0] + 1, abs=0.05)


async def test_a_nudge_for_a_ticket_that_is_not_open_does_nothing(clock: HeldClock, watch: Watch) -> None:
    end = settle(watch, Task(clock, lambda age: READY))
    await clock.advance(8)
    assert end.done()
    watch.nudge("t-1")
    watch.nudge("stranger")
    await clock.advance(1)


async def test_however_many_tickets_are_open_a_key_is_asked_no_oftener_than_its_ceiling(clock: HeldClock) -> None:
    tasks = [Task(clock, lambda age: READY if age >= 8 else Progress("Pending")) for _ in range(60)]
    async with running(Watch(clock, Ceiling(looks_per_s=4, burst=2))) as watch:
        ends = [asyncio.ensure_future(settled(watch, task, id_=f"t-{n}")) for n, task in enumerate(tasks)]
        await clock.advance(60)
        assert all(end.done() for end in ends)
    asked_at = sorted(at for task in tasks for at in task.asked_at)
    for first in range(len(asked_at)):
        within = [at for at in asked_at[first:] if at < asked_at[first] + 5]
        assert len(within) <= 5 * 4 + 2


async def test_a_provider_that_says_too_many_is_left_alone_by_its_other_tasks(clock: HeldClock, watch: Watch) -> None:
    throttled = Task(clock, lambda age: ThrottledError(retry_after_s=10.0))
    other = Task(clock, lambda age: READY if age >= 20 else Progress("Pending"))
    ends = [asyncio.ensure_future(settled(watch, task, id_=id_)) for id_, task in (("t-1", throttled), ("t-2", other))]
    await clock.advance(throttled.asked_at[0] + 11 if throttled.asked_at else 14)
    told = throttled.asked_at[0]
    assert not [at for at in other.asked_at if told + 0.05 < at < told + 10]
    for end in ends:
        end.cancel()


async def test_the_first_look_waits_for_the_usual_time(clock: HeldClock, watch: Watch) -> None:
    task = Task(clock, lambda age: READY)
    settle(watch, task)
    await clock.advance(8)
    assert 2.0 < task.asked_at[0] < 5.0
