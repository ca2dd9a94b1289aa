"""The Slack door's messenger alone on a whole house, against the stand-in: nobody listens to what people say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import Kit
from adapters.slack import Settings
from adapters.slack.channel import Channels
from adapters.slack.event import Handle
from adapters.slack.messenger import SlackMessenger
from adapters.slack.workspace import Workspaces
from bot.delivery import Messenger
from bot.desk import Desk
from bot.job import JobId
from bot.message import DIRECT, Place
from bot.message import Person as HousePerson
from bot.request import Wish
from bot.store import JobRecord
from tests.house import house
from tests.standins.slack import Channel, Message, Person
from tests.wire.living import Living
from tests.wire.slack_door import Scene

MIB = 1024 * 1024
WORDS = "a lighthouse at dusk"
PAINTED = f"Picture for the words: {WORDS}"


@dataclass(frozen=True)
class Life(Living, Scene):
    """One life of the house there. Nobody listens to Slack: what people ask for is told to the desk."""

    messenger: SlackMessenger
    channels: Channels

    async def ask(self, *, at: Place | None = None, by: Person | None = None, words: str = WORDS) -> JobId:
        asked = by or self.ada
        person = HousePerson("slack", f"{self.team.id}/{asked.id}", asked.name, locale=asked.locale)
        return await self.home.desk.accept(
            Wish(prompt=words), by=person, at=at or self.place(), event=self.home.ring(), asked=f"/imagine {words}"
        )

    def place(self, channel: Channel | None = None, **way: Any) -> Place:
        channel = channel or self.art
        usual: dict[str, Any] = {"person": self.ada.id, "asked_at": self.clock.now().timestamp()}
        handle = Handle(tenant=self.team.id, **usual | way)
        within = (DIRECT, channel.id) if channel.direct else (channel.id,)
        return Place("slack", f"{self.team.id}/{channel.id}", str(handle), within=within)

    def painting(self, picture: bytes) -> None:
        """Every picture from now on is this one."""

        async def fetch(link: str) -> bytes:
            return picture

        self.provider.on_fetch = fetch

    async def painted(self, **how: Any) -> Message:
        """The message of a job that came to its end."""
        await self.ask(**how)
        return self.message(await self.told())

    def message(self, record: JobRecord) -> Message:
        assert record.receipt is not None
        tenant, channel = record.receipt.place.split("/")
        found = self.slack.world.workspaces[tenant].channels[channel].message(record.receipt.handle)
        assert found is not None, "the message that the receipt names is not there"
        return found


@asynccontextmanager
async def living(here: Scene, folder: Path) -> AsyncIterator[Life]:
    kit = Kit(clock=here.clock, secrets={"SLACK_BOT_TOKEN": here.team.bot_token})
    workspaces = Workspaces(Settings(api_url=here.slack.api_url), kit)
    channels = Channels(workspaces, here.clock)
    made: list[SlackMessenger] = []

    def make(desk: Desk) -> Messenger:
        made.append(SlackMessenger(desk, here.clock, workspaces, channels))
        return made[0]

    await workspaces.open()
    try:
        async with house(folder, doors=False, clock=here.clock, door=("slack", make)) as home:
            yield Life(here.slack, here.clock, here.team, here.art, here.ada, here.bob, home, made[0], channels)
    finally:
        await workspaces.close()


async def begun(here: Life) -> asyncio.Event:
    """A picture that is being painted, and its message says so; the event lets it be finished."""
    done = here.holding()
    await here.ask()
    await here.slack.until(lambda: here.ours()[0].edits)
    return done
