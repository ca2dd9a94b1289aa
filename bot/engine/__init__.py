"""The engine's door: runs each job to its end across restarts. Nothing outside this folder knows which engine it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Protocol, TypeVar

from bot.job import Cancelled, Failed, Finished, JobId, Moderated, Rendered, Ticket

Result = Ticket | Rendered | Moderated | Finished | Failed | Cancelled | None
"""What a step may bring home: values of job.py, so that every engine can write them down."""

R = TypeVar("R", bound=Result)


class Steps(Protocol):
    """The memory of one run: a step that is on record is not taken again, its result or its BotError comes back."""

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        """Take a step that may be repeated if the process dies in the middle of it."""
        ...

    async def once(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        """Take a step that must never be repeated.

        Raises UnsureError where an earlier life began it and left no record. At most SUBMIT_GATE such steps of one
        process are between their beginning and their record at any moment.
        """
        ...


SUBMIT_GATE = 4
"""How many purchases one kill -9 can leave unsure (measured: 64-92 without a gate)."""

Corridor = Callable[[JobId, Steps], Awaitable[None]]
"""A run of one job, start to end, made of steps in a fixed order."""


class Run(Enum):
    """What the engine knows of a job's run."""

    UNKNOWN = auto()
    """It was never queued here."""
    GOING = auto()
    """It waits, or goes on from its last step on record."""
    OVER = auto()


class Engine(Protocol):
    """Starts runs and brings unfinished ones back after a restart."""

    async def paint(self, job: JobId, *, lane: str, person: str) -> None:
        """Queue the job's run in its provider's lane, fairly among persons; `deliver` follows by itself.

        A second call for one job does nothing.
        """
        ...

    async def run_of(self, job: JobId) -> Run:
        """How the job's run stands. Runs that are going are taken up by themselves after a start."""
        ...

    async def deliver(self, job: JobId) -> None:
        """Start the run that tells the outcome of a job that never got to paint. A second call does nothing."""
        ...

    async def deliver_anew(self, job: JobId) -> None:
        """After a start: `deliver`, also where it went through in an earlier life without the outcome being told."""
        ...

    async def forget(self, before: datetime) -> None:
        """Let go of runs that went through before that moment; those that did not are kept for a look."""
        ...

    async def erase(self, jobs: Sequence[JobId]) -> None:
        """Let go of the runs of these jobs, as far as they are over: their records may hold words."""
        ...

    async def close(self) -> None:
        """Stop claiming, let short steps end (5 s at most), leave the rest to the next life."""
        ...
