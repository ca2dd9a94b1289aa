"""Text that no database takes as it is: it comes from platforms and providers, and must not cost anybody a job."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.job import Failed
from bot.store import Store
from bot.store.tables import people
from tests.clock import HeldClock
from tests.unit.store.made import ADA, CAT, CHANNEL, anything_goes, made_job, said

ODD = "a\0b\ud800c"


async def test_a_name_is_kept_without_what_the_database_refuses(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, by=replace(ADA, name=ODD))
    await store.accept(job, anything_goes, draw=lambda _: said("queued"))
    with store.engines[0].connect() as connection:
        assert connection.scalars(sa.select(people.c.name)).all() == ["abc"]


async def test_a_providers_word_is_kept_without_what_the_database_refuses(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=lambda _: said("queued"))
    await store.words({job.id: (ODD, None)})
    assert (await store.record(job.id)).word == "abc"
    await store.finish(job.id, Failed(key="broken"))
    assert (await store.record(job.id)).word == "abc"


@pytest.mark.parametrize("where", ["prompt", "asked", "handle", "message"])
async def test_other_words_are_kept_to_the_letter(store: Store, clock: HeldClock, where: str) -> None:
    job = made_job(
        clock,
        request=replace(CAT, prompt=ODD) if where == "prompt" else CAT,
        at=replace(CHANNEL, handle=ODD) if where == "handle" else CHANNEL,
    )
    job = replace(job, asked=ODD) if where == "asked" else job
    await store.accept(job, anything_goes, draw=lambda _: said(ODD if where == "message" else "queued"))
    assert await store.job(job.id) == job


async def test_an_event_is_held_to_the_letter(store: Store) -> None:
    await store.hold("slack", "Ev1", {"text": ODD})
    assert await store.held("slack") == (("Ev1", {"text": ODD}),)
