"""Slack's Messenger: posts and edits as the bot, with pictures in the message, else below it; else to the person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog

from adapters.slack import render
from adapters.slack.channel import Channels
from adapters.slack.event import Handle, channel_of, named, receipt_of
from adapters.slack.fault import INVALID_BLOCKS, POST, UPDATE, Calls, Clients, code_of, told, unsure
from adapters.slack.upload import Uploads, name_for, name_of
from bot.chat.anew import anew, caught_up
from bot.chat.form import Say
from bot.chat.memory import Memory
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import BusyError, DeliveryError, NotInvitedError, PlaceBusyError, PlaceGoneError, PlaceShutError
from bot.message import Place, Receipt, Reply, Tone

log = structlog.get_logger(__name__)

PACE_S: Final = 5.0
"""Slack limits edits for a whole workspace."""
BLOCK_PAUSES_S: Final = (1.0, 2.0, 4.0)
"""Slack may refuse to show a file for a moment after it has said that it is ready."""
STATUS_S: Final = 2.0
EVENT_TYPE: Final = "imagebot_job"
"""Of the metadata that name a message's job; whoever is in the workspace can read them."""
REMEMBERED: Final = 10_000
EARLIER_S: Final = 60.0
"""How far Slack's clock and ours may be apart."""
NAME_S: Final = 3.0
"""How long a name is waited for: there is an id in its place."""
LISTED: Final = 100
PAGES: Final = 3

Send = Callable[[render.Message], Awaitable[str]]
"""Posts a message, or changes one; gives its ts."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a message stands. thread: the ts of the message that began its thread; "": the channel itself."""

    tenant: str
    channel: str
    thread: str = ""

    @property
    def is_direct(self) -> bool:
        return self.channel.startswith("D")


class SlackMessenger:
    """Needs no connection: every call of its own goes to the Web API. `uploads` are the pictures that Slack has."""

    pace_s = PACE_S

    def __init__(self, desk: Desk, clock: Clock, workspaces: Clients, channels: Channels) -> None:
        self._desk = desk
        self._clock = clock
        self._channels = channels
        self._calls = Calls(workspaces, clock)
        self.uploads = Uploads(desk, self._calls, clock)
        self._began_at = clock.now().timestamp()
        self._lost: Memory[str, _Spot] = Memory(REMEMBERED)
        """Jobs whose message may stand there: the call that posts it had no answer."""

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        if not place.handle:
            place = named(place, at=self._clock.now().timestamp())
        handle = Handle.of(place)
        spot = _Spot(handle.tenant, channel_of(place.id), handle.thread)
        if nonce in self._lost or handle.asked_at < self._began_at:
            found = await self._found_again(self._lost.get(nonce, spot), place, reply, nonce)
            if found is not None:
                return found
        if not handle.person:
            await self._go_in(spot)
        try:
            return await self._said(spot, handle, reply, nonce)
        except (PlaceShutError, PlaceGoneError) as error:
            if (spot.is_direct and not spot.thread) or not handle.person:
                raise
            self._channels.left(spot.tenant, spot.channel)  # else the next to ask there finds out
            log.info("channel is closed, writing to the person", **told(error))
        direct = await self._channels.direct(spot.tenant, handle.person)
        return await self._said(_Spot(spot.tenant, direct), handle, reply, nonce)

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        handle, spot = Handle.of(place), _spot_of(place, receipt)
        working = reply.tone is Tone.WORKING

        async def send(message: render.Message) -> str:
            await self._change(spot, receipt.handle, message, spare=working)
            return receipt.handle

        with anew():
            await self._with_pictures(spot, reply, name_of(receipt.handle), send, again=True)
        if not working:
            await self._show_status(handle, spot, "")

    async def remove(self, place: Place, receipt: Receipt) -> None:
        """Take the message away, and its pictures from Slack's files, where it may stay private and unseen for ever."""
        spot, names = _spot_of(place, receipt), {name_of(receipt.handle)}
        if job := await self._desk.job_at(receipt):
            names.add(name_for(job))

        async def delete() -> None:
            async with self._calls.to(spot.tenant, "chat.delete") as slack:
                await slack.chat_delete(channel=spot.channel, ts=receipt.handle)

        try:
            await self._calls.insist(delete)
        finally:
            await self.uploads.forget(spot.tenant, names, receipt.handle)

    async def role_name(self, place: Place, role: str) -> str:
        tenant = place.id.rpartition("/")[0]
        try:
            async with self._calls.to(tenant, "usergroups.list", within_s=NAME_S) as slack:
                answer = await slack.usergroups_list()
        except (DeliveryError, TimeoutError) as error:
            log.info("a user group is not known", group=role, **told(error))
            return ""
        groups: list[dict[str, Any]] = answer.get("usergroups") or []
        return next((str(each.get("name") or "") for each in groups if each.get("id") == role), "")

    async def _go_in(self, spot: _Spot) -> None:
        """Nobody asked there, so the bot may not be in yet. Raises DeliveryError."""
        try:
            await self._channels.enter(spot.tenant, spot.channel)
        except BusyError as error:
            raise PlaceBusyError("Slack does not tell whether we are in") from error
        except NotInvitedError as error:
            raise PlaceShutError("nobody has invited us") from error

    # ---- words

    async def _said(self, spot: _Spot, handle: Handle, reply: Reply, nonce: str) -> Receipt:
        """A new message, with its pictures."""
        name = name_for(nonce)
        ts = await self._with_pictures(spot, reply, name, partial(self._put, spot, handle, nonce), again=False)
        receipt = receipt_of(spot.tenant, spot.channel, ts)
        if reply.tone is Tone.WORKING:
            await self._show_status(handle, spot, self._say(reply)("slack-status"))
        return receipt

    async def _put(self, spot: _Spot, handle: Handle, nonce: str, message: render.Message) -> str:
        """Post it; where the answer got lost, look whether it came all the same. Gives its ts."""
        try:
            async with self._calls.to(spot.tenant, POST, spot.channel) as slack:
                answer = await slack.chat_postMessage(
                    channel=spot.channel,
                    thread_ts=spot.thread or None,
                    text=message.text,
                    blocks=list(message.blocks),
                    unfurl_links=False,
                    unfurl_media=False,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"job": nonce}},
                )
        except PlaceBusyError as error:
            if not unsure(error):
                raise
            self._lost[nonce] = spot
            ts = await self._standing(spot, nonce, handle.asked_at)
            if not ts:
                raise
        else:
            ts = str(answer["ts"])
        self._lost.pop(nonce, None)
        return ts

    async def _change(self, spot: _Spot, ts: str, message: render.Message, *, spare: bool = False) -> None:
        async with self._calls.to(spot.tenant, UPDATE, spare=spare) as slack:
            await slack.chat_update(
                channel=spot.channel, ts=ts, text=message.text, blocks=list(message.blocks), parse="none"
            )

    async def _found_again(self, spot: _Spot, place: Place, reply: Reply, nonce: str) -> Receipt | None:
        """The message of which an earlier try, or an earlier life, never heard: brought up to date, else taken away."""
        ts = await self._standing(spot, nonce, Handle.of(place).asked_at)
        if not ts:
            return None
        receipt = receipt_of(spot.tenant, spot.channel, ts)
        if not await caught_up(self, place, receipt, reply):
            return None
        self._lost.pop(nonce, None)
        return receipt

    async def _standing(self, spot: _Spot, job: str, since: float) -> str:
        """The ts of our message about the job; "" where there is none, or where its messages are not ours to read."""
        span: dict[str, Any] = {"oldest": f"{since - EARLIER_S:.6f}", "include_all_metadata": True, "limit": LISTED}
        cursor = ""
        for _ in range(PAGES):
            try:
                if spot.thread:
                    async with self._calls.to(spot.tenant, "conversations.replies") as slack:
                        answer = await slack.conversations_replies(
                            channel=spot.channel, ts=spot.thread, cursor=cursor or None, **span
                        )
                else:
                    async with self._calls.to(spot.tenant, "conversations.history") as slack:
                        answer = await slack.conversations_history(channel=spot.channel, cursor=cursor or None, **span)
            except (PlaceShutError, PlaceGoneError):
                return ""
            for message in answer["messages"]:
                if _is_about(message, job):
                    return str(message["ts"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return ""

    async def _show_status(self, handle: Handle, spot: _Spot, status: str) -> None:
        """What the assistant's pane says below the talk, until we write there; "" takes it away. It may fail."""
        if not (handle.assistant and spot.thread):
            return
        with suppress(DeliveryError, TimeoutError):
            async with asyncio.timeout(STATUS_S), self._calls.to(spot.tenant, "assistant.threads.setStatus") as slack:
                await slack.assistant_threads_setStatus(channel_id=spot.channel, thread_ts=spot.thread, status=status)

    # ---- pictures

    async def _with_pictures(self, spot: _Spot, reply: Reply, name: str, send: Send, *, again: bool) -> str:
        """Send the rendered reply: its pictures in it, else below it, else with a word about it. Gives its ts.

        again: whether send may be repeated.
        """
        say = self._say(reply)
        if not reply.pictures:
            return await send(render.message(reply, say=say))
        uploads = [await self.uploads.bring(spot.tenant, picture, name) for picture in reply.pictures]
        if not any(uploads):
            return await send(render.message(reply, say=say))
        if any(upload and upload.ready for upload in uploads):
            shown = render.message(
                reply,
                say=say,
                files=[upload.file if upload and upload.ready else "" for upload in uploads],
                whole=all(upload.whole for upload in uploads if upload),
            )
            if sent := await self._in_blocks(shown, send):
                return sent
        return await self._in_thread(spot, reply, name, send, again=again)

    async def _in_blocks(self, message: render.Message, send: Send) -> str:
        """Its ts; "" where Slack does not show the file, again and again."""
        for pause_s in (*BLOCK_PAUSES_S, 0.0):
            try:
                return await send(message)
            except PlaceShutError as error:
                if code_of(error) != INVALID_BLOCKS:
                    raise
            await self._clock.sleep(pause_s)
        log.warning("Slack does not show a file in a message")
        return ""

    async def _in_thread(self, spot: _Spot, reply: Reply, name: str, send: Send, *, again: bool) -> str:
        """The message, and its pictures as files below it; never a word of pictures that did not come.

        again: whether all of it may be repeated where Slack is busy; else the message stays as it is then.
        """
        say = self._say(reply)
        ts = await send(render.message(reply, say=say, in_thread=True))  # first: it may be gone, and its thread with it
        busy: PlaceBusyError | None = None
        try:
            shared = await self._share(spot, reply, name, spot.thread or ts)
        except PlaceBusyError as error:
            shared, busy = False, error
        if not shared:
            with suppress(DeliveryError):
                await self._calls.insist(partial(self._change, spot, ts, render.message(reply, say=say)))
        if busy is not None and again:
            raise busy
        return ts

    async def _share(self, spot: _Spot, reply: Reply, name: str, thread: str) -> bool:
        """Whether all of them came."""
        came = [
            await self.uploads.share(spot.tenant, picture, name, channel=spot.channel, thread=thread)
            for picture in reply.pictures
        ]
        return all(came)

    def _say(self, reply: Reply) -> Say:
        return partial(self._desk.say, reply.locale)


def _spot_of(place: Place, receipt: Receipt) -> _Spot:
    """Where a message of ours stands: in its place, or with its person."""
    tenant, _, channel = receipt.place.rpartition("/")
    return _Spot(tenant, channel, Handle.of(place).thread if receipt.place == place.id else "")


def _is_about(message: Mapping[str, Any], job: str) -> bool:
    metadata: Mapping[str, Any] = message.get("metadata") or {}
    payload: Mapping[str, Any] = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("job") == job
