"""Forgetting people: what stays is what they cost, and everything of everybody else."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.errors import PictureUnknownError
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Status, Ticket, Where
from bot.message import Person, Place, Receipt
from bot.request import ImageId, Imagine, Request, Shape, Upscale
from bot.spending import Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_image, made_job, said

ADA = Person("slack", "T1/U1", "Ada Lovelace", roles=("S1",))
EVE = Person("slack", "T11/U1", "Eve Neighbour")
CHANNEL = Place("slack", "T1/C1")
TODAY = Tab("person:slack:T1/U1", "2026-11-21")
SECRETS = ("Ada Lovelace", "a heron", "hooks.slack", "Ready when you are", "task-ticket", "so-called reasons")


async def forget(store: Store, prefix: str, door: str = "slack") -> tuple[set[str], tuple[JobId, ...]]:
    """As the gallery does it: gives the names of the files and the jobs that were stopped."""
    forgotten = await store.forget_jobs(await store.jobs_of_all(door, prefix))
    pictures = await store.images_of_all(door, prefix)
    files = await store.forget_images(door, prefix, pictures)
    await store.forget_names(door, prefix)
    return {*forgotten.files, *files}, forgotten.stopped


async def asked(store: Store, clock: HeldClock, by: Person = ADA, request: Request | None = None) -> Job:
    heron = Imagine(prompt="a heron", shape=Shape(64, 64), seed=7)
    place = Place(by.door, by.id.partition("/")[0] + "/C1", handle="https://hooks.slack.test/secret")
    job = replace(made_job(clock, by=by, at=place, request=request or heron, tabs=(TODAY,)), asked="/imagine a heron")
    await store.accept(job, anything_goes, draw=drawn)
    await store.keep_reply(job.id, said("a heron"))
    await store.keep_receipt(job.id, Receipt(by.door, place.id, f"ts-{job.id}"))
    return job


async def ended(store: Store, job: Job, outcome: Outcome) -> Job:
    await store.begin(job.id)
    await store.submitting(job.id)
    await store.ticketed(job.id, Ticket("flux", "task-ticket", url="https://flux.test/task-ticket"))
    await store.finish(job.id, outcome)
    return job


def everything(url: str) -> str:
    """Every value of every row, as one text."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        tables = sa.inspect(engine).get_table_names()
        rows = [connection.execute(sa.text(f'SELECT * FROM "{table}"')).all() for table in tables]
    engine.dispose()
    return json.dumps([[str(value) for value in row] for table in rows for row in table], ensure_ascii=False)


@pytest.mark.parametrize(
    "outcome",
    [
        Finished(image=ImageId("a" * 64), cost_cents=Decimal(3), notes={"understood": "a heron"}),
        Moderated(where=Where.PROMPT, reasons=("so-called reasons",)),
        Failed(key="rejected", facts={"said": "a heron"}, fields={"prompt": "Ready when you are"}),
        Failed(key="unsure", unsure=True, facts={"said": "a heron"}),
        Cancelled(cost_cents=Decimal(2)),
    ],
)
async def test_no_word_name_or_picture_stays_and_the_money_does(
    store: Store, clock: HeldClock, url: str, outcome: Outcome
) -> None:
    job = await ended(store, await asked(store, clock), outcome)
    picture = replace(made_image(clock, "heron", job=job), by=ADA.key)
    await store.keep_image(picture)
    before, spent = await store.ledger_sum(), await store.spend(job.accepted_at)
    assert any(secret in everything(url) for secret in SECRETS)
    files, _ = await forget(store, "T1/")
    assert files == {picture.name}
    left = everything(url)
    assert [secret for secret in SECRETS if secret in left] == []
    assert picture.id not in left
    assert (await store.ledger_sum(), await store.spend(job.accepted_at)) == (before, spent)
    assert await store.unbalanced() == ()
    record = await store.record(job.id)
    assert (record.deleted, record.reply, record.receipt, record.untold) == (True, None, None, False)
    assert await store.untold(DOORS, 9) == ()


async def test_a_waiting_job_is_ended_and_its_hold_given_back(store: Store, clock: HeldClock) -> None:
    job = await asked(store, clock)
    assert (await forget(store, "T1/"))[1] == (job.id,)
    assert (await store.record(job.id)).status is Status.CANCELLED
    held = await store.ledger_sum()
    assert (held.open_pictures, held.open_cents) == (0, 0)
    assert await store.unbalanced() == ()
    assert not await store.begin(job.id)


async def test_a_running_job_learns_that_it_is_to_stop_and_what_it_still_brings_is_erased(
    store: Store, clock: HeldClock, url: str
) -> None:
    job = await asked(store, clock)
    await store.begin(job.id)
    await store.submitting(job.id)
    await store.ticketed(job.id, Ticket("flux", "task-ticket", cost_cents=Decimal(3)))
    await forget(store, "T1/")
    assert await store.cancel_asked(job.id)
    late = replace(made_image(clock, "heron", job=job), by=ADA.key)
    await store.keep_image(late)
    await store.keep_reply(job.id, said("a heron"))
    assert await store.finish(job.id, Finished(image=late.id, notes={"understood": "a heron"}))
    assert await store.erase(job.id) == (late.name,)
    assert await store.erase(job.id) == ()
    left = everything(url)
    assert [secret for secret in (*SECRETS, late.id) if secret in left] == []
    assert (await store.ledger_sum()).settled_cents == Decimal(3)
    assert await store.unbalanced() == ()


@pytest.mark.parametrize("prefix", ["T1/", "T_/", "t1/", "T%", "1/"])
async def test_the_neighbours_stay(store: Store, clock: HeldClock, prefix: str) -> None:
    neighbours = [EVE, Person("slack", "E1.T1/U1", "Org"), Person("discord", "T1", "Same letters")]
    jobs = [await ended(store, await asked(store, clock, by), Finished(image=ImageId("a" * 64))) for by in neighbours]
    before = [await store.record(job.id) for job in jobs]
    await asked(store, clock)
    await forget(store, prefix)
    assert [await store.record(job.id) for job in jobs] == before


async def test_a_picture_that_another_tenant_made_or_brought_too_stays_theirs(store: Store, clock: HeldClock) -> None:
    mine, theirs = await asked(store, clock), await asked(store, clock, EVE)
    for job in (mine, theirs):
        await store.keep_image(replace(made_image(clock, "same seed", job=job), by=job.by.key))
    photo = made_image(clock, "photo")
    for by in (ADA, EVE):
        await store.keep_image(replace(photo, by=by.key))
    await asked(store, clock, ADA, Upscale(source=photo.id, factor=2))
    files, _ = await forget(store, "T1/")
    assert files == set()
    assert (await store.image(made_image(clock, "same seed").id)).by == EVE.key
    assert (await store.image(photo.id)).by == EVE.key
    assert (await forget(store, "T11/"))[0] == {photo.name, made_image(clock, "same seed").name}


async def test_a_picture_that_another_tenant_works_from_stays(store: Store, clock: HeldClock) -> None:
    picture = replace(made_image(clock, "heron", job=await asked(store, clock)), by=ADA.key)
    await store.keep_image(picture)
    await asked(store, clock, EVE, Upscale(source=picture.id, factor=2))
    assert (await forget(store, "T1/"))[0] == set()
    assert (await store.image(picture.id)).name == picture.name


async def test_what_was_only_brought_goes(store: Store, clock: HeldClock) -> None:
    photo = replace(made_image(clock, "photo"), by=ADA.key)
    await store.keep_image(photo)
    assert (await forget(store, "T1/"))[0] == {photo.name}
    with pytest.raises(PictureUnknownError):
        await store.image(photo.id)


async def test_doing_it_twice_does_no_harm(store: Store, clock: HeldClock) -> None:
    jobs = [await ended(store, await asked(store, clock), Cancelled()) for _ in range(3)]
    await forget(store, "T1/")
    sums, records = await store.ledger_sum(), [await store.record(job.id) for job in jobs]
    await forget(store, "T1/")
    assert (await store.ledger_sum(), [await store.record(job.id) for job in jobs]) == (sums, records)


async def test_what_a_guest_asked_for_in_a_channel_of_theirs_goes_too(store: Store, clock: HeldClock) -> None:
    here, home = replace(CHANNEL, id="T1/C1"), replace(CHANNEL, id="T11/C1")
    jobs = [made_job(clock, by=EVE, at=place) for place in (here, home)]
    for job in jobs:
        await store.accept(job, anything_goes, draw=drawn)
    assert await store.jobs_of_all("slack", "T1/") == (jobs[0].id,)
    await forget(store, "T1/")
    assert [(await store.record(job.id)).deleted for job in jobs] == [True, False]
    assert (await store.record(jobs[1].id)).job.by.name == "Eve Neighbour"


async def test_what_a_guest_asked_for_there_and_deleted_goes_too(store: Store, clock: HeldClock, url: str) -> None:
    job = replace(made_job(clock, by=EVE, at=CHANNEL), asked="/imagine a heron")
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Cancelled())
    await store.forget(job.id)
    await forget(store, "T1/")
    assert "a heron" not in everything(url)


async def test_a_person_who_comes_back_starts_with_what_they_spent_today(store: Store, clock: HeldClock) -> None:
    await ended(store, await asked(store, clock), Finished(image=ImageId("a" * 64)))
    await forget(store, "T1/")
    again = await asked(store, clock)
    assert (await store.usage(ADA.key, [TODAY], now=clock.now())).totals[TODAY].pictures == 2
    assert (await store.record(again.id)).job.by.name == "Ada Lovelace"
