"""A job, what a provider gives for it on the way, and how it can end."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from bot.errors import BotError, Fact, ProviderError, UnsureError, key_of
from bot.message import Person, Place
from bot.request import ImageId, Request
from bot.spending import Tab

JobId = NewType("JobId", str)
"""Sixteen hexadecimal digits: short enough for every platform's button."""


def new_job_id() -> JobId:
    return JobId(secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Turn:
    """A job that may run. attempt counts from 0: what is run anew has a run of its own."""

    job: JobId
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """A provider that is given no new tasks until then; reason is a key of words/."""

    provider: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """Another provider does what the first would have done. `of` and `by` are their titles for people."""

    tried: tuple[str, ...]
    """The names of those that did not take it, the first one first."""
    of: str
    by: str
    reason: str
    """Why the first did not, as in words/: "down", "throttled", "out-of-credit" or "bad-key"."""


class Status(StrEnum):
    """Where a job stands, as the HTTP door says it."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    MODERATED = "moderated"
    FAILED = "failed"
    UNSURE = "unsure"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self not in (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An accepted Request. reserved_cents is held from acceptance until the provider's own figure settles it."""

    id: JobId
    request: Request
    provider: str
    model: str
    by: Person
    at: Place
    accepted_at: datetime
    deadline_s: float
    """Seconds that the provider gets from submit to picture."""
    reserved_cents: Decimal | None
    event: str
    """The platform's id of the event that asked, unique per door: a redelivery makes no second job."""
    asked: str = ""
    """What the person said, for the head of the announcement."""
    answers: ImageId | None = None
    retries: JobId | None = None
    """The job of unknown end in whose place its person asked for this one."""
    replaceable: bool = False
    """Nobody named its provider or model: another one may take over."""
    instead_of: Takeover | None = None
    tabs: tuple[Tab, ...] = ()
    """The counters it counts in from its acceptance to its settlement, whatever day that is."""

    @property
    def free(self) -> bool:
        """Whether submitting again costs nothing: as it was at acceptance, so the same in every life of the job."""
        return self.reserved_cents == 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """The provider's claim check for a task. `id` and `url` are secrets: whoever has them can fetch the picture."""

    provider: str
    id: str
    url: str = ""
    cost_cents: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A task on its way: the provider's own status word, and 0..1 where it tells."""

    word: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished picture not yet ours: a `link` at the provider, or `shelf`, bytes already in the gallery's keeping."""

    link: str = ""
    shelf: ImageId | None = None
    seed: int | None = None
    cost_cents: Decimal | None = None
    word: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What the painter says about it, by key: "understood" (sketch), "engine" (upscaler)."""


class Where(StrEnum):
    """What moderation refused."""

    PROMPT = "prompt"
    SOURCE = "source"
    """The picture that was to be enlarged."""
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderated:
    """The provider refused the words or the result; not charged. reasons are the provider's own, possibly none."""

    where: Where
    reasons: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The picture is ours."""

    image: ImageId
    seed: int | None = None
    cost_cents: Decimal | None = None
    word: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No picture. `key` names the error in words/; unsure: it may have been charged, and nobody knows.

    cost_cents is what the provider bills although there is no picture; None: nothing, or nobody knows.
    """

    key: str
    unsure: bool = False
    cost_cents: Decimal | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    word: str = ""

    @classmethod
    def by(cls, error: BotError) -> Failed:
        """The end that an error means."""
        return cls(
            key=key_of(error),
            unsure=isinstance(error, UnsureError),
            facts={name: _plain(fact) for name, fact in error.facts.items()},
            fields=error.fields if isinstance(error, ProviderError) else {},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The person stopped it. cost_cents is what the provider bills all the same; None: nothing was bought."""

    cost_cents: Decimal | None = None


Outcome = Finished | Moderated | Failed | Cancelled


def status_of(outcome: Outcome) -> Status:
    """The word for how a job ended."""
    match outcome:
        case Finished():
            return Status.FINISHED
        case Moderated():
            return Status.MODERATED
        case Failed(unsure=True):
            return Status.UNSURE
        case Failed():
            return Status.FAILED
        case Cancelled():
            return Status.CANCELLED


def _plain(fact: Fact) -> str | int | float | bool | None:
    match fact:
        case datetime():
            return fact.isoformat()
        case Decimal():
            return str(fact)
        case _:
            return fact
