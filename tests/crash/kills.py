"""One process, ended at moments that nobody chose: in a crowd, in a burst of purchases, politely and not."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.job import Status
from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS
from tests.standins.fault import At

CROWD: Final = 100
LIVES: Final = 3
BURST: Final = 24


async def random_kills(stage: Stage) -> None:
    """A hundred wishes over three lives, each of which ends at any moment."""
    await stage.open(doors=DOORS)
    for life in range(LIVES):
        asked = (CROWD * (life + 1)) // LIVES - (CROWD * life) // LIVES
        await stage.ask(asked, doors=DOORS)
        await asyncio.sleep(stage.dice.uniform(0.1, 4.0))  # the moment of the power cut
        await stage.kill()
        await stage.open(doors=DOORS)


async def kill_in_a_burst(stage: Stage) -> None:
    """While purchases wait for their answers, and more wait behind them."""
    await stage.open()
    await stage.ask(BURST)
    await stage.until(lambda: stage.town.flux.bought >= 3, what="the first purchases")
    await stage.kill()
    await stage.open()


async def kill_while_polling(stage: Stage) -> None:
    """A task that is under way belongs to the next life."""
    await stage.open()
    await stage.ask(4)
    await stage.until(lambda: stage.town.flux.requests(At.POLL), what="the first poll")
    await stage.kill()
    await stage.open()


async def kill_and_lose_the_key(stage: Stage) -> None:
    """What is bought with a key that is gone in the next life is not called free."""
    await stage.open()
    await stage.ask()
    await stage.until(lambda: stage.town.flux.requests(At.POLL), what="the first poll")
    await stage.kill()
    stage.doubts += 1
    await stage.open(BFL_API_KEY="")


async def terminate_in_a_burst(stage: Stage) -> None:
    """SIGTERM while purchases are on their way: what was begun is written down, so that nothing is unsure."""
    await stage.open()
    await stage.ask(BURST)
    await stage.until(lambda: stage.town.flux.bought >= 1, what="the first purchase")
    await stage.told_to_end(stage.bot)
    assert "Traceback" not in stage.bot.log(), stage.bot.log()[-3000:]
    assert set(stage.book.statuses()) <= {Status.QUEUED, Status.RUNNING, Status.FINISHED}
    await stage.open()


BURSTING: Final = Scenario(
    name="kill in a burst", says="kill -9 while purchases are on their way", play=kill_in_a_burst,
    latency={"submit_s": 0.4},
)  # fmt: skip
SCENARIOS: Final = (
    Scenario(name="random kills", says="kill -9 three times over 100 jobs of three doors", play=random_kills),
    BURSTING,
    Scenario(
        name="kill while polling", says="kill -9 while the provider paints", play=kill_while_polling,
        latency={"work_s": (2.0, 3.0)},
    ),
    Scenario(
        name="kill, key gone", says="kill -9, and the next life lacks the provider's key", play=kill_and_lose_the_key,
        latency={"work_s": (20.0, 20.0)},
    ),
    Scenario(
        name="SIGTERM in a burst", says="told to end while purchases are on their way", play=terminate_in_a_burst,
        latency={"submit_s": 0.4},
    ),
)  # fmt: skip
