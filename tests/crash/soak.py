"""An hour of a busy day in minutes: people ask, stop and delete, everything fails now and then, and kills fall."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from tests.crash.account import Shown
from tests.crash.database import Postgres
from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS
from tests.endtoend.process import Bot
from tests.standins.fault import At, Fault

SPEED: Final = 20.0
HOUR_S: Final = 3600.0
BEAT_S: Final = 20.0
"""Of the bot's time, between two things that happen."""
KILLS: Final = 6

HARMLESS: Final = (
    (Fault.THROTTLED, At.SUBMIT), (Fault.THROTTLED_SECONDS, At.SUBMIT), (Fault.THROTTLED, At.POLL),
    (Fault.HTML_502, At.POLL), (Fault.RESET_BEFORE, At.POLL), (Fault.GARBAGE, At.POLL), (Fault.CUT_BODY, At.POLL),
    (Fault.BUSY_503, At.DELIVERY), (Fault.TRUNCATED_IMAGE, At.DELIVERY), (Fault.RESET_AFTER, At.DELIVERY),
    (Fault.CONTENT_MODERATED, At.TASK), (Fault.ERROR_OBJECT, At.TASK), (Fault.REQUEST_MODERATED, At.TASK),
)  # fmt: skip
DOUBTFUL: Final = (
    (Fault.RESET_AFTER, At.SUBMIT), (Fault.ACCEPTED_502, At.SUBMIT), (Fault.HTML_502, At.SUBMIT),
    (Fault.RESET_BEFORE, At.SUBMIT), (Fault.PENDING_FOREVER, At.TASK), (Fault.VANISHED, At.TASK),
)  # fmt: skip
"""After these nobody can know whether it was bought, or will be billed."""

Start = Callable[[], Awaitable[Bot]]


async def hour(stage: Stage) -> None:
    """Mixed traffic with random faults; kills at random moments, after each of which the process is started again."""
    dice, loop = stage.dice, asyncio.get_running_loop()
    lives = await _opened(stage)
    began = loop.time()
    moments = sorted(dice.uniform(0.05, 0.9) * HOUR_S / SPEED for _ in range(KILLS))
    while (passed := loop.time() - began) < HOUR_S / SPEED:
        if moments and passed >= moments[0]:
            moments.pop(0)
            await _one_dies(stage, lives)
        await _something(stage)
        await asyncio.sleep(BEAT_S / SPEED * dice.uniform(0.2, 1.8))
    stage.town.flux.faults.clear()
    stage.town.discord.heal()
    stage.town.slack.heal()
    stage.disturb()
    await stage.told()
    await stage.until(lambda: _gone(stage), what="deleted messages to go")


async def _opened(stage: Stage) -> dict[int, Start]:
    """The processes, each by its place among the stage's, with what starts it anew."""

    async def house() -> Bot:
        return await stage.open(doors=DOORS)

    async def gateway() -> Bot:
        return await stage.open("--doors", ",".join(DOORS), doors=DOORS)

    lives: dict[int, Start] = {}
    for start in (gateway, stage.worker, stage.worker) if isinstance(stage.database, Postgres) else (house,):
        await start()
        lives[len(stage.bots) - 1] = start
    return lives


async def _one_dies(stage: Stage, lives: dict[int, Start]) -> None:
    """Mostly by force, at times politely; its successor starts at once."""
    place = stage.dice.choice(sorted(lives))
    start, bot = lives.pop(place), stage.bots[place]
    if stage.dice.random() < 0.75:
        await stage.kill(bot)
    else:
        await stage.told_to_end(bot)
    await start()
    lives[len(stage.bots) - 1] = start


async def _something(stage: Stage) -> None:
    dice, town = stage.dice, stage.town
    match dice.choices(("ask", "fault", "doubt", "stumble", "cancel", "delete"), (10, 3, 1, 2, 2, 2))[0]:
        case "ask":
            await stage.ask(dice.randint(1, 4), doors=dice.sample(DOORS, len(DOORS)))
        case "fault":
            fault, at = dice.choice(HARMLESS)
            town.flux.fault(fault, at=at)
            stage.failures += 1
        case "doubt":
            fault, at = dice.choice(DOUBTFUL)
            town.flux.fault(fault, at=at)
            stage.doubts += 1
            stage.failures += 1  # what surely was not bought
        case "stumble":
            town.discord.fail("PATCH", status=502)
            town.slack.fail("chat.update", status=502)
        case "cancel":
            stage.stops += 1
            await _press(stage, Shown.GOING, "Cancel")
        case "delete":
            await _press(stage, Shown.PICTURE, "Delete")


async def _press(stage: Stage, shown: Shown, label: str) -> None:
    """Somebody presses a button on one of the messages that stand so, if it is there by then."""
    town, dice = stage.town, stage.dice
    with suppress(LookupError, AssertionError):  # it has changed meanwhile, or nobody is there to answer
        if dice.random() < 0.5:
            there = dice.choice([one for one in town.ours_in_slack() if town.shown(one) is shown])
            await town.slack.press(town.grace, there, label, wait=False)
        else:
            here = dice.choice([one for one in town.ours_in_discord() if town.shown(one) is shown])
            pressed = await town.discord.press(town.ada, here, label, wait=label == "Delete")
            if pressed.message is not None and pressed.ephemeral:
                await town.discord.press(town.ada, pressed.message, "Really delete?", wait=False)


def _gone(stage: Stage) -> bool:
    deleted = {entry.mark for entry in stage.book.entries() if entry.deleted}
    return not any(post.mark in deleted for post in stage.town.posts())


SCENARIOS: Final = (
    Scenario(
        name="soak", says=f"an hour of mixed traffic at {SPEED:g} times its pace, faults and kills at random",
        play=hour, speed=SPEED, lasts_s=220, latency={"work_s": (0.2, 0.6)}, slots=8,
        settings={"IMAGEBOT__PROVIDERS__FLUX__DEADLINE_S": "60"},
    ),
)  # fmt: skip
