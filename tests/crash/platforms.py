"""Chat platforms that are away while pictures get ready for people there."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS
from tests.standins.fault import At

SPEED: Final = 20.0
AWAY_S: Final = 600.0
"""Of the bot's time."""


async def both_away(stage: Stage) -> None:
    """Discord and Slack are out of reach for ten minutes; in the fifth the bot is killed, too."""
    await stage.open(doors=DOORS)
    await stage.ask(9, doors=DOORS)
    await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 6, what="tasks under way")
    async with stage.town.discord.away(), stage.town.slack.away():
        await stage.ask(2)
        await asyncio.sleep(AWAY_S / SPEED / 2)  # the first half of the outage
        await stage.kill()
        await stage.open(doors=DOORS, away=["discord", "slack"])
        await asyncio.sleep(AWAY_S / SPEED / 2)  # and the second
    stage.disturb()


SCENARIOS: Final = (
    Scenario(
        name="chats away", says="Discord and Slack out of reach for 10 minutes, a kill -9 in the fifth", play=both_away,
        latency={"work_s": (1.5, 2.0)}, speed=SPEED, lasts_s=50,
    ),
)  # fmt: skip
