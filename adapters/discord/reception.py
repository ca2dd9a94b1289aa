"""Where every event of Discord comes in: bounded, answered in time, and never left without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord
import structlog

from adapters.discord import render
from adapters.discord.attachment import HOSTS, Attachment
from adapters.discord.event import receipts_of
from adapters.discord.messenger import DiscordMessenger, upload_of
from adapters.discord.visit import Visit
from bot.chat.fetcher import Fetcher
from bot.chat.turns import Turns, UnderWay
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import (
    BotError,
    DuplicateError,
    HouseError,
    RefusedError,
)
from bot.message import Button, Person, Picture, Place, Reply, Tone, Verb
from bot.request import ImageId

if TYPE_CHECKING:
    from adapters.discord import Settings

log = structlog.get_logger(__name__)

FIRST_ANSWER_S: Final = 2.0
"""Discord takes an interaction's first answer for 3 s; the last one is left for the way there."""
TONGUES: Final = 10_000
"""People whose language is remembered; forgotten, they are spoken to in their server's until the next command."""
HINT_PAUSE_S: Final = 3600.0
ASKED_LIMIT: Final = 10
"""Pictures of one message that the question which is meant can name: as many as files in a message."""
PREVIEWS_BYTES: Final = 4 * 1024 * 1024
"""For all pictures of that question together."""
ARRIVALS: Final = 8
"""People's pictures on their way in at once, until they are kept: each is held in memory, and decoding is slower."""
UNHEARD: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError)
"""What our own calls to Discord end with where it does not listen."""

Work = Callable[[Visit], Awaitable[None]]


class Reception:
    """What commands, buttons and mentions share. `answer` is the outermost line of an interaction, and never raises."""

    def __init__(
        self, desk: Desk, messenger: DiscordMessenger, settings: Settings, clock: Clock, roles: Collection[str] = ()
    ) -> None:
        self.desk = desk
        self.messenger = messenger
        self.settings = settings
        self.roles = roles
        self._clock = clock
        self._fetcher = Fetcher(HOSTS, settings.attachment_hosts)
        self._turns = Turns(settings.at_once)
        self._talks = Turns(settings.at_once)
        self._arrivals = asyncio.Semaphore(ARRIVALS)
        self._under_way = UnderWay()
        self._hinted: dict[int, float] = {}
        self._tongues: dict[int, str] = {}

    async def answer(self, event: discord.Interaction[Any], work: Work) -> None:
        """Do the work, and answer whatever it raises: to the person alone, unless the settings say otherwise."""
        with suppress(DuplicateError), self._under_way.begun(event.id):  # Discord may deliver it twice
            self._hear(event)
            await self._answer(Visit(self, event, answer_by_s=self._clock.steady() + FIRST_ANSWER_S), work)

    async def refuse(self, event: discord.Interaction[Any], error: BotError) -> None:
        """Say no to an interaction that nobody works on; never raises. A half-typed command takes choices alone."""
        if not self._under_way.shut and event.type is not discord.InteractionType.autocomplete:
            await self._refuse(Visit(self, event, answer_by_s=self._clock.steady()), error)

    async def behind(self, channel: int, message: int) -> ImageId | None:
        """Our own original of what a message shows; None where it is not ours."""
        for receipt in receipts_of(channel, message):
            image = await self.desk.behind(receipt)
            if image is not None:
                return image
        return None

    async def keep(self, attachments: Sequence[Attachment], *, by: Person, at: Place) -> tuple[Picture, ...]:
        """People's pictures, fetched and kept, in their order; not for who may not ask there. Raises RefusedError."""
        await self.desk.admit(by=by, at=at)
        return tuple([await self._bring_in(each, by) for each in attachments])

    async def which(
        self, attachments: Sequence[Attachment], verb: Verb, *, by: Person, at: Place, factor: int | None = None
    ) -> tuple[discord.ui.LayoutView, list[discord.File]]:
        """The question which of several pictures is meant, of those that can be read; RefusedError where none can."""
        await self.desk.admit(by=by, at=at)
        pictures: list[Picture] = []
        refusals: list[RefusedError] = []
        for each in attachments[:ASKED_LIMIT]:
            try:
                pictures.append(await self._bring_in(each, by))
            except RefusedError as error:
                refusals.append(error)
        if not pictures:
            raise refusals[0]
        question = self.desk.which(pictures, verb, locale=by.locale, factor=factor)
        return await self._asked(question, spoiler=any(each.spoiler for each in attachments))

    async def what(
        self, attachment: Attachment, *, by: Person, at: Place
    ) -> tuple[discord.ui.LayoutView, list[discord.File]]:
        """The question what to do with one picture. Raises RefusedError."""
        (picture,) = await self.keep([attachment], by=by, at=at)
        say = partial(self.desk.say, by.locale)
        question = Reply(
            tone=Tone.HELP,
            locale=by.locale,
            title=say("chat-wordless"),
            body=say("discord-wordless-body"),
            pictures=(picture,),
            buttons=tuple(
                Button(verb, say(f"button-{verb.value}"), picture.id) for verb in (Verb.UPSCALE, Verb.REFERENCE)
            ),
        )
        return await self._asked(question, spoiler=attachment.spoiler)

    async def welcome(self, *, by: Person, at: Place) -> bool:
        """Whether a wish of theirs would be heard there now."""
        try:
            await self.desk.admit(by=by, at=at)
        except RefusedError:
            return False
        return True

    async def files(self, pictures: Sequence[tuple[Picture, bool]], *, limit_bytes: int) -> dict[str, discord.File]:
        """Kept pictures as files to send, by picture id, all in limit_bytes; True covers one. Some may be gone."""
        files: dict[str, discord.File] = {}
        for picture, covered in pictures:
            limit = limit_bytes // len(pictures)
            upload = await upload_of(self.desk, picture, f"picture-{len(files)}", limit_bytes=limit, covered=covered)
            if upload is not None:
                files[picture.id] = upload.file
        return files

    def aside(self) -> AbstractAsyncContextManager[None]:
        """Within a turn: let the next one in while this one waits for a stranger's picture."""
        return self._turns.aside()

    @asynccontextmanager
    async def listening(self, message: int) -> AsyncIterator[None]:
        """A message's turn; they wait apart from interactions, which must be answered in seconds. DuplicateError."""
        with self._under_way.begun(message):
            async with self._talks.turn():
                yield

    def tongue_of(self, person: int) -> str | None:
        """The language in which they last used a command or button: a message tells none."""
        return self._tongues.get(person)

    def left_s(self, answer_by_s: float) -> float:
        return max(0.0, answer_by_s - self._clock.steady())

    def may_hint(self, channel: int) -> bool:
        """Whether nobody there was told unasked how to speak to us for an hour; now somebody is."""
        now = self._clock.steady()
        self._hinted = {place: at for place, at in self._hinted.items() if now - at < HINT_PAUSE_S}
        return self._hinted.setdefault(channel, now) == now

    async def drain(self, timeout_s: float) -> None:
        """Let what is under way come to its end, or cut it off after timeout_s; nothing is begun afterwards."""
        await self._under_way.drain(timeout_s)

    async def close(self) -> None:
        await self._fetcher.close()

    async def _bring_in(self, attachment: Attachment, by: Person) -> Picture:
        async with self._arrivals:
            file = await self._fetcher.fetch(attachment.url, size_bytes=attachment.size_bytes)
            return await self.desk.keep(file, by=by)

    async def _asked(self, question: Reply, *, spoiler: bool) -> tuple[discord.ui.LayoutView, list[discord.File]]:
        """A question with small copies of the pictures that it is about."""
        files = await self.files([(each, spoiler) for each in question.pictures], limit_bytes=PREVIEWS_BYTES)
        names = [files[each.id].filename if each.id in files else "" for each in question.pictures]
        say = partial(self.desk.say, question.locale)
        return render.message(question, say=say, files=names, spoiler=spoiler), list(files.values())

    def _hear(self, event: discord.Interaction[Any]) -> None:
        self._tongues.pop(event.user.id, None)
        self._tongues[event.user.id] = str(event.locale)
        if len(self._tongues) > TONGUES:
            del self._tongues[next(iter(self._tongues))]  # who was heard of longest ago

    async def _answer(self, visit: Visit, work: Work) -> None:
        try:
            await self._in_turn(visit, work)
        except DuplicateError:
            log.info("interaction delivered again")
        except BotError as error:
            await self._refuse(visit, error)
        except UNHEARD as error:
            log.warning("interaction not answered", **told(error))
        except Exception:  # the outermost line of an interaction
            log.exception("interaction broke")
            await self._refuse(visit, HouseError())
        with suppress(*UNHEARD, OSError):
            await visit.leave()

    async def _in_turn(self, visit: Visit, work: Work) -> None:
        async with self._turns.turn(within_s=FIRST_ANSWER_S):
            with self.messenger.line(visit.event):
                await work(visit)

    async def _refuse(self, visit: Visit, error: BotError) -> None:
        if not isinstance(error, RefusedError):
            log.warning("interaction failed", error=type(error).__name__)
        try:
            await visit.refuse(error)
        except (*UNHEARD, OSError) as unheard:
            log.warning("refusal not told", **told(unheard))


def told(error: Exception) -> dict[str, object]:
    """What may be logged of a failed call: its address and body may hold a token or somebody's words."""
    return {
        "error": type(error).__name__,
        "status": getattr(error, "status", None),
        "code": getattr(error, "code", None),
    }
