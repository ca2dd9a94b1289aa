"""Discord's Messenger: answers an interaction while it lasts, then speaks as the bot, then writes to the person."""

from __future__ import annotations

import asyncio
import io
import json
import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import aiohttp
import discord
import structlog

from adapters.discord import render
from adapters.discord.event import NOBODY, Handle, receipt_of
from bot.chat.anew import anew, caught_up
from bot.chat.form import Say
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import (
    DeliveryError,
    FileTooLargeError,
    PictureUnknownError,
    PlaceBusyError,
    PlaceGoneError,
    PlaceShutError,
)
from bot.message import Picture, Place, Receipt, Reply, Tone

log = structlog.get_logger(__name__)

PACE_S: Final = 5.0
"""Discord limits edits per channel; oftener than this they pile up behind each other."""
SMALLER_BYTES: Final = tuple(each * 1024 * 1024 for each in (8, 4, 2, 1))
"""What a file is cut down to, one after the other, where Discord refuses what it said it would take."""
CALL_S: Final = 120.0
"""The longest that a call may take, its upload included. A limit that lasts longer is waited for without a slot."""
ANSWER_S: Final = 10.0
"""The same for an interaction's first answer, which is worth nothing after three."""
UPLOADS: Final = 4
"""Files on their way at once: each is held in memory."""

TOKEN_DEAD: Final = 50027
UNKNOWN_INTERACTION: Final = 10062
ANSWERED_ALREADY: Final = 40060
TOO_LARGE: Final = 40005
EDITED_TOO_OFTEN: Final = 30046
FAULTS: Final[Mapping[int, type[DeliveryError]]] = {
    TOKEN_DEAD: PlaceGoneError,
    UNKNOWN_INTERACTION: PlaceGoneError,
    ANSWERED_ALREADY: PlaceShutError,
    EDITED_TOO_OFTEN: PlaceGoneError,
    40094: PlaceGoneError,  # a bot that nobody invited has used up its follow-ups
    50006: PlaceGoneError,  # an empty message: ours was stripped meanwhile
    10003: PlaceGoneError,
    10008: PlaceGoneError,
    10015: PlaceGoneError,
}
"""Discord's error codes; others go by their status: 403 and 400 are shut, 404 and 401 gone, 429 and 5xx busy."""


class DiscordMessenger:
    """`client` comes and goes with the connection; without one every place is busy."""

    pace_s = PACE_S

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.client: discord.Client | None = None
        self._desk = desk
        self._clock = clock
        self._lines: dict[str, discord.Interaction[Any]] = {}
        self._dead: dict[str, float] = {}
        """Tokens that failed before their time, and when that would have been."""
        self._uploads = asyncio.Semaphore(UPLOADS)

    @contextmanager
    def line(self, event: discord.Interaction[Any]) -> Iterator[None]:
        """While it is open, what is posted to this interaction's Place answers it; afterwards it goes by its token."""
        self._lines[event.token] = event
        try:
            yield
        finally:
            del self._lines[event.token]

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        handle = Handle.of(place)
        line = self._lines.get(handle.token)
        if line is not None and (handle.first or self._must_follow(place, handle)):
            try:
                return await self._answer(line, place, handle, reply)
            except PlaceGoneError:  # too late for an answer: the person is told in another way
                log.warning("interaction lapsed before its answer", place=place.id)
        elif handle.first and self._lives(handle):
            found = await self._found_again(place, handle, reply)
            if found is not None:
                return found
        return await self._speak(place, handle, reply, nonce)

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        handle, message = Handle.of(place), int(receipt.handle.removeprefix("i"))
        if receipt.handle.startswith("i"):
            if self._lives(handle):
                with anew(), self._told_apart(handle):
                    await self._with_picture(
                        reply, handle, lambda **what: self._webhook(handle).edit_message(message, **what)
                    )
                return
            if reply.tone is not Tone.WORKING or place.private or not handle.speaks:
                raise PlaceGoneError("the interaction's time is over")
        ours = self._channel(int(receipt.place)).get_partial_message(message)
        with anew(), _told_apart():
            await self._with_picture(reply, handle, partial(_edited, ours))

    async def remove(self, place: Place, receipt: Receipt) -> None:
        handle, message = Handle.of(place), int(receipt.handle.removeprefix("i"))
        if receipt.handle.startswith("i") and self._lives(handle):
            with self._told_apart(handle):
                await self._webhook(handle).delete_message(message)
        elif not (receipt.handle.startswith("i") and place.private):  # nobody but its reader can dismiss a private one
            with _told_apart():
                await self._channel(int(receipt.place)).get_partial_message(message).delete()

    async def role_name(self, place: Place, role: str) -> str:
        guilds = self.client.guilds if self.client and role.isdecimal() else ()
        return next((found.name for guild in guilds if (found := guild.get_role(int(role)))), "")

    def _must_follow(self, place: Place, handle: Handle) -> bool:
        """Whether a further message has no other way than as a follow-up of the interaction."""
        return place.private or not handle.speaks

    async def _answer(self, event: discord.Interaction[Any], place: Place, handle: Handle, reply: Reply) -> Receipt:
        """The interaction's first answer, or a follow-up once it has one."""
        if event.response.is_done():
            with _told_apart():
                view = render.message(reply, say=self._say(reply), spoiler=handle.spoiler)
                further = await event.followup.send(
                    view=view, ephemeral=place.private, allowed_mentions=NOBODY, wait=True
                )
            return receipt_of(int(place.id), further.id, answer=True)
        for lost_before in (False, True):
            try:
                return await self._first_answer(event, place, handle, reply)
            except (PlaceShutError, PlaceBusyError) as error:
                # Was it answered by us and the word got lost, or by another process with this token?
                try:
                    ours = await self._own_answer(handle, reply)
                except DeliveryError as unknown:
                    if lost_before:  # most likely by us: the outcome will look for it again
                        raise PlaceBusyError("nobody knows whether it was answered") from unknown
                    ours = None
                if ours is not None:
                    return receipt_of(int(place.id), ours, answer=True)
                if lost_before or not isinstance(error.__cause__, aiohttp.ClientError):
                    raise
        raise PlaceBusyError("the answer did not arrive")

    async def _first_answer(
        self, event: discord.Interaction[Any], place: Place, handle: Handle, reply: Reply
    ) -> Receipt:
        self._online()
        view = render.message(reply, say=self._say(reply), spoiler=handle.spoiler)
        with _told_apart():
            async with asyncio.timeout(ANSWER_S):
                answered = await event.response.send_message(
                    view=view, ephemeral=place.private, allowed_mentions=NOBODY
                )
        if answered.message_id is None:
            raise PlaceBusyError("the answer has no message")
        return receipt_of(int(place.id), answered.message_id, answer=True)

    async def _found_again(self, place: Place, handle: Handle, reply: Reply) -> Receipt | None:
        """The answer of which an earlier try, or an earlier life, never heard: brought up to date, else taken away."""
        answer = await self._own_answer(handle, reply)
        if answer is None:
            return None
        receipt = receipt_of(int(place.id), answer, answer=True)
        return receipt if await caught_up(self, place, receipt, reply) else None

    async def _own_answer(self, handle: Handle, reply: Reply) -> int | None:
        """The message that answered the interaction, where it is about the same job: its buttons name it."""
        try:
            with _told_apart():
                http = self._online().http
                found = await http.request(
                    discord.http.Route(
                        "GET",
                        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
                        webhook_id=handle.application,
                        webhook_token=handle.token,
                    )
                )
        except PlaceGoneError:  # not answered yet, or its time is over
            return None
        ours = reply.job is not None and f":{reply.job}" in json.dumps(found.get("components", []))
        return int(found["id"]) if ours else None

    async def _speak(self, place: Place, handle: Handle, reply: Reply, nonce: str) -> Receipt:
        """As the bot: in the channel where it may and nothing is private, else to the person alone."""
        nonce = f"{nonce}-{'a' if reply.tone is Tone.WORKING else 'e'}"  # a message's nonce finds it for some minutes
        if handle.speaks and not place.private:
            try:
                return await self._sent(self._channel(int(place.id)), handle, reply, nonce, answers=handle.answers)
            except (PlaceShutError, PlaceGoneError) as error:
                if not handle.person:
                    raise
                log.info("channel is closed, writing to the person", place=place.id, error=type(error).__name__)
        with _told_apart():
            talk = await self._online().create_dm(discord.Object(handle.person))
        return await self._sent(talk, handle, reply, nonce)

    async def _sent(
        self, channel: discord.abc.Messageable, handle: Handle, reply: Reply, nonce: str, *, answers: int = 0
    ) -> Receipt:
        where = channel.id if isinstance(channel, discord.PartialMessageable | discord.DMChannel) else 0
        reference = (
            {"reference": discord.MessageReference(message_id=answers, channel_id=where, fail_if_not_exists=False)}
            if answers
            else {}
        )

        async def send(*, view: discord.ui.LayoutView, attachments: list[discord.File]) -> discord.Message:
            sent: discord.Message = await channel.send(
                view=view,
                files=attachments,
                nonce=nonce,
                allowed_mentions=NOBODY,
                **reference,  # type: ignore[call-overload]
            )
            return sent

        with _told_apart():
            message: discord.Message = await self._with_picture(reply, handle, send)
        return receipt_of(message.channel.id, message.id, answer=False)

    async def _with_picture(self, reply: Reply, handle: Handle, send: Callable[..., Any]) -> Any:
        """Send the rendered reply with its picture's file, smaller and smaller until Discord takes it; else without."""
        limit = handle.file_limit
        while True:
            async with self._attached(reply, handle, limit) as (view, files, size_bytes):
                try:
                    async with asyncio.timeout(CALL_S):
                        return await send(view=view, attachments=files)
                except discord.HTTPException as error:
                    refused = error.code == TOO_LARGE or error.status == 413
                    if not refused or not files:
                        raise
                    log.info("file is too large for this place", size_bytes=size_bytes)
            limit = next((each for each in SMALLER_BYTES if each < size_bytes), 0)

    @asynccontextmanager
    async def _attached(
        self, reply: Reply, handle: Handle, limit: int
    ) -> AsyncIterator[tuple[discord.ui.LayoutView, list[discord.File], int]]:
        """The view, the files it shows (none while the job is running) and the bytes of the largest."""
        if not reply.pictures:
            yield render.message(reply, say=self._say(reply)), [], 0
            return
        async with self._uploads:
            files, names, whole, size_bytes = [], [], True, 0
            for number, picture in enumerate(reply.pictures):
                name = f"{reply.job or 'picture'}-{number}"
                upload = await upload_of(self._desk, picture, name, limit_bytes=limit, covered=handle.spoiler)
                if upload is not None:
                    files.append(upload.file)
                    whole, size_bytes = whole and upload.whole, max(size_bytes, upload.size_bytes)
                names.append("" if upload is None else upload.file.filename)
            say = self._say(reply)
            view = render.message(reply, say=say, files=names, spoiler=handle.spoiler, whole=whole)
            yield view, files, size_bytes

    def _lives(self, handle: Handle) -> bool:
        """Whether the interaction's token still works, as far as we know."""
        if not handle.token or handle.token in self._dead:
            return False
        return self._clock.now().timestamp() < handle.token_ends_at

    @contextmanager
    def _told_apart(self, handle: Handle) -> Iterator[None]:
        """As `_told_apart`, and a token that failed is not tried again: Discord counts such calls against the house."""
        try:
            with _told_apart():
                yield
        except PlaceGoneError as error:
            cause = error.__cause__
            if isinstance(cause, discord.HTTPException) and (cause.status == 401 or cause.code == 10015):
                now = self._clock.now().timestamp()
                self._dead = {token: ends_at for token, ends_at in self._dead.items() if ends_at > now}
                self._dead[handle.token] = handle.token_ends_at
            raise

    def _webhook(self, handle: Handle) -> discord.Webhook:
        return discord.Webhook.partial(handle.application, handle.token, client=self._online())

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self._online().get_partial_messageable(channel)

    def _online(self) -> discord.Client:
        if self.client is None or self.client.is_closed():
            raise PlaceBusyError("not connected")
        return self.client

    def _say(self, reply: Reply) -> Say:
        return partial(self._desk.say, reply.locale)


async def _edited(message: discord.PartialMessage, **what: Any) -> discord.Message:
    return await message.edit(allowed_mentions=NOBODY, **what)


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as a file to send; not whole: re-encoded to fit."""

    file: discord.File
    size_bytes: int
    whole: bool


async def upload_of(desk: Desk, picture: Picture, name: str, *, limit_bytes: int, covered: bool) -> Upload | None:
    """None for a picture that was deleted meanwhile, or that no size makes small enough; name: without an ending."""
    if not limit_bytes:
        return None
    try:
        fitted = await desk.fitted(picture, max_bytes=limit_bytes)
    except (PictureUnknownError, FileTooLargeError) as error:
        log.warning("picture not attached", error=type(error).__name__)
        return None
    name, alt = f"{name}.{fitted.format}", picture.alt[: render.ALT_LIMIT] or None
    file = discord.File(io.BytesIO(fitted.file), name, description=alt, spoiler=covered)
    return Upload(file, len(fitted.file), fitted.whole)


@contextmanager
def _told_apart() -> Iterator[None]:
    """Discord's errors as ours: is the place gone, closed to us, or just busy?"""
    try:
        yield
    except discord.RateLimited as error:
        raise PlaceBusyError(retry_after_s=error.retry_after) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PlaceBusyError("Discord can't be reached") from error


def _meaning(error: discord.HTTPException) -> DeliveryError:
    known = FAULTS.get(error.code)
    if known is not None:
        return known(f"Discord says {error.code}")
    match error.status:
        case 429:
            return PlaceBusyError(retry_after_s=_pause_s(error))
        case 401 | 404 | 410:
            return PlaceGoneError(f"Discord says {error.status}")
        case status if status >= 500:
            return PlaceBusyError(f"Discord says {status}")
        case status:
            if status == 400:
                log.error("Discord took exception to a message", status=status, code=error.code)
            return PlaceShutError(f"Discord says {status}, code {error.code}")


def _pause_s(error: discord.HTTPException) -> float | None:
    """What Discord, or the shield in front of it, asks us to wait; seconds."""
    try:
        pause_s = float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return pause_s if math.isfinite(pause_s) else None
