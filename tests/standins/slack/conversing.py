"""Channels as the app sees them: conversations.* and users.conversations."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from tests.standins.slack.api import Call
from tests.standins.slack.event import Telling
from tests.standins.slack.herald import Herald
from tests.standins.slack.message import Message
from tests.standins.slack.rules import RefusedError
from tests.standins.slack.world import Channel, Kind, World

TYPES: Final = {
    "public_channel": Kind.PUBLIC,
    "private_channel": Kind.PRIVATE,
    "im": Kind.DM,
    "mpim": Kind.GROUP,
}
T = TypeVar("T")


class Conversing:
    """What it may read depends on the channel's kind and on whether it is in it."""

    def __init__(self, world: World, telling: Telling, herald: Herald) -> None:
        self.world = world
        self.telling = telling
        self._herald = herald

    async def info(self, call: Call) -> dict[str, Any]:
        """conversations.info"""
        channel = call.channel(call.args["channel"])
        call.needs_of(channel, "read")
        told = self.telling.channel(channel)
        if call.args.get("include_num_members"):
            told["num_members"] = len(channel.members)
        return {"channel": told}

    async def join(self, call: Call) -> dict[str, Any]:
        """conversations.join"""
        channel = call.channel(call.args["channel"])
        if channel.kind is not Kind.PUBLIC:
            raise RefusedError("method_not_supported_for_channel_type")
        if channel.archived:
            raise RefusedError("is_archived")
        if channel.bot_is_in:
            told = self.telling.channel(channel)
            warning = "already_in_channel"
            return {"channel": told, "warning": warning, "response_metadata": {"warnings": [warning]}}
        channel.members.append(channel.workspace.bot)
        self._herald.moved(channel, channel.workspace.bot, inside=True)
        return {"channel": self.telling.channel(channel)}

    async def open(self, call: Call) -> dict[str, Any]:
        """conversations.open"""
        if call.args.get("channel"):
            channel = call.channel(call.args["channel"])
            if not channel.direct:
                raise RefusedError("method_not_supported_for_channel_type")
            return self._opened(call, channel, already=True)
        ids = [one for one in str(call.args.get("users") or "").split(",") if one]
        if not ids:
            raise RefusedError("users_list_not_supplied", fault=True)
        if len(ids) > 1:
            call.needs("mpim:write")
            raise RefusedError("method_not_supported_for_channel_type", "the stand-in opens no groups", fault=True)
        call.needs("im:write")
        person = self.world.person(ids[0])
        workspace = next((each for each in call.workspaces if person and person.workspace is each), None)
        if person is None or workspace is None:
            raise RefusedError("user_not_found")
        if person.deleted:
            raise RefusedError("user_disabled")
        before = len(workspace.channels)
        channel = workspace.dm(person)
        return self._opened(call, channel, already=len(workspace.channels) == before)

    async def listing(self, call: Call) -> dict[str, Any]:
        """conversations.list"""
        found = self._listed(call, list(call.workspace.channels.values()))
        page, cursor = paged(call, found)
        return {
            "channels": [self.telling.channel(one) for one in page],
            "response_metadata": {"next_cursor": cursor},
        }

    async def mine(self, call: Call) -> dict[str, Any]:
        """users.conversations"""
        inside = [one for one in call.workspace.channels.values() if one.bot_is_in]
        page, cursor = paged(call, self._listed(call, inside))
        return {
            "channels": [self.telling.channel(one) for one in page],
            "response_metadata": {"next_cursor": cursor},
        }

    async def members(self, call: Call) -> dict[str, Any]:
        """conversations.members"""
        channel = call.channel(call.args["channel"])
        call.needs_of(channel, "read")
        page, cursor = paged(call, channel.members)
        return {"members": [one.id for one in page], "response_metadata": {"next_cursor": cursor}}

    async def history(self, call: Call) -> dict[str, Any]:
        """conversations.history"""
        channel = self._read(call)
        latest, oldest = str(call.args.get("latest") or "9" * 12), str(call.args.get("oldest") or "0")
        inclusive = call.args.get("inclusive") in (True, "1", "true")
        found = [
            one
            for one in reversed(channel.messages)
            if not one.deleted
            and not one.viewer
            and one.thread_ts in ("", one.ts)
            and _within(one.ts, oldest, latest, inclusive=inclusive)
        ]
        page, cursor = paged(call, found)
        return {
            "messages": [self._told(call, one) for one in page],
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }

    async def replies(self, call: Call) -> dict[str, Any]:
        """conversations.replies"""
        channel = self._read(call)
        found = channel.thread(call.args["ts"])
        if not found:
            raise RefusedError("thread_not_found")
        page, cursor = paged(call, found)
        return {
            "messages": [self._told(call, one) for one in page],
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }

    def _told(self, call: Call, message: Message) -> dict[str, Any]:
        """With the metadata that whoever posted it gave it, where they are asked for."""
        told = self.telling.message(message)
        if message.metadata and str(call.args.get("include_all_metadata")).lower() in ("true", "1"):
            told["metadata"] = message.metadata
        return told

    def _read(self, call: Call) -> Channel:
        channel = call.channel(call.args["channel"])
        call.needs_of(channel, "history")
        if not channel.bot_is_in:
            raise RefusedError("not_in_channel")
        return channel

    def _opened(self, call: Call, channel: Channel, *, already: bool) -> dict[str, Any]:
        whole = call.args.get("return_im")
        told = self.telling.channel(channel) if whole else {"id": channel.id}
        return {"channel": told} | ({"no_op": True, "already_open": True} if already else {})

    def _listed(self, call: Call, channels: list[Channel]) -> list[Channel]:
        wanted = set()
        for name in str(call.args.get("types") or "public_channel").split(","):
            if name.strip() not in TYPES:
                raise RefusedError("invalid_types", fault=True)
            wanted.add(TYPES[name.strip()])
        for kind in wanted:
            call.needs({"public": "channels", "private": "groups", "dm": "im", "group": "mpim"}[kind.value] + ":read")
        left_out = call.args.get("exclude_archived") in (True, "1", "true")
        return [
            one
            for one in channels
            if one.kind in wanted
            and not one.deleted
            and not (left_out and one.archived)
            and (one.kind is Kind.PUBLIC or one.bot_is_in)
        ]


def paged(call: Call, found: Sequence[T]) -> tuple[Sequence[T], str]:
    """A page of at most `limit`, and the cursor to the next. Raises RefusedError."""
    limit = int(call.args.get("limit") or 100)
    if not 1 <= limit <= 1000:
        raise RefusedError("invalid_limit", fault=True)
    try:
        start = int(base64.b64decode(str(call.args.get("cursor") or "")) or 0)
    except ValueError:
        raise RefusedError("invalid_cursor") from None
    more = start + limit < len(found)
    return found[start : start + limit], base64.b64encode(str(start + limit).encode()).decode() if more else ""


def _within(ts: str, oldest: str, latest: str, *, inclusive: bool) -> bool:
    at, first, last = float(ts), float(oldest), float(latest)
    return first <= at <= last if inclusive else first < at < last
