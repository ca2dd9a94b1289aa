"""A provider that goes wrong: before and after it took the money, while it paints, and with the picture itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.standins.fault import At, Fault
from tests.standins.outage import away

JOBS: Final = 6
SPEED: Final = 20.0
"""The bot's pauses between tries, and its deadlines, last a twentieth of what they are."""
DEADLINE: Final = {"IMAGEBOT__PROVIDERS__FLUX__DEADLINE_S": "30"}


def going_wrong(
    *faults: tuple[Fault, At | None], times: int | None = 2, doubts: int = 0, failures: int = 0
) -> Callable[[Stage], Awaitable[None]]:
    """Some jobs meet each of these; so many may end in doubt, and so many without a picture."""

    async def play(stage: Stage) -> None:
        for fault, at in faults:
            stage.town.flux.fault(fault, at=at, times=times)
        stage.doubts, stage.failures = doubts, failures
        await stage.open()
        await stage.ask(JOBS)

    return play


async def link_lapses(stage: Stage) -> None:
    """The picture is ready and its address gone by the time the next life wants it: the task names a fresh one."""
    await stage.open(die_at="collect.rendered")
    await stage.ask()
    await stage.died()
    for task in stage.town.flux.tasks.values():
        task.links.clear()
    await stage.open()


async def outage(stage: Stage) -> None:
    """Nobody answers at the provider's address for half a minute: what is bought is fetched then, the rest waits."""
    await stage.open()
    await stage.ask(JOBS)
    await stage.until(lambda: stage.town.flux.requests(At.POLL), what="the first poll")
    async with away(stage.town.flux.front.runner):
        await stage.ask(JOBS)
        await asyncio.sleep(30 / SPEED)  # the length of the outage
        stage.disturb()


def _scenario(name: str, says: str, play: Callable[[Stage], Awaitable[None]], **more: object) -> Scenario:
    return Scenario(name=name, says=says, play=play, speed=SPEED, **more)  # type: ignore[arg-type]


SCENARIOS: Final = (
    _scenario(
        "502 in HTML", "a proxy's page in place of an answer, at submit, poll and download",
        going_wrong((Fault.HTML_502, At.SUBMIT), (Fault.HTML_502, At.POLL), (Fault.HTML_502, At.DELIVERY), doubts=2),
    ),
    _scenario(
        "429", "too many requests, with Retry-After in seconds, as a date, and without",
        going_wrong(
            (Fault.THROTTLED, At.SUBMIT), (Fault.THROTTLED_SECONDS, At.SUBMIT), (Fault.THROTTLED_DATE, At.SUBMIT),
            (Fault.THROTTLED, At.POLL), (Fault.THROTTLED_SECONDS, At.POLL),
        ),
    ),
    _scenario(
        "reset before acceptance", "the line is cut before the request was read",
        going_wrong((Fault.RESET_BEFORE, At.SUBMIT), doubts=2),
    ),
    _scenario(
        "reset after acceptance", "the line is cut before the answer: bought, and its number lost",
        going_wrong((Fault.RESET_AFTER, At.SUBMIT), (Fault.ACCEPTED_502, At.SUBMIT), doubts=4),
    ),
    _scenario(
        "never ready", "tasks that stay Pending past their deadline",
        going_wrong((Fault.PENDING_FOREVER, At.TASK), doubts=2), settings=DEADLINE,
    ),
    _scenario(
        "task vanished", "tasks that the provider no longer knows",
        going_wrong((Fault.VANISHED, At.TASK), doubts=2), settings=DEADLINE,
    ),
    _scenario(
        "errors and moderation", "tasks that end as Error, Failed or moderated: nothing is charged",
        going_wrong(
            (Fault.ERROR_OBJECT, At.TASK), (Fault.FAILED, At.TASK), (Fault.CONTENT_MODERATED, At.TASK),
            times=1, failures=3,
        ),
    ),
    _scenario(
        "truncated picture", "half of a picture, twice; a page in its place, twice",
        going_wrong(
            (Fault.TRUNCATED_IMAGE, At.DELIVERY), (Fault.HTML_500, At.DELIVERY), (Fault.RESET_AFTER, At.DELIVERY)
        ),
    ),
    _scenario("link lapsed", "the signed address is no longer good after a restart", link_lapses),
    _scenario(
        "provider away", "nobody answers for half a minute: jobs wait, and none of them fails", outage,
        latency={"work_s": (0.5, 1.0)},
    ),
)  # fmt: skip
