"""What the desk hands across to the doors: messages in their place, jobs, vendors, saved pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bot.job import JobId, Outcome, Status
from bot.message import Person, Picture, Place, Receipt, Reply
from bot.request import Format, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Reply as it stands in its Place. `revision` grows with every change in the house; no reply: deleted."""

    job: JobId
    revision: int
    reply: Reply | None
    posted_at: datetime
    position: int = 0
    """Where it stands among the place's messages; `history(before=...)` counts in these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A job as its door may tell it. `word` is the provider's own status, `task` its task id."""

    id: JobId
    status: Status
    provider: str
    model: str
    request: Request
    by: Person
    at: Place
    receipt: Receipt | None
    """Where its message stands now."""
    deleted: bool = False
    """Its message and picture were taken away; what was asked for is nobody's business any more."""
    untold: bool
    """It ended and the person could be told nowhere: this is the first they hear of it."""
    accepted_at: datetime
    ended_at: datetime | None
    ahead: int
    """How many jobs are before it in its provider's queue."""
    word: str
    task: str
    outcome: Outcome | None
    picture: Picture | None
    cost_cents: Decimal | None
    reply: Reply
    """The message as it stands, in the person's language: its body is the sentence for a failure or refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A provider as the panel and the terminal show it. `variable` would switch it on; None where it needs no key."""

    name: str
    title: str
    on: bool
    variable: str | None
    remembered: bool = False
    """The key stands in .env or the environment, not only in this process's memory."""
    credits_cents: float | None = None
    fault: str = ""
    """The words/ key of what stopped it lately, such as "bad-key" or "out-of-credit"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that anybody may read a picture at, for as long as it lasts; it stands in no log."""

    url: str = field(repr=False)
    life_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A saved picture ready to be served. Its name is "<64 hex>.<format>"."""

    picture: Picture
    at: Path | Link
    """A file that never changes, or where it lies outside of this house."""
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A picture's file for a place with limits; not whole: re-encoded to fit, and perhaps with fewer pixels."""

    file: bytes
    format: Format
    whole: bool
