"""The engine's door: runs each job to its end across restarts. Nothing outside this folder knows which engine it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Protocol, TypeVar

from bot.job import Cancelled, Failed, Finished, JobId, Moderated, Rendered, Ticket, Turn

Result = Ticket | Rendered | Moderated | Finished | Failed | Cancelled | None
"""What a step may bring home: values of job.py, so that every engine can write them down."""

R = TypeVar("R", bound=Result)


class Steps(Protocol):
    """The memory of one run: a step that is on record is not taken again, its result or its BotError comes back."""

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        """Take a step that may be repeated if the process dies in the middle of it."""
        ...

    async def once(self, name: str, act: Callable[[], Awaitable[R]], *, lane: str) -> R:
        """Take a step that must never be repeated.

        Raises UnsureError where an earlier life began it and left no record. At most SUBMIT_GATE such steps of one
        process are between their beginning and their record at any moment, and LANE_GATE of one lane.
        """
        ...


SUBMIT_GATE = 4
"""How many purchases one kill -9 can leave unsure (measured: 64-92 without a gate)."""
LANE_GATE = 3
"""A provider whose answer takes as long as the picture leaves a seat to the others."""

Corridor = Callable[[JobId, Steps], Awaitable[None]]
"""A run of one job, start to end, made of steps in a fixed order."""


class AgainError(Exception):
    """A step's end could not be put on record: the run is walked again from its last step that was, after a pause."""


class Run(Enum):
    """What the engine knows of a job's run."""

    UNKNOWN = auto()
    """It was never queued here."""
    GOING = auto()
    """It waits, or goes on from its last step on record."""
    OVER = auto()


class Engine(Protocol):
    """Walks the runs that were given a turn, each from its last step on record."""

    async def paint(self, turn: Turn) -> None:
        """Begin the job's run for that attempt, or take it up from a process that is gone.

        Nothing happens where it is over, or goes on in this process.
        """
        ...

    def walks(self, turn: Turn) -> bool:
        """Whether that run goes on in this process, or is about to."""
        ...

    async def run_of(self, turn: Turn) -> Run:
        """How that run stands."""
        ...

    async def bury(self, process: str) -> None:
        """Let go of what the engine kept for a process that is gone; its runs stay, for `paint`."""
        ...

    async def forget(self, before: datetime) -> None:
        """Let go of runs that went through before that moment; those that did not are kept for a look."""
        ...

    async def erase(self, jobs: Sequence[JobId]) -> None:
        """Let go of all runs of these jobs, as far as they are over: their records may hold words."""
        ...

    async def close(self) -> None:
        """Let short steps end (5 s at most), leave the rest to the next life or another process."""
        ...
