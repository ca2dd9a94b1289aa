"""The Slack door over a whole house, its app connected to the stand-in: what people there see and do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from adapters import Kit
from adapters.slack import Settings, client, open_adapter
from adapters.slack.door import Adapter
from bot.desk import Desk
from bot.policy import Limits
from tests.house import png
from tests.standins.slack import Channel, Message, Person, Slack, Workspace
from tests.wire.living import DoorClock, HastyClock, Living, opened_to

MENU: Final = {"upscale": "v1:menu:upscale", "reference": "v1:menu:reference"}
"""The callback ids of message shortcuts, as workspaces have them for ever."""


@dataclass(frozen=True)
class Scene:
    """A workspace with one channel and two people in it, of whom Bob speaks German."""

    slack: Slack
    clock: HastyClock
    team: Workspace
    art: Channel
    ada: Person
    bob: Person

    @property
    def me(self) -> str:
        """What people type to call the bot."""
        return self.team.bot.mention

    def later(self, **span: float) -> None:
        """Let that much time pass, for Slack as well as for the house: minutes=31."""
        self.clock.ahead += timedelta(**span)

    async def posted(
        self, channel: Channel | None = None, *, name: str = "x.png", content: bytes = b"", **where: Any
    ) -> Message:
        """A picture of Bob's own in the channel, or another file."""
        return await self.slack.upload(self.bob, channel or self.art, name, content or png(), **where)

    async def ended(self, message: Message, word: str = "") -> Message:
        """The message once its picture, or the end that `word` is from, is in it."""
        await self.slack.until(lambda: word in message.text if word else bool(message.pictures))
        return message

    def ours(self, channel: Channel | None = None, thread: Message | None = None) -> list[Message]:
        """What the bot has posted there for everybody, oldest first; with `thread` what stands below that message."""
        where = channel or (thread.channel if thread else self.art)
        posted = self.slack.messages(where, thread=thread)
        root = (thread.thread_ts or thread.ts) if thread else ""
        return [each for each in posted if each.author is self.team.bot and each.ts != root]

    async def shown(self, count: int = 1, channel: Channel | None = None, thread: Message | None = None) -> Message:
        """The bot's count-th message there, once there are so many."""
        await self.slack.until(lambda: len(self.ours(channel, thread)) >= count)
        return self.ours(channel, thread)[count - 1]

    async def picture(self, channel: Channel | None = None, thread: Message | None = None, count: int = 1) -> Message:
        """The last message of the bot's there that shows a picture, once there are so many."""
        await self.slack.until(lambda: sum(bool(one.pictures) for one in self.ours(channel, thread)) >= count)
        return [one for one in self.ours(channel, thread) if one.pictures][-1]

    async def whispered(self, person: Person, words: str, channel: Channel | None = None) -> Message:
        """What was shown to that person alone, once it says these words."""
        where = channel or self.art

        def found() -> list[Message]:
            return [each for each in self.slack.ephemerals(person, where) if words in each.text]

        await self.slack.until(lambda: bool(found()))
        return found()[-1]


@dataclass(frozen=True)
class Life(Living, Scene):
    """One life of the house that has its door open there."""

    door: Adapter

    async def painted(self, words: str = "a fox", channel: Channel | None = None) -> Message:
        """Ada's picture, by /imagine."""
        before = len(self.ours(channel))
        await self.slack.slash(self.ada, channel or self.art, "imagine", words)
        return await self.ended(await self.shown(before + 1, channel))

    async def settled(self) -> None:
        """What came before would have come to something by now: a later wish is fulfilled."""
        asked = await self.slack.slash(self.bob, self.art, "imagine", "the last")
        assert asked.acked
        await self.slack.until(lambda: any("the last" in one.text and one.pictures for one in self.ours()))


@asynccontextmanager
async def atelier(**more: Any) -> AsyncIterator[Scene]:
    """A Slack with that workspace, and no house yet; more is Slack's own, such as a clock."""
    clock = HastyClock()
    async with Slack(clock=clock, **more) as slack:
        team = slack.workspace("Atelier")
        ada, bob = team.person("Ada"), team.person("Bob", locale="de-DE")
        yield Scene(slack, clock, team, team.channel("art"), ada, bob)


@asynccontextmanager
async def living(
    here: Scene, folder: Path, *, limits: dict[str, Any] | None = None, secrets: dict[str, str] | None = None,
    **settings: Any,
) -> AsyncIterator[Life]:  # fmt: skip
    """Open the house and its door; a second time on the same folder is the next life. secrets are further ones."""

    def build(desk: Desk) -> Adapter:
        slack = here.slack
        usual: dict[str, Any] = {"api_url": slack.api_url, "authorize_url": slack.authorize_url, "port": 0}
        usual["file_hosts"] = ("127.0.0.1",)
        tokens = {
            "SLACK_BOT_TOKEN": here.team.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
        }
        given = {name: value for name, value in (tokens | (secrets or {})).items() if value}
        counted = Limits(**limits or {}).counted_roles
        kit = Kit(clock=DoorClock(here.clock), secrets=given, roles=counted)
        return open_adapter(Settings(**usual | settings), desk, kit)

    opening = opened_to("slack", folder, here.clock, build, settings=settings, limits=limits or {})
    async with opening as (home, door):
        yield Life(here.slack, here.clock, here.team, here.art, here.ada, here.bob, home, door)


@asynccontextmanager
async def opened(folder: Path, **settings: Any) -> AsyncIterator[Life]:
    """A workspace of its own, and the house open to it, with settings or `limits` of the test's own."""
    async with atelier() as here, living(here, folder, **settings) as life:
        yield life


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the door's sockets seconds between two tries takes none now."""
    monkeypatch.setattr(client, "LONGEST_ABSENCE_S", 0.05)
    monkeypatch.setattr(client, "LOOK_S", 0.02)
    monkeypatch.setattr(client, "CONNECT_S", 0.5)
