"""A power cut at every named moment, once by each door where the moment is one of telling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS

POINTS: Final = (
    "accept.written",
    "announce.posted",
    "turn.given",
    "submit.begun",
    "submit.sent",
    "collect.rendered",
    "collect.fetched",
    "gallery.written",
    "collect.kept",
    "finish.written",
    "deliver.sent",
)
"""In a job's order; test_matrix.py compares them with those in the source."""
TELLING: Final = ("accept.written", "announce.posted", "finish.written", "deliver.sent")
"""Moments at which a door's message is at stake."""


def cut_at(point: str) -> Callable[[Stage], Awaitable[None]]:
    """A life for each door ends there; the next one has to see to what it left."""

    async def play(stage: Stage) -> None:
        for door in DOORS if point in TELLING else DOORS[:1]:
            if stage.bots:
                await stage.told()
                await stage.stop()
            await stage.open(doors=DOORS, die_at=point)
            await stage.ask(doors=[door])
            await stage.died()
            await stage.open(doors=DOORS)

    return play


def chain(points: Sequence[str]) -> Callable[[Stage], Awaitable[None]]:
    """Several points in one go: each life inherits the last one's jobs and ends a moment further on."""

    async def play(stage: Stage) -> None:
        for number, point in enumerate(points):
            await stage.open(doors=DOORS, die_at=point)
            if stage.bot.alive:
                await stage.ask(doors=[DOORS[number % len(DOORS)]])
            await stage.died()
        await stage.open(doors=DOORS)

    return play


SCENARIOS: Final = tuple(
    Scenario(name=f"cut at {point}", says=f"kill -9 at {point}", play=cut_at(point)) for point in POINTS
)
HALVES: Final = tuple(
    Scenario(name=f"cut from {half[0]} on", says="lives that end at one point after the other", play=chain(half))
    for half in (POINTS[:6], POINTS[6:])
)
"""For the quick part of the matrix."""
