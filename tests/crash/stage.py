"""Where a scenario is played: a town, a database, and as many processes of the bot as it likes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.crash.account import Account
from tests.crash.book import Book
from tests.crash.database import Database
from tests.crash.swift import SPEED
from tests.crash.town import Town, Wish
from tests.endtoend.process import Bot, free_port

PATIENCE_S: Final = 90.0
"""How long anything may take on a busy machine before a scenario calls it lost."""
LOOK_S: Final = 0.05
PORT: Final = "IMAGEBOT__WEB__PORT"
NOWHERE: Final = "http://127.0.0.1:9"
SOCKETS: Final = 2
"""That a Slack door opens."""


class SkippedError(Exception):
    """A scenario that this machine does not let happen, and why."""


@dataclass
class Stage:
    """kills, doubts, failures and stops go into the account; `bots` are all processes that there ever were."""

    folder: Path
    database: Database
    town: Town
    dice: Random
    settings: Mapping[str, str] = field(default_factory=dict)
    slots: int = 24
    resubmits: bool = False
    """Whether the operator has what is unsure bought once more."""
    speed: float = 1.0
    """How many of the bot's seconds pass in one of ours."""
    bots: list[Bot] = field(default_factory=list)
    webs: list[Bot] = field(default_factory=list)
    """Those of them that have the web door."""
    kills: int = 0
    doubts: int = 0
    failures: int = 0
    stops: int = 0
    closing: ExitStack = field(default_factory=ExitStack)
    """What is to be put right once the auditor has seen everything."""
    disturbed_at: float = field(default_factory=time.monotonic)
    """When something last went wrong or began, by our own steady clock."""
    ended_after_s: float = 0.0

    @property
    def book(self) -> Book:
        return Book(self.database.url)

    @property
    def bot(self) -> Bot:
        """The last one that was started."""
        return self.bots[-1]

    # Processes.

    async def open(
        self,
        *arguments: str,
        doors: Collection[str] = ("web",),
        away: Collection[str] = (),
        die_at: str = "",
        **settings: str,
    ) -> Bot:
        """Start a process and wait until its doors are open, or it has died. arguments are those of `imagebot run`.

        away: doors whose platform cannot be reached now.
        """
        asked = self.town.settings(doors) | {
            "IMAGEBOT__PROVIDERS__ORDER": "flux",
            "IMAGEBOT__PROVIDERS__FLUX__SLOTS": str(self.slots),
            "IMAGEBOT__LOG__LEVEL": "debug",
            "IMAGEBOT__POLICY__UNSURE": "resubmit" if self.resubmits else "ask",
            SPEED: str(self.speed),
            **self.database.settings,
            **self.settings,
            **settings,
        }
        bot = Bot(
            self.folder,
            settings=asked,
            port=int(asked.get(PORT) or free_port()),
            arguments=("-m", "tests.crash.swift", "run", *arguments),
            log_name=f"bot{len(self.bots)}.log",
        )
        self.bots.append(bot)
        identified, connected = len(self.town.discord.gateway.identifies), self.town.slack.sockets.connects
        if "web" in doors:
            self.webs.append(bot)
            await bot.start(die_at=die_at)
        else:
            await bot.launch(die_at=die_at)
        if "discord" in doors and "discord" not in away:
            await self.until(lambda: len(self._gateway.identifies) > identified and self._gateway.live, bot=bot)
            await self.until(self.town.discord.commands, bot=bot)
        if "slack" in doors and "slack" not in away:
            sockets = self.town.slack.sockets
            await self.until(lambda: sockets.connects >= connected + SOCKETS and len(sockets.live) >= SOCKETS, bot=bot)
        return bot

    async def worker(self, *, die_at: str = "", **settings: str) -> Bot:
        """A process without a door, once it has entered itself in the book."""
        before = self.book.processes()
        bot = await self.open("--worker", doors=(), die_at=die_at, **settings)
        await self._looked_up(lambda: not bot.alive or bool(self.book.processes() - before), PATIENCE_S)
        assert bot.alive, f"the worker did not start: {bot.log()[-2000:]}"
        return bot

    async def kill(self, bot: Bot | None = None) -> None:
        """kill -9."""
        await (bot or self.bot).kill()
        self.hurt()

    async def asleep(self, bot: Bot) -> None:
        """Wait until the process has put itself to sleep at its point; it counts as one that was killed."""

        def stopped() -> bool:
            state = subprocess.run(
                ["ps", "-o", "state=", "-p", str(bot.pid)], capture_output=True, text=True, check=False
            )
            return state.stdout.startswith("T")

        await self._looked_up(stopped, PATIENCE_S)
        self.hurt()

    async def died(self, bot: Bot | None = None) -> None:
        """Wait until the process has met its point."""
        met = bot or self.bot
        async with asyncio.timeout(PATIENCE_S):
            code = await met.died()
        assert code == -signal.SIGKILL, f"it ended with {code}: {met.log()[-2000:]}"
        self.hurt()

    def hurt(self) -> None:
        """Count a process that was ended by force."""
        self.kills += 1
        self.disturb()

    def disturb(self) -> None:
        """From now on, the seconds to the last end count."""
        self.disturbed_at = time.monotonic()

    async def stop(self) -> None:
        """Ask every process to end, as an operator does. Raises AssertionError where one does not end well."""
        for bot in self.bots:
            if bot.alive:
                await self.told_to_end(bot)

    async def told_to_end(self, bot: Bot) -> None:
        """SIGTERM. Raises AssertionError where it does not end, or not well."""
        try:
            code = await bot.stop(signal.SIGTERM)
        except TimeoutError:
            raise AssertionError(f"told to end, {bot.log_name} did not: {bot.log()[-2000:]}") from None
        self.disturb()
        assert code == 0, f"told to end, {bot.log_name} ended with {code}: {bot.log()[-2000:]}"

    async def end(self) -> None:
        """Leave nothing running, whatever happened."""
        for bot in self.bots:
            if bot.alive:
                with suppress(ProcessLookupError):
                    bot.send(signal.SIGCONT)
                await bot.end()

    # People.

    async def ask(self, count: int = 1, *, doors: Sequence[str] = ("web",), more: str = "") -> list[Wish]:
        """So many wishes at once, by these doors in turn."""
        self.disturb()
        url = next((bot.url for bot in reversed(self.webs) if bot.alive), NOWHERE)
        each = (self.town.ask(doors[number % len(doors)], url, more) for number in range(count))
        return list(await asyncio.gather(*each))

    async def told(self, *, patience_s: float = PATIENCE_S) -> None:
        """Wait until the book says that every job has ended and was told."""
        with suppress(TimeoutError):  # the auditor says what is left
            await self._looked_up(lambda: not self.book.left(), patience_s)
        self.ended_after_s = time.monotonic() - self.disturbed_at

    async def until(self, condition: Callable[[], Any], *, bot: Bot | None = None, what: str = "") -> None:
        """Wait for something that can be seen here, or the process's death. Raises AssertionError."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    if bot is not None and not bot.alive:
                        return
                    await asyncio.sleep(LOOK_S / 5)
        except TimeoutError:
            log = self.bot.log()[-3000:] if self.bots else ""
            raise AssertionError(f"waited {PATIENCE_S} s for {what or condition}: {log}") from None

    async def _looked_up(self, condition: Callable[[], bool], patience_s: float) -> None:
        """Wait for something that is known elsewhere. Raises TimeoutError."""
        async with asyncio.timeout(patience_s):
            while True:
                if await asyncio.to_thread(condition):
                    return
                await asyncio.sleep(LOOK_S)  # between two looks

    # The end.

    async def account(self) -> Account:
        """Everything that the auditor goes by."""
        town, book = self.town, self.book
        violations = [*town.discord.violations, *town.slack.violations]
        for platform in (town.discord, town.slack):
            platform.violations.clear()
        return Account(
            asks=town.asks(),
            sales=town.sales(),
            posts=[*town.posts(), *await asyncio.to_thread(book.web_posts)],
            book=await asyncio.to_thread(book.entries),
            slots=self.slots,
            kills=self.kills,
            doubts=self.doubts,
            failures=self.failures,
            stops=self.stops,
            resubmits=self.resubmits,
            crowded=town.flux.turned_away,
            unbalanced=await asyncio.to_thread(book.unbalanced),
            violations=violations,
        )

    @property
    def _gateway(self) -> Any:
        return self.town.discord.gateway
