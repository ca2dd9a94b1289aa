"""The front desk: all that a door may call. It says yes or no, writes the job in the book, and wakes the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from bot.errors import BotError
from bot.job import JobId, Outcome, Status
from bot.message import Person, Picture, Place, Reply
from bot.offer import Offer
from bot.request import Enlarge, Format, ImageId, Request, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A Reply as it stands in its Place. `revision` grows with every change in the house; no reply: deleted."""

    job: JobId
    revision: int
    reply: Reply | None
    posted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A job as its door may tell it. `word` is the provider's own status, `task` its task id."""

    id: JobId
    status: Status
    provider: str
    model: str
    request: Request
    by: Person
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
class Shown:
    """A saved picture ready to be served. `name` is "<64 hex>.<format>", `path` a file that never changes."""

    picture: Picture
    path: Path
    format: Format


class Desk(Protocol):
    """What doors see. Refusals raise RefusedError; `notice` makes the private reply from it."""

    def read(self, text: str) -> Wish:
        """A prompt with its flags ("a cat --ar 3:2 --seed 7") as a Wish. Raises UnknownFlagError, BadValueError."""
        ...

    async def accept(
        self,
        wish: Wish | Enlarge,
        *,
        by: Person,
        at: Place,
        event: str,
        asked: str = "",
        answers: ImageId | None = None,
    ) -> JobId:
        """Take a job: decided, written, announced in `at`, and queued; a matter of milliseconds.

        event is the platform's id of what the person did; the same event again raises DuplicateError with the first
        job's id. Raises RefusedError before anything is written.
        """
        ...

    async def again(self, job: JobId, *, by: Person, at: Place, event: str) -> JobId:
        """The same request with a new seed (after an unsure end: the same seed)."""
        ...

    async def cancel(self, job: JobId, *, by: Person) -> None:
        """Stop a job of one's own (moderators: anybody's). Raises TooLateError, NotYoursError, JobUnknownError."""
        ...

    async def delete(self, job: JobId, *, by: Person) -> None:
        """Take the message and its picture away. Raises NotYoursError, JobUnknownError."""
        ...

    async def view(self, job: JobId) -> View:
        """Raises JobUnknownError."""
        ...

    async def wait(self, job: JobId, timeout_s: float) -> View:
        """The view once the job has ended, or as it stands after timeout_s."""
        ...

    async def keep(self, picture: bytes, *, by: Person, max_side: int | None = None) -> Picture:
        """Verify an uploaded picture and keep it. max_side in pixels narrows the house's limit. Raises RefusedError."""
        ...

    async def shown(self, name: str) -> Shown:
        """A saved picture by its file name or ImageId. Raises PictureUnknownError."""
        ...

    async def history(
        self, place: Place, *, since: int = 0, before: int | None = None, limit: int = 50
    ) -> Sequence[Entry]:
        """The place's messages, oldest first: changed after revision `since`, or the last before `before`."""
        ...

    def offers(self) -> Sequence[Offer]:
        """What can be asked for now, the first of each kind being the default."""
        ...

    def vendors(self) -> Sequence[Vendor]:
        """All providers this release knows, on or off."""
        ...

    async def set_key(self, provider: str, key: str, *, remember: bool) -> None:
        """Check a key against its provider and switch it on; remember writes it to .env.

        Raises KeyRefusedError, KeyUncheckedError.
        """
        ...

    async def drop_key(self, provider: str) -> None:
        """Forget a key, also in .env."""
        ...

    def notice(self, error: BotError, *, locale: str, asked: str = "") -> Reply:
        """The private reply that a refusal or failure makes."""
        ...

    def help(self, locale: str) -> Reply:
        """What can be said here."""
        ...

    def say(self, locale: str, key: str, **facts: object) -> str:
        """A sentence of words/ by key."""
        ...
