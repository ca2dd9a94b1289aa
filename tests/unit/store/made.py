"""Jobs and pictures for tests, with everything said that a test does not care about."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from itertools import count

from bot.clock import Clock
from bot.job import Job, JobId
from bot.message import Person, Place, Reply, Tone
from bot.request import Format, ImageId, Imagine, Request, Shape
from bot.store import SavedImage, Usage

ADA = Person("web", "ada", "Ada")
BOB = Person("web", "bob", "Bob")
CHANNEL = Place("web", "channel")
CAT = Imagine(prompt="a cat", shape=Shape(1024, 768), seed=7)

_numbers = count(1)


def made_job(
    clock: Clock,
    *,
    request: Request = CAT,
    by: Person = ADA,
    at: Place = CHANNEL,
    event: str = "",
    reserved_cents: Decimal | None = Decimal("2.5"),
    accepted_at: datetime | None = None,
) -> Job:
    job_id = JobId(f"{next(_numbers):016x}")
    return Job(
        id=job_id,
        request=request,
        provider="flux",
        model="flux-dev",
        by=by,
        at=at,
        accepted_at=accepted_at or clock.now(),
        deadline_s=120,
        reserved_cents=reserved_cents,
        event=event or f"event-{job_id}",
        asked="/imagine a cat",
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


def said(title: str) -> Reply:
    return Reply(tone=Tone.WORKING, title=title)


def anything_goes(_usage: Usage) -> None:
    """A policy that refuses nothing."""
