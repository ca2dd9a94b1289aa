"""Messages made, changed and removed by the bot: in channels, as answers to interactions, as followups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests.standins.discord.event import Telling
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.interaction import Interaction
from tests.standins.discord.message import File, Flag, Message
from tests.standins.discord.rest import Call, Upload
from tests.standins.discord.rules import (
    RefusedError,
    check_message,
    invalid,
    missing_access,
    missing_permissions,
    unknown,
)
from tests.standins.discord.world import Channel, Kind, Permission, World

NONCE_LIFE_S: Final = 5 * 60.0
"""A few minutes, the vendor's page says."""
CHOSEN: Final = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2
"""Flags that whoever posts may set."""
INDEX_LIMIT: Final = 1000
"""An attachment's id below it is the index of a part files[n]."""


@dataclass(slots=True)
class Posting:
    """The channel routes, and the making of messages that interactions share."""

    world: World
    telling: Telling
    gateway: Gateway

    # Routes.

    async def create(self, call: Call) -> dict[str, Any]:
        channel = self._open(call, Permission.VIEW_CHANNEL)
        if channel.kind in (Kind.FORUM, Kind.CATEGORY):
            raise RefusedError(400, 50008, "Cannot send messages in a non-text channel")
        speaking = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        if not channel.is_direct:
            if not channel.may(speaking) or (call.uploads and not channel.may(Permission.ATTACH_FILES)):
                raise missing_permissions()
        elif channel.kind is Kind.DM and not channel.recipients[0].dms_open:
            raise RefusedError(403, 50007, "Cannot send messages to this user")
        if channel.locked:
            raise RefusedError(400, 160005, "Thread is locked")
        nonce = call.body.get("nonce")
        if call.body.get("enforce_nonce") and (earlier := self._earlier(channel, str(nonce))):
            return self.telling.message(earlier)
        message = self.new(channel, call.body, call.uploads)
        message.nonce = None if nonce is None else str(nonce)
        if reference := call.body.get("message_reference"):
            message.reply_to = self.world.message(channel, int(reference["message_id"]))
            if message.reply_to is None and reference.get("fail_if_not_exists", True):
                raise invalid("message_reference: Unknown message")
            message.pings = (call.body.get("allowed_mentions") or {}).get("replied_user", True)
        channel.archived = False
        await self.publish(message)
        return self.telling.message(message)

    async def read(self, call: Call) -> dict[str, Any]:
        message = self._find(call)
        return self.telling.message(message, content=self.world.message_content)

    async def history(self, call: Call) -> list[dict[str, Any]]:
        channel = self._open(call, Permission.VIEW_CHANNEL)
        if not (channel.is_direct or channel.may(Permission.READ_MESSAGE_HISTORY)):
            return []
        query = call.request.query
        seen = [one for one in channel.messages if not (one.deleted or one.ephemeral)]
        if "before" in query:
            seen = [one for one in seen if one.id < int(query["before"])]
        if "after" in query:
            seen = [one for one in seen if one.id > int(query["after"])]
        newest = seen[::-1][: int(query.get("limit", 50))]
        return [self.telling.message(one, content=self.world.message_content) for one in newest]

    async def edit(self, call: Call) -> dict[str, Any]:
        message = self._find(call, reading=False)
        if message.author is not self.world.bot:
            raise RefusedError(403, 50005, "Cannot edit a message authored by another user")
        await self.change(message, call.body, call.uploads)
        return self.telling.message(message)

    async def delete(self, call: Call) -> None:
        message = self._find(call, reading=False)
        if message.author is not self.world.bot:
            if message.channel.is_direct:
                raise RefusedError(403, 50003, "Cannot execute action on a DM channel")
            if not message.channel.may(Permission.MANAGE_MESSAGES):
                raise missing_permissions()
        await self.remove(message)

    async def typing(self, call: Call) -> None:
        self._open(call, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)

    # What interactions share.

    def new(
        self,
        channel: Channel,
        body: Mapping[str, Any],
        uploads: Sequence[Upload],
        *,
        interaction: Interaction | None = None,
        forced: int = 0,
    ) -> Message:
        """A message of the bot's, checked but not yet published. forced are flags it bears whatever the body says."""
        wanted = int(body.get("flags") or 0)
        flags = wanted & (CHOSEN | (Flag.EPHEMERAL if interaction else 0)) | forced
        message = Message(
            id=self.world.snowflakes.mint(),
            channel=channel,
            author=self.world.bot,
            at=self.world.clock.now(),
            content=(body.get("content") or "").strip(),
            embeds=list(body.get("embeds") or ()),
            components=list(body.get("components") or ()),
            flags=flags,
            interaction=interaction,
            viewer=interaction.person if interaction and flags & Flag.EPHEMERAL else None,
            allowed_mentions=body.get("allowed_mentions"),
        )
        message.files = self._files(message, body, uploads)
        check_message(
            message.content, message.embeds, message.components, _names(message.files), v2=message.components_v2
        )
        return message

    async def publish(self, message: Message) -> None:
        for file in message.files:
            self.world.files[file.id] = file
        message.channel.messages.append(message)
        await self.gateway.message_event("MESSAGE_CREATE", message)

    async def change(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> None:
        """An edit, kept with its moment; nothing changes where it is refused."""
        wanted = int(body.get("flags") or 0)
        flags = (message.flags | (wanted & Flag.COMPONENTS_V2)) & ~Flag.LOADING
        if body.get("flags") is not None:
            if message.components_v2 and not wanted & Flag.COMPONENTS_V2:
                raise invalid("flags: MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG")
            flags = flags & ~Flag.SUPPRESS_EMBEDS | (wanted & Flag.SUPPRESS_EMBEDS)
        content = (body["content"] or "").strip() if "content" in body else message.content
        embeds = list(body["embeds"] or ()) if "embeds" in body else message.embeds
        components = list(body["components"] or ()) if "components" in body else message.components
        files = self._files(message, body, uploads)
        components = self._renamed(components, files)
        check_message(content, embeds, components, _names(files), v2=bool(flags & Flag.COMPONENTS_V2))
        if not message.thinking:
            message.history.append(message.text)
            message.edits.append(self.world.clock.now())
        message.content, message.embeds, message.components = content, embeds, components
        message.files, message.flags = files, flags
        if "allowed_mentions" in body:
            message.allowed_mentions = body["allowed_mentions"]
        for file in files:
            self.world.files[file.id] = file
        await self.gateway.message_event("MESSAGE_UPDATE", message)

    async def remove(self, message: Message) -> None:
        message.deleted = True
        await self.gateway.message_gone(message)

    def _files(self, message: Message, body: Mapping[str, Any], uploads: Sequence[Upload]) -> list[File]:
        """Those that stay and those that come. Without a list of attachments in an edit, all stay."""
        limit = self.world.size_limit(message.channel)
        if any(len(upload.content) > limit for upload in uploads):
            raise RefusedError(413, 40005, "Request entity too large")
        told = {int(one["id"]): one for one in body.get("attachments") or ()}
        by_index = {upload.index: upload for upload in uploads}
        if missing := [id_ for id_ in told if id_ < INDEX_LIMIT and id_ not in by_index]:
            raise invalid(f"attachments: no part files[{missing[0]}] was uploaded")
        held = {file.id: file for file in message.files}
        if strange := [id_ for id_ in told if id_ >= INDEX_LIMIT and id_ not in held]:
            raise invalid(f"attachments: {strange[0]} is no attachment of this message")
        kept = [file for file in message.files if "attachments" not in body or file.id in told]
        for file in kept:
            if "description" in told.get(file.id, {}):
                file.description = told[file.id]["description"]
        fresh = [self._file(message, upload, told.get(upload.index, {})) for upload in uploads]
        if len(kept) + len(fresh) > 10:
            raise RefusedError(400, 30015, "Maximum number of attachments in a message reached (10)")
        return kept + fresh

    def _file(self, message: Message, upload: Upload, told: Mapping[str, Any]) -> File:
        description = told.get("description")
        if len(description or "") > 1024:
            raise invalid("attachments: description: Must be 1024 or fewer in length.")
        return File(
            id=self.world.snowflakes.mint(),
            name=upload.name,
            content=upload.content,
            description=description,
            ephemeral=message.ephemeral,
            channel_id=message.channel.id,
        )

    def _renamed(self, components: list[dict[str, Any]], files: Sequence[File]) -> list[dict[str, Any]]:
        """An edit may name a file by its CDN link, as a client does that sends back what it read."""
        by_path = {f"/{file.id}/{file.name}": file for file in files}

        def renamed(value: Any) -> Any:
            if isinstance(value, list):
                return [renamed(one) for one in value]
            if isinstance(value, dict):
                if isinstance(url := value.get("url"), str) and url.startswith(self.telling.cdn):
                    for path, file in by_path.items():
                        if path in url:
                            return {"url": f"attachment://{file.name}"}
                return {name: renamed(one) for name, one in value.items()}
            return value

        return renamed(components)

    def _earlier(self, channel: Channel, nonce: str) -> Message | None:
        since = self.world.clock.now() - timedelta(seconds=NONCE_LIFE_S)
        return next(
            (
                one
                for one in channel.messages
                if one.nonce == nonce and one.author is self.world.bot and one.at >= since and not one.deleted
            ),
            None,
        )

    def _open(self, call: Call, wanted: Permission) -> Channel:
        channel = self.world.channel(call.id("channel_id"))
        if channel is None or (channel.guild and not channel.guild.installed):
            raise unknown(10003, "Channel") if channel is None else missing_access()
        if channel.kind is Kind.GROUP_DM or not (channel.is_direct or channel.may(Permission.VIEW_CHANNEL)):
            raise missing_access()
        if not (channel.is_direct or channel.may(wanted)):
            raise missing_permissions()
        return channel

    def _find(self, call: Call, *, reading: bool = True) -> Message:
        """An ephemeral message is unknown here: only its interaction's token reaches it."""
        channel = self._open(call, Permission.VIEW_CHANNEL)
        if reading and not (channel.is_direct or channel.may(Permission.READ_MESSAGE_HISTORY)):
            raise missing_access()
        message = self.world.message(channel, call.id("message_id"))
        if message is None or message.ephemeral:
            raise unknown(10008, "Message")
        return message


def _names(files: Sequence[File]) -> list[str]:
    return [file.name for file in files]
