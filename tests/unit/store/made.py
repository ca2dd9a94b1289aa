"""Jobs and pictures for tests, with everything said that a test does not care about."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from itertools import count

import pytest

from bot.clock import Clock
from bot.job import Job, JobId
from bot.message import Person, Place, Reply, Tone
from bot.request import Format, ImageId, Imagine, Request, Shape
from bot.spending import Tab
from bot.store import SavedImage, Store, Usage

ADA = Person("web", "ada", "Ada")
BOB = Person("web", "bob", "Bob")
CHANNEL = Place("web", "channel")
DOORS = ("web", "slack")
CAT = Imagine(prompt="a cat", shape=Shape(1024, 768), seed=7)

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

_numbers = count(1)


def made_job(
    clock: Clock,
    *,
    request: Request = CAT,
    by: Person = ADA,
    at: Place = CHANNEL,
    provider: str = "flux",
    event: str = "",
    reserved_cents: Decimal | None = Decimal("2.5"),
    accepted_at: datetime | None = None,
    tabs: tuple[Tab, ...] = (),
) -> Job:
    job_id = JobId(f"{next(_numbers):016x}")
    return Job(
        id=job_id,
        request=request,
        provider=provider,
        model="flux-dev",
        by=by,
        at=at,
        accepted_at=accepted_at or clock.now(),
        deadline_s=120,
        reserved_cents=reserved_cents,
        event=event or f"event-{job_id}",
        asked="/imagine a cat",
        tabs=tabs,
    )


def made_image(clock: Clock, content: str, *, job: Job | None = None, parent: ImageId | None = None) -> SavedImage:
    image = ImageId(hashlib.sha256(content.encode()).hexdigest())
    return SavedImage(
        id=image,
        name=f"{image}.webp",
        format=Format.WEBP,
        width=1024,
        height=768,
        size_bytes=len(content),
        made_at=clock.now(),
        by=ADA.key,
        job=job.id if job else None,
        parent=parent,
        provider="flux" if job else "",
        model="flux-dev" if job else "",
        seed=7 if job else None,
    )


def drawn(_ahead: int) -> Reply:
    """The first message about a job."""
    return said("queued")


def said(title: str) -> Reply:
    return Reply(tone=Tone.WORKING, title=title)


async def open_jobs(store: Store) -> tuple[JobId, ...]:
    """Jobs that have not ended, the oldest first."""
    return tuple(record.job.id for record in reversed(await store.jobs(limit=10_000)) if record.ended_at is None)


def anything_goes(_usage: Usage) -> None:
    """A policy that refuses nothing."""
