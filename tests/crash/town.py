"""Everything around the bot: the provider, the chats with people in them, and what each of them remembers."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import aiohttp

from bot.words import Words
from tests.crash.account import Ask, Post, Sale, Shown, mark_of
from tests.standins import discord as discords
from tests.standins import slack as slacks
from tests.standins.bfl import BflTask, FluxStandIn
from tests.standins.discord import Discord
from tests.standins.fault import Fault
from tests.standins.front import Latency
from tests.standins.slack import Slack

DOORS: Final = ("web", "discord", "slack")
SMALL: Final = "--width 256 --height 256"
"""Soon painted, fetched and posted."""
HISTORY: Final = ("channels:history", "groups:history")
"""With these, an announcement whose receipt was lost is found again (docs/operating.md)."""
KEY: Final = "bfl_test_key_0123456789"
NEVER_READY: Final = frozenset({Fault.PENDING_FOREVER})


@dataclass
class Wish:
    """A wish as it was typed, and what its door answered."""

    mark: str
    door: str
    answer: Any = None

    @property
    def taken(self) -> bool:
        """Whether the door told its person that it is accepted."""
        match self.answer:
            case bool():
                return self.answer
            case discords.Interaction():
                first = self.answer.first
                return first is not None and first.kind is discords.Answer.MESSAGE and not self.answer.ephemeral
            case slacks.Delivered():
                return self.answer.acked and not self.answer.text
            case _:
                return False


@dataclass
class Town:
    """The provider FLUX, a Discord and a Slack with one person and one channel each; the web door has a channel too."""

    flux: FluxStandIn
    discord: Discord
    slack: Slack
    wishes: list[Wish] = field(default_factory=list)
    first: int = 1
    """The number of the first wish's bird."""

    def __post_init__(self) -> None:
        self.ada = self.discord.person("Ada")
        self.art = self.discord.guild("Atelier", members=[self.ada]).channel("art")
        self.team = self.slack.workspace("Atelier")
        self.grace, self.paint = self.team.person("Grace"), self.team.channel("art")
        self.slack.grant(self.team, *self.slack.world.scopes, *HISTORY)
        words = Words.load()
        self._twice = words.say("en", "note-resubmitted")
        self._titles = {
            words.say("en", f"title-{shown}"): shown
            for shown in (Shown.MODERATED, Shown.FAILED, Shown.UNSURE, Shown.CANCELLED)
        }

    def settings(self, doors: Iterable[str]) -> dict[str, str]:
        """The environment of a bot that lives here and has these doors."""
        port = self.flux.url.rpartition(":")[2]
        asked = {
            "BFL_API_KEY": KEY,
            "IMAGEBOT__PROVIDERS__FLUX__BASE_URL": self.flux.url,
            "IMAGEBOT__PROVIDERS__FLUX__POLL_HOSTS": f'["127.0.0.1:{port}", "localhost:{port}"]',
        }
        if "discord" in doors:
            asked |= {
                "DISCORD_TOKEN": self.discord.token,
                "IMAGEBOT__DISCORD__API_URL": self.discord.api_url,
                "IMAGEBOT__DISCORD__ATTACHMENT_HOSTS": '["127.0.0.1"]',
            }
        if "slack" in doors:
            asked |= {
                "SLACK_BOT_TOKEN": self.team.bot_token,
                "SLACK_APP_TOKEN": self.slack.app_token,
                "IMAGEBOT__SLACK__API_URL": self.slack.api_url,
                "IMAGEBOT__SLACK__FILE_HOSTS": '["127.0.0.1"]',
                "IMAGEBOT__SLACK__HISTORY": "true",
            }
        return asked

    async def ask(self, door: str, url: str, more: str = "") -> Wish:
        """Type a wish in a door; what happens to it is not waited for. url: where the web door is."""
        wish = Wish(f"wren{self.first + len(self.wishes):04d}", door)
        self.wishes.append(wish)
        prompt = f"{wish.mark} at dusk {SMALL} {more}".strip()
        if door == "discord":
            wish.answer = await self.discord.slash(self.ada, self.art, "imagine", wait=False, prompt=prompt)
        elif door == "slack":
            wish.answer = await self.slack.slash(self.grace, self.paint, "imagine", prompt, wait=False)
        else:
            wish.answer = await _say(url, f"/imagine {prompt}")
        return wish

    # What is remembered.

    def asks(self) -> list[Ask]:
        return [Ask(wish.mark, wish.door, wish.taken) for wish in self.wishes]

    def sales(self) -> list[Sale]:
        now_s = self.flux.clock.steady()
        return [_sale(task, now_s) for task in self.flux.tasks.values()]

    def posts(self) -> list[Post]:
        """What the bot's messages in the chats say; the web door's stand in the book."""
        return [
            *(self._post(one, "discord") for one in self.ours_in_discord()),
            *(self._post(one, "slack") for one in self.ours_in_slack()),
        ]

    def ours_in_discord(self) -> list[discords.Message]:
        """What the bot wrote for everybody."""
        standing = self.discord.messages(self.art)
        return [one for one in standing if one.author is self.discord.bot and not one.ephemeral]

    def ours_in_slack(self) -> list[slacks.Message]:
        return [one for one in self.slack.messages(self.paint) if one.author is self.team.bot and not one.ephemeral]

    def _post(self, message: discords.Message | slacks.Message, door: str) -> Post:
        return Post(mark_of(message.text), door, self.shown(message), twice=self._twice in message.text)

    def shown(self, message: discords.Message | slacks.Message) -> Shown:
        """What it says about its job."""
        if message.pictures:
            return Shown.PICTURE
        return next((shown for title, shown in self._titles.items() if title in message.text), Shown.GOING)


def _sale(task: BflTask, now_s: float) -> Sale:
    return Sale(
        mark=mark_of(str(task.body.get("prompt", ""))),
        cents=Decimal(str(task.cost)),
        billed=task.word(now_s) == "Ready",
        begin_s=task.accepted_s,
        end_s=math.inf if task.fault in NEVER_READY else task.accepted_s + task.work_s,
    )


async def _say(url: str, text: str) -> bool:
    """Type into the channel of the web door; whether it was taken. A bot that dies of it does not answer."""
    form = aiohttp.FormData({"text": text}, default_to_multipart=True)
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as session,
            session.post(f"{url}/channel/messages", data=form) as answer,
        ):
            return answer.status == 202
    except (aiohttp.ClientError, TimeoutError):
        return False


@asynccontextmanager
async def town(latency: Mapping[str, Any] | None = None) -> AsyncIterator[Town]:
    """A town for one scenario; latency is the provider's, as in Latency."""
    async with (
        FluxStandIn(latency=Latency(**{"work_s": (0.2, 0.6), **(latency or {})})) as flux,
        Discord() as discord,
        Slack() as slack,
    ):
        yield Town(flux, discord, slack)
