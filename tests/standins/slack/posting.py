"""Messages as the app posts them: chat.*."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.standins.slack.api import Call
from tests.standins.slack.block import Where, faults_of_blocks
from tests.standins.slack.event import Telling
from tests.standins.slack.herald import Herald
from tests.standins.slack.message import File, Message
from tests.standins.slack.rules import RefusedError, invalid_arguments, invalid_blocks
from tests.standins.slack.shown import elements
from tests.standins.slack.world import Channel, Kind, Workspace, World

SHOWN_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
"""What an image block takes (vendor's reference of the image block, read 2026-11)."""
TEXT: Final = 40_000
UPDATED_TEXT: Final = 4_000
METADATA: Final = 16_000
STATUS_S: Final = 120.0
TS: Final = re.compile(r"\d{10}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast chat.postMessage may go in one channel: `burst` at once, then `per_s`."""

    burst: int
    per_s: float = 1.0


class Posting:
    """`pace` None: as fast as anybody likes. `statuses` are the assistant's, since when, by channel and thread."""

    def __init__(self, world: World, telling: Telling, herald: Herald) -> None:
        self.world = world
        self.telling = telling
        self.pace: Pace | None = None
        self.statuses: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._herald = herald
        self._used: dict[str, list[float]] = defaultdict(list)

    async def post(self, call: Call) -> dict[str, Any]:
        """chat.postMessage"""
        channel = self._place(call)
        if not channel.bot_is_in and not (channel.kind is Kind.PUBLIC and "chat:write.public" in call.grant.scopes):
            raise RefusedError("not_in_channel")
        self.may_write(channel, closed="restricted_action")
        self._hold_pace(channel)
        message = self._made(call, channel)
        self.check_content(message, ephemeral=False)
        channel.messages.append(message)
        self.statuses.pop((channel.id, message.thread_ts), None)
        self._herald.posted(message)
        return {"channel": channel.id, "ts": message.ts, "message": self.telling.message(message)}

    def status(self, channel: Channel, thread: str) -> str:
        """What the assistant says that it is doing; no longer once it wrote, or 2 minutes passed."""
        status, since = self.statuses.get((channel.id, thread), ("", self.world.clock.now()))
        return status if self.world.clock.now() - since < timedelta(seconds=STATUS_S) else ""

    async def update(self, call: Call) -> dict[str, Any]:
        """chat.update"""
        channel = call.channel(call.args["channel"])
        if not TS.fullmatch(str(call.args["ts"])):
            raise invalid_arguments(f"ts: {call.args['ts']!r} is no timestamp")
        message = channel.message(call.args["ts"])
        if message is None:
            raise RefusedError("message_not_found")
        if message.author not in [each.bot for each in call.workspaces]:
            raise RefusedError("cant_update_message")
        self.may_write(channel, closed="cant_update_message")
        changed = self._made(call, channel)
        if not call.args.keys() & {"blocks", "text", "markdown_text"}:
            changed.fallback, changed.blocks = message.fallback, message.blocks  # text alone takes the blocks away
        if len(changed.fallback) > UPDATED_TEXT:
            raise RefusedError("msg_too_long", fault=True)
        self.check_content(changed, ephemeral=False)
        files = [self._own_file(channel.workspace, one) for one in call.args.get("file_ids") or ()]
        before = self.telling.message(message)
        message.history.append(message.text)
        message.edits.append(call.at)
        message.fallback = changed.fallback
        message.blocks = changed.blocks
        message.parse = changed.parse
        if "metadata" in call.args:
            message.metadata = changed.metadata
        if "file_ids" in call.args:
            message.files = files
        self._herald.changed(message, before)
        told = self.telling.message(message)
        return {"channel": channel.id, "ts": message.ts, "text": message.fallback, "message": told}

    async def delete(self, call: Call) -> dict[str, Any]:
        """chat.delete"""
        channel = call.channel(call.args["channel"])
        message = channel.message(call.args["ts"])
        if message is None:
            raise RefusedError("message_not_found")
        if message.author not in [each.bot for each in call.workspaces]:
            raise RefusedError("cant_delete_message")
        message.deleted = True
        self._herald.deleted(message)
        return {"channel": channel.id, "ts": message.ts}

    async def whisper(self, call: Call) -> dict[str, Any]:
        """chat.postEphemeral"""
        channel = call.channel(call.args["channel"])
        if not channel.bot_is_in:
            raise RefusedError("not_in_channel")
        viewer = self.world.person(call.args["user"])
        if viewer is None or viewer not in channel.members:
            raise RefusedError("user_not_in_channel")
        self.may_write(channel, closed="restricted_action")
        message = self._made(call, channel)
        message.viewer = viewer
        self.check_content(message, ephemeral=True)
        channel.messages.append(message)
        return {"message_ts": message.ts}

    async def permalink(self, call: Call) -> dict[str, Any]:
        """chat.getPermalink"""
        channel = call.channel(call.args["channel"])
        message = channel.message(call.args["message_ts"])
        if message is None:
            raise RefusedError("message_not_found")
        link = f"{channel.workspace.url}archives/{channel.id}/p{message.ts.replace('.', '')}"
        if message.thread_ts:
            link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
        return {"channel": channel.id, "permalink": link}

    def check_content(self, message: Message, *, ephemeral: bool) -> None:
        """Texts, blocks and the files they show. Raises RefusedError."""
        if not (message.fallback or message.blocks):
            raise RefusedError("no_text", fault=True)
        if len(message.fallback) > TEXT:
            raise RefusedError("msg_too_long", fault=True)
        if message.blocks:
            if faults := faults_of_blocks(message.blocks, Where.MESSAGE):
                raise invalid_blocks(*faults)
            self.check_pictures(message.blocks, message.channel.workspace, ephemeral=ephemeral)
        if message.metadata is not None:
            _check_metadata(message.metadata)
        self._check_thread(message)

    def check_pictures(self, blocks: list[dict[str, Any]], workspace: Workspace, *, ephemeral: bool = False) -> None:
        """Slack's own files in image blocks: there, ready, and of a type that is shown. Raises RefusedError."""
        for index, block in enumerate(blocks):
            parts = [block, *block.get("elements", ()), block.get("accessory") or {}]
            for part in parts:
                if part.get("type") != "image" or "slack_file" not in part:
                    continue
                path = f"/blocks/{index}/slack_file"
                if ephemeral:
                    raise invalid_blocks(f"no slack_file in an ephemeral message [json-pointer:{path}]")
                file = workspace.files.get(part["slack_file"].get("id", ""))
                if file is None or file.deleted or not file.ready(self.world.clock.now()):
                    raise invalid_blocks(f"invalid slack file [json-pointer:{path}]", fault=False)
                if file.facts[0] not in SHOWN_TYPES:
                    raise invalid_blocks(f"invalid slack file: {file.facts[0]} is not shown [json-pointer:{path}]")

    @staticmethod
    def may_write(channel: Channel, *, closed: str) -> None:
        """Raises RefusedError with `closed` where only admins may."""
        if channel.archived:
            raise RefusedError("is_archived" if closed == "restricted_action" else closed)
        if channel.read_only:
            raise RefusedError(closed)

    def _made(self, call: Call, channel: Channel) -> Message:
        """The message that the arguments stand for."""
        args = call.args
        blocks = args.get("blocks") or []
        if not isinstance(blocks, list):
            raise RefusedError("invalid_blocks_format", fault=True)
        if args.get("markdown_text"):
            if blocks or args.get("text"):
                raise RefusedError("markdown_text_conflict", fault=True)
            blocks = [{"type": "markdown", "text": args["markdown_text"]}]
        return Message(
            ts=self.world.ids.ts(),
            channel=channel,
            author=channel.workspace.bot,
            at=call.at,
            fallback=args.get("text") or "",
            blocks=numbered(blocks, self.world),
            thread_ts=args.get("thread_ts") or "",
            metadata=args.get("metadata"),
            parse=args.get("parse") or "",
        )

    def _place(self, call: Call) -> Channel:
        """Where to post; a person's id stands for their direct message."""
        name = call.args["channel"]
        person = self.world.person(name) if name[:1] in "UW" else None
        if person and not person.bot and any(each is person.workspace for each in call.workspaces):
            return person.workspace.dm(person)
        return call.channel(name)

    def _hold_pace(self, channel: Channel) -> None:
        if self.pace is None:
            return
        now = self.world.clock.now().timestamp()
        window = self.pace.burst / self.pace.per_s
        used = self._used[channel.id] = [at for at in self._used[channel.id] if now - at < window]
        if len(used) >= self.pace.burst:
            raise RefusedError("ratelimited", retry_after=max(1, round(1 / self.pace.per_s)))
        used.append(now)

    @staticmethod
    def _own_file(workspace: Workspace, id_: str) -> File:
        file = workspace.files.get(id_)
        if file is None or file.deleted:
            raise RefusedError("file_not_found")
        return file

    @staticmethod
    def _check_thread(message: Message) -> None:
        if not message.thread_ts:
            return
        if not TS.fullmatch(message.thread_ts):
            raise invalid_arguments(f"thread_ts: {message.thread_ts!r} is no timestamp")
        root = message.channel.message(message.thread_ts)
        if root and root.thread_ts not in ("", root.ts):
            raise invalid_arguments("thread_ts: a reply's ts; its parent's is wanted")


def numbered(blocks: list[Any], world: World) -> list[Any]:
    """Slack names the blocks and elements that have no id of their own."""
    if not all(isinstance(block, dict) and "type" in block for block in blocks):
        return blocks
    told = [{"block_id": world.ids.mint("b"), **copy.deepcopy(block)} for block in blocks]
    for _, part in elements(told):
        part.setdefault("action_id", world.ids.mint("a"))
    return told


def _check_metadata(metadata: Any) -> None:
    # Bolt tells an assistant's thread without a context as null, which Slack takes.
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict | None):
        raise RefusedError("invalid_metadata_format", fault=True)
    if not isinstance(metadata.get("event_type"), str) or metadata.keys() - {"event_type", "event_payload"}:
        raise RefusedError("invalid_metadata_format", fault=True)
    if len(str(metadata)) > METADATA:
        raise RefusedError("metadata_too_large", fault=True)
