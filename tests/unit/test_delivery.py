"""Delivery over a real store and a street: one message a job, the outcome last, whatever comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.delivery import Delivery
from bot.errors import PlaceBusyError, PlaceGoneError, PlaceShutError
from bot.job import Cancelled, Job, JobId, Progress
from bot.message import Place, Receipt, Reply, Tone
from bot.reply import Standing
from bot.request import Imagine, Shape
from bot.store import Store
from tests.clock import HeldClock
from tests.house import ADA, STREET, Street

DONE = Reply(tone=Tone.DONE, title="done")
QUEUED = Standing(ahead=0)


def draw(standing: Standing) -> Reply:
    return Reply(tone=Tone.WORKING, title=standing.progress.word if standing.progress else f"ahead {standing.ahead}")


class Post:
    """A store with jobs in it, a delivery and a street."""

    def __init__(self, store: Store, clock: HeldClock) -> None:
        self.store, self.clock = store, clock
        self.delivery, self.street = Delivery(store, clock), Street()
        self.delivery.messengers["test"] = self.street
        self._count = 0

    async def job(self) -> Job:
        self._count += 1
        job = Job(
            id=JobId(f"{self._count:016x}"),
            request=Imagine(prompt="a fox", shape=Shape(64, 64), seed=1),
            provider="scripted", model="brush", by=ADA, at=STREET, accepted_at=datetime.now(UTC), deadline_s=60,
            reserved_cents=Decimal(4), event=str(self._count),
        )  # fmt: skip
        await self.store.accept(job, lambda usage: None, draw=lambda ahead: draw(Standing(ahead=ahead)))
        return job

    async def end(self, job: Job) -> None:
        await self.store.finish(job.id, Cancelled())

    def posts(self) -> int:
        return [kind for kind, _, _ in self.street.history].count("post")

    async def pass_s(self, seconds: float) -> None:
        """Let time pass, and the database's threads do their work."""
        for _ in range(round(seconds / 0.25)):
            await self.clock.advance(0.25)
            await self.store.waiting()
            await self.clock.settle()


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = HeldClock()
    store = await Store.open(f"sqlite:///{tmp_path / 'imagebot.sqlite'}", clock=clock)
    await store.enter(worker=True, doors=("test",))
    opened = Post(store, clock)
    running = asyncio.create_task(opened.delivery.run())
    yield opened
    running.cancel()
    await asyncio.wait({running})
    await store.close()


async def test_progress_is_shown_at_the_doors_pace_and_only_the_newest(post: Post) -> None:
    post.street.pace_s = 2.0
    job = await post.job()
    await post.delivery.announce(job, draw, Standing())
    for step in range(40):
        post.delivery.tell(job.id, Standing(progress=Progress(f"step {step}")))
        await post.pass_s(0.25)
    edits = [reply.title for kind, _, reply in post.street.history if kind == "edit" and reply]
    assert 4 <= len(edits) <= 6
    await post.pass_s(3)
    assert post.street.messages["m0"].title == "step 39"


async def test_a_progress_edit_on_its_way_does_not_overtake_the_outcome(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, Standing())
    begun, go = asyncio.Event(), asyncio.Event()
    edit = post.street.edit

    async def slow(place: Place, receipt: Receipt, reply: Reply) -> None:
        if reply.tone is Tone.WORKING:
            begun.set()
            await go.wait()
        await edit(place, receipt, reply)

    monkeypatch.setattr(post.street, "edit", slow)
    post.delivery.tell(job.id, Standing(progress=Progress("half")))
    await post.clock.advance(0.3)
    async with asyncio.timeout(10):
        await begun.wait()
        await post.end(job)
        delivered = asyncio.create_task(post.delivery.deliver(job, DONE))
        await post.clock.settle()
        go.set()
        await delivered
    assert post.street.messages["m0"] == DONE
    await post.pass_s(3)
    assert post.street.messages["m0"] == DONE


async def test_an_outcome_that_overtakes_its_announcement_waits_for_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await post.job()
    begun, go = asyncio.Event(), asyncio.Event()
    put = post.street.post

    async def slow(place: Place, reply: Reply, *, nonce: str) -> Receipt:
        begun.set()
        await go.wait()
        return await put(place, reply, nonce=nonce)

    monkeypatch.setattr(post.street, "post", slow)
    async with asyncio.timeout(10):
        announced = asyncio.create_task(post.delivery.announce(job, draw, QUEUED))
        await begun.wait()
        await post.end(job)
        delivered = asyncio.create_task(post.delivery.deliver(job, DONE))
        await post.clock.settle()
        go.set()
        await asyncio.gather(announced, delivered)
    assert post.posts() == 1
    assert post.street.messages == {"m0": DONE}
    assert post.delivery.current(job.id) is None


async def test_a_job_that_has_ended_is_not_announced_again(post: Post) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, QUEUED)
    await post.end(job)
    await post.delivery.deliver(job, DONE)
    await post.delivery.announce(job, draw, QUEUED)
    assert post.delivery.current(job.id) is None
    assert post.posts() == 1


async def test_an_announcement_that_failed_leaves_nothing_behind(post: Post) -> None:
    job = await post.job()
    post.street.faults.append(PlaceShutError())
    with pytest.raises(PlaceShutError):
        await post.delivery.announce(job, draw, QUEUED)
    assert post.delivery.current(job.id) is None


async def test_an_announcement_that_is_gone_is_replaced_by_a_new_message(post: Post) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, QUEUED)
    await post.end(job)
    post.street.faults.append(PlaceGoneError())
    await post.delivery.deliver(job, DONE)
    record = await post.store.record(job.id)
    assert record.receipt is not None
    assert post.street.messages[record.receipt.handle] == DONE
    assert record.delivered_at is not None


async def test_an_outcome_that_can_be_put_nowhere_is_left_for_the_list_of_jobs(post: Post) -> None:
    job = await post.job()
    await post.end(job)
    post.street.faults.append(PlaceShutError())
    await post.delivery.deliver(job, DONE)
    assert (await post.store.record(job.id)).untold
    assert await post.store.untold(("test",), 10) == ()


async def test_a_message_that_was_deleted_while_the_platform_was_busy_does_not_come_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, QUEUED)
    await post.end(job)
    await post.pass_s(0)

    async def delete_meanwhile(seconds: float) -> None:
        await post.store.forget(job.id)
        await post.street.remove(STREET, Receipt("test", "street", "m0"))
        post.street.faults.append(PlaceGoneError())

    monkeypatch.setattr(post.delivery, "_clock", type("Clock", (), {"sleep": staticmethod(delete_meanwhile)})())
    post.street.faults.append(PlaceBusyError())
    await post.delivery.deliver(job, DONE)
    assert post.street.messages == {}


async def test_a_busy_platform_is_asked_again_after_the_pause_that_it_named(post: Post) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, QUEUED)
    await post.end(job)
    post.street.faults.append(PlaceBusyError(retry_after_s=30))
    delivered = asyncio.create_task(post.delivery.deliver(job, DONE))
    await post.pass_s(29)
    assert not delivered.done()
    await post.pass_s(3)
    async with asyncio.timeout(10):
        await delivered
    assert post.street.messages["m0"] == DONE


async def test_a_database_that_stumbles_does_not_stop_the_progress_of_others(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running = await post.job(), await post.job()
    await post.delivery.announce(waiting, draw, QUEUED)
    await post.delivery.announce(running, draw, Standing())

    async def stumble() -> None:
        raise OSError("the disk is gone for a moment")

    monkeypatch.setattr(post.store, "whereabouts", stumble)
    await post.pass_s(3)
    post.delivery.tell(running.id, Standing(progress=Progress("half")))
    await post.pass_s(1)
    assert post.street.messages["m1"].title == "half"


async def test_one_message_that_cannot_be_drawn_does_not_stop_the_others(post: Post) -> None:
    def broken(standing: Standing) -> Reply:
        if standing.progress:
            raise ZeroDivisionError
        return draw(standing)

    first, second = await post.job(), await post.job()
    await post.delivery.announce(first, broken, Standing())
    await post.delivery.announce(second, draw, Standing())
    for job in (first, second):
        post.delivery.tell(job.id, Standing(progress=Progress("half")))
    await post.pass_s(1)
    assert post.street.messages["m1"].title == "half"


async def test_who_is_gone_for_the_others_announces_nothing(post: Post) -> None:
    job = await post.job()
    post.delivery.lease = lambda: False
    await post.store.leave()  # as its burial does
    await post.delivery.announce(job, draw, QUEUED, fresh=True)
    assert post.posts() == 0
    assert post.delivery.standing(job.id) is None


async def test_what_another_process_tells_of_by_now_is_not_announced_here(post: Post) -> None:
    job = await post.job()
    post.store.process = "another"  # type: ignore[misc]
    await post.delivery.announce(job, draw, QUEUED)
    assert post.posts() == 0


async def test_a_message_that_another_process_took_away_is_looked_after_no_more(post: Post) -> None:
    job = await post.job()
    await post.delivery.announce(job, draw, QUEUED)
    await post.store.take_back(job.id)
    await post.store.forget(job.id)
    await post.pass_s(3)
    assert post.delivery.standing(job.id) is None
