"""The vendors of pictures, behind one protocol; REGISTRY names the module of each.

A vendor's module holds, beside its Provider class: TITLE (its name for people), VARIABLE (the environment variable
of its key, or None where it needs none), a pydantic model `Settings` (its table in config.toml), and
`open_provider(settings, key, kit) -> Provider`, which opens no connection yet.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from bot.clock import Clock
from bot.job import JobId, Moderated, Progress, Rendered, Ticket, Turn
from bot.offer import Offer
from bot.request import ImageId, Request

REGISTRY: Final[Mapping[str, str]] = {
    "flux": "bot.providers.flux",
    "stability": "bot.providers.stability",
    "local": "bot.providers.local",
}

Reading = Progress | Rendered | Moderated
"""One look at a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What every provider is handed when it is opened. `data_dir` is the house's own folder (model weights)."""

    clock: Clock
    data_dir: Path
    public_url: str | None = None
    """Where the house can be called back; empty where it has no such address, None where nobody would answer there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One request on its way to a provider.

    pictures are the verified bytes that it works from: the source of an upscale, or the references of an Imagine, in
    their order. person is a hash, for the provider's abuse reports. shelve keeps finished bytes before the step ends;
    report tells of progress and never blocks.
    """

    job: JobId
    request: Request
    model: str
    person: str
    shelve: Callable[[bytes], Awaitable[ImageId]]
    report: Callable[[Progress], None]
    pictures: tuple[bytes, ...] = ()
    attempt: int = 0
    """Counts the runs of the job, as a Turn does."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a genuine callback says: that the task, which belongs to that attempt, may have ended."""

    turn: Turn
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a working key or engine says of itself; credits in US cents where the vendor tells.

    engine names what works inside, with a sentence in words/ under "check-engine-<engine>"; remedy is the command
    that would give a better one.
    """

    credits_cents: float | None = None
    engine: str = ""
    remedy: str = ""


class Provider(Protocol):
    """A vendor that can submit and poll. All calls raise ProviderError for what went wrong, never a client's own."""

    @property
    def name(self) -> str: ...

    @property
    def offers(self) -> tuple[Offer, ...]: ...

    async def submit(self, order: Order) -> Ticket | Rendered | Moderated:
        """Start a task, or do it at once. ProviderError: surely not charged. UnsureError: the answer was lost."""
        ...

    async def poll(self, ticket: Ticket) -> Reading:
        """Look at a task once."""
        ...

    async def fetch(self, link: str) -> bytes:
        """The finished picture's bytes, unverified. LinkGoneError when the link has lapsed."""
        ...

    async def check(self) -> Health:
        """Ask, at no cost, whether the key works. Raises ProviderError."""
        ...

    async def close(self) -> None:
        """Let go of connections and workers."""
        ...


@runtime_checkable
class CallsBack(Protocol):
    """A Provider that tells by itself when a task has ended, where its operator wants that."""

    @property
    def calls_back(self) -> bool:
        """Whether it does, for what it is asked from now on."""
        ...

    def called(self, name: str, headers: Mapping[str, str], body: bytes) -> Called | None:
        """What a request to "/callbacks/<provider>/<name>" says; None where it is not surely the vendor's.

        Header names are in lower case. Of the body, only the task's id is believed: how it ended is to be asked.
        """
        ...

    def ticket(self, task: str) -> Ticket:
        """The claim check of a task of which only its id is known."""
        ...
