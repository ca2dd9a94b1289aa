from __future__ import annotations

from bot.job import JobId
from bot.message import Place, Receipt
from bot.store import KeptReply, Store
from tests.clock import HeldClock
from tests.unit.store.made import CHANNEL, anything_goes, drawn, made_job, said


async def posted(store: Store, clock: HeldClock, title: str, at: Place = CHANNEL) -> JobId:
    job = made_job(clock, at=at)
    await store.accept(job, anything_goes, draw=drawn)
    await store.keep_reply(job.id, said(title))
    return job.id


def titles(replies: object) -> list[str | None]:
    assert isinstance(replies, tuple)
    kept: tuple[KeptReply, ...] = replies
    return [reply.reply.title if reply.reply else None for reply in kept]


async def test_a_message_is_found_by_any_place_it_was_posted_at(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    first, second = Receipt("slack", "C1", "1.1"), Receipt("slack", "C1", "1.2")
    for receipt in (first, second, second):
        await store.keep_receipt(job.id, receipt)
    assert [await store.job_at(first), await store.job_at(second)] == [job.id, job.id]
    assert await store.job_at(Receipt("slack", "C2", "1.1")) is None
    assert (await store.record(job.id)).receipt == second


async def test_every_change_in_the_house_has_a_later_revision(store: Store, clock: HeldClock) -> None:
    one, two = made_job(clock), made_job(clock)
    for job in (one, two):
        await store.accept(job, anything_goes, draw=drawn)
    first = (await store.record(two.id)).revision
    assert first > (await store.record(one.id)).revision > 0
    revisions = [first] + [await store.keep_reply(job.id, said("x")) for job in (one, two, one)]
    assert revisions == sorted(set(revisions))
    record = await store.record(one.id)
    assert (record.revision, record.reply) == (revisions[-1], said("x"))


async def test_what_happened_meanwhile_comes_in_the_order_of_its_happening(store: Store, clock: HeldClock) -> None:
    cat, dog, owl = [await posted(store, clock, title) for title in ("cat", "dog", "owl")]
    seen = (await store.replies("web", "channel"))[-1].revision
    await store.keep_reply(cat, said("cat done"))
    await store.forget(owl)
    changes = await store.replies("web", "channel", since=seen)
    assert titles(changes) == ["cat done", None]
    assert [change.job for change in changes] == [cat, owl]
    assert await store.replies("web", "channel", since=changes[-1].revision) == ()
    assert titles(await store.replies("web", "channel", since=seen, limit=1)) == ["cat done"]
    assert dog not in [change.job for change in changes]


async def test_pages_go_back_in_the_order_of_posting_whatever_changed_since(store: Store, clock: HeldClock) -> None:
    jobs = [await posted(store, clock, str(number)) for number in range(7)]
    await store.keep_reply(jobs[1], said("1 done"))
    await store.forget(jobs[5])
    newest = await store.replies("web", "channel", limit=3)
    assert titles(newest) == ["3", "4", "6"]
    older = await store.replies("web", "channel", before=newest[0].position, limit=3)
    assert titles(older) == ["0", "1 done", "2"]
    assert await store.replies("web", "channel", before=older[0].position) == ()


async def test_private_and_other_places_stay_apart(store: Store, clock: HeldClock) -> None:
    await posted(store, clock, "private", Place("web", "channel", private=True))
    await posted(store, clock, "elsewhere", Place("web", "other"))
    await posted(store, clock, "slack", Place("slack", "channel"))
    assert await store.replies("web", "channel") == ()
    assert titles(await store.replies("slack", "channel")) == ["slack"]


async def test_a_deleted_message_does_not_come_back(store: Store, clock: HeldClock) -> None:
    job = await posted(store, clock, "cat")
    await store.forget(job)
    gone = await store.record(job)
    assert await store.keep_reply(job, said("late progress")) == gone.revision
    after = await store.record(job)
    assert (after.deleted, after.reply, after.revision) == (True, None, gone.revision)
    await store.forget(job)
    assert (await store.record(job)).revision == gone.revision


async def test_a_message_keeps_the_moment_of_its_posting(store: Store, clock: HeldClock) -> None:
    at = clock.now()
    job = await posted(store, clock, "cat")
    await clock.advance(60)
    await store.keep_reply(job, said("done"))
    assert [reply.posted_at for reply in await store.replies("web", "channel")] == [at]
