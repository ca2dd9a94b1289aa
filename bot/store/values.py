"""What the store hands out: a job as it stands, a person's numbers, a kept reply, a saved picture, sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.job import Job, JobId, Outcome, Pause, Status, Ticket
from bot.message import Receipt, Reply
from bot.request import Format, ImageId
from bot.spending import Spent, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job and everything that happened to it so far; each moment is None until it came."""

    job: Job
    lane: str
    status: Status
    accepted_at: datetime
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    """When a paid request was last about to leave the house."""
    posting_at: datetime | None = None
    """When a new message was about to be posted in place of an edit."""
    ended_at: datetime | None = None
    delivered_at: datetime | None = None
    ticket: Ticket | None = None
    word: str = ""
    """The provider's own status word."""
    fraction: float | None = None
    outcome: Outcome | None = None
    reply: Reply | None = None
    receipt: Receipt | None = None
    """Where the reply was posted last."""
    revision: int = 0
    """Of the reply; 0 before the first."""
    cancel_asked: bool = False
    untold: bool = False
    """Its end could not be put anywhere, and its person has not seen it in the list of their jobs since."""
    deleted: bool = False
    attempt: int = 0
    run_by: str | None = None
    """The process that runs it, or ran it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """How an open job stands, wherever it runs. ahead: waiting jobs before it, None once it runs."""

    ahead: int | None
    run_by: str | None
    word: str
    fraction: float | None
    started_at: datetime | None
    cancel_asked: bool
    ticket: Ticket | None
    pause: Pause | None
    lane: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one person has used up; to decide over it, it is read in the transaction that accepts their next job."""

    jobs_last_minute: int
    oldest_in_minute_at: datetime | None
    active_jobs: int
    """Queued or running."""
    totals: Mapping[Tab, Spent]
    """What the counters show that the job would count in: held, settled or unsure, and not given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A Reply as it stands in its place; no reply: deleted.

    revision grows with every change in the house. position is the revision of its first posting: it never changes
    and puts the messages of a place in order.
    """

    job: JobId
    revision: int
    position: int
    reply: Reply | None
    posted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedImage:
    """A picture that we keep, and where it came from."""

    id: ImageId
    name: str
    """Its file name in the gallery, "<64 hex>.<format>"."""
    format: Format
    width: int
    height: int
    size_bytes: int
    made_at: datetime
    by: str
    """The Person.key of who made or brought it."""
    job: JobId | None = None
    """None for a picture that a person brought."""
    parent: ImageId | None = None
    """What it was made from: an upscale's source, an edit's first reference."""
    provider: str = ""
    model: str = ""
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What one transaction forgot: files that nobody needs any more, and jobs that were open."""

    files: tuple[str, ...]
    stopped: tuple[JobId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What one person's jobs of a period come to, holds included; unpriced counts pictures of unpublished price."""

    person_key: str
    pictures: int
    cents: Decimal
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSum:
    """The whole ledger in six figures; what is held and neither settled nor released is under way or unsure."""

    held_pictures: int
    settled_pictures: int
    released_pictures: int
    held_cents: Decimal
    settled_cents: Decimal
    released_cents: Decimal

    @property
    def open_pictures(self) -> int:
        return self.held_pictures - self.settled_pictures - self.released_pictures

    @property
    def open_cents(self) -> Decimal:
        return self.held_cents - self.settled_cents - self.released_cents
