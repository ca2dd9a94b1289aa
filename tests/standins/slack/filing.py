"""Files as the app uploads, looks up and deletes them: files.*, and the address that takes the bytes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from tests.standins.slack.api import Call
from tests.standins.slack.event import Telling
from tests.standins.slack.herald import Herald
from tests.standins.slack.message import File, Message, Share
from tests.standins.slack.posting import TS, Posting
from tests.standins.slack.rules import RefusedError, invalid_arguments
from tests.standins.slack.world import Channel, Kind, Workspace, World

ALT: Final = 1000
"""Characters of an alt text (error alt_txt_too_large in the vendor's list)."""
UPLOADS: Final = "/upload/v1/"


class Filing:
    """`uploads_url` is where bytes go; `violations` are the Web API's. `due` are files yet to be shared."""

    def __init__(self, world: World, telling: Telling, herald: Herald, posting: Posting, violations: list[str]) -> None:
        self.world = world
        self.telling = telling
        self.uploads_url = ""
        self.stored: list[str] = []
        """Ids of files whose bytes came, in order."""
        self.upload_troubles: list[int | None] = []
        """Statuses that the next uploads of bytes are answered with; None hangs up."""
        self._herald = herald
        self._posting = posting
        self._violations = violations
        self._tickets: dict[str, File] = {}
        self._due: list[tuple[datetime, File, Channel, str, str]] = []

    async def ticket(self, call: Call) -> dict[str, Any]:
        """files.getUploadURLExternal"""
        length = int(call.args["length"])
        if length < 1:
            raise RefusedError("missing_argument", "length: at least 1", fault=True)
        if len(call.args.get("alt_txt") or "") > ALT:
            raise RefusedError("alt_txt_too_large", fault=True)
        workspace = call.workspace
        if length > workspace.size_limit:
            raise RefusedError("file_upload_size_restricted")
        file = File(
            id=self.world.ids.mint("F"),
            name=call.args["filename"],
            workspace=workspace,
            owner=workspace.bot,
            alt=call.args.get("alt_txt") or "",
            length=length,
            created=call.at,
        )
        workspace.files[file.id] = file
        secret = secrets.token_urlsafe(24)
        self._tickets[secret] = file
        return {"upload_url": f"{self.uploads_url}{UPLOADS}{secret}", "file_id": file.id}

    async def take(self, request: web.Request) -> web.Response:
        """The bytes of a file, which carry no token."""
        file = self._tickets.get(request.match_info["secret"])
        if file is None:
            return web.Response(status=404, text="no such upload")
        if "Authorization" in request.headers:
            self._violations.append("upload: bytes were sent with an Authorization")
        content = await request.read()
        if self.upload_troubles:
            status = self.upload_troubles.pop(0)
            if status is None and request.transport is not None:
                request.transport.abort()
            return web.Response(status=status or 500, text="upload failed")
        if len(content) != file.length:
            self._violations.append(f"upload: {len(content)} bytes came, {file.length} were promised")
            return web.Response(status=400, text="length mismatch")
        file.content, file.uploaded = content, True
        self.stored.append(file.id)
        return web.Response(text=f"OK - {len(content)}")

    async def complete(self, call: Call) -> dict[str, Any]:
        """files.completeUploadExternal"""
        asked = call.args["files"]
        if not isinstance(asked, list) or not all(isinstance(one, dict) and "id" in one for one in asked):
            raise invalid_arguments("files: a list of objects with an id")
        channels = self._channels(call)
        thread = call.args.get("thread_ts") or ""
        if thread and (len(channels) != 1 or not TS.fullmatch(thread)):
            raise invalid_arguments("thread_ts: with one channel, and a timestamp")
        files = [self._pending(call, one["id"]) for one in asked]
        for file, one in zip(files, asked, strict=True):
            file.title = one.get("title") or file.title
            file.completed = True
            wait = self.world.ready_after_s
            file.ready_at = None if wait is None else call.at + timedelta(seconds=wait)
            self._tickets = {secret: kept for secret, kept in self._tickets.items() if kept is not file}
            at = call.at + timedelta(seconds=self.world.share_after_s)
            comment = call.args.get("initial_comment") or ""
            self._due += [(at, file, channel, thread, comment) for channel in channels]
        self.settle()
        return {"files": [{"id": file.id, "title": file.title or file.name, "mimetype": ""} for file in files]}

    async def info(self, call: Call) -> dict[str, Any]:
        """files.info"""
        self.settle()
        file = self._seen(call, call.args["file"])
        return {"file": self.telling.file(file, shares=True, now=call.at), "comments": []}

    async def listing(self, call: Call) -> dict[str, Any]:
        """files.list"""
        self.settle()
        channel = call.channel(call.args["channel"]) if call.args.get("channel") else None
        kinds = str(call.args.get("types") or "all").split(",")
        found = [
            file
            for file in reversed(call.workspace.files.values())
            if not file.deleted
            and file.completed
            and self.visible(file, call.workspace)
            and (channel is None or any(share.channel is channel for share in file.shares))
            and (not call.args.get("user") or file.owner.id == call.args["user"])
            and ("all" in kinds or ("images" in kinds and file.facts[0].startswith("image/")))
            and float(call.args.get("ts_from") or 0) <= file.created.timestamp()
            and file.created.timestamp() <= float(call.args.get("ts_to") or 9e12)
        ]
        count, page = int(call.args.get("count") or 100), int(call.args.get("page") or 1)
        return {
            "files": [self.telling.file(one, now=call.at) for one in found[(page - 1) * count : page * count]],
            "paging": {"count": count, "total": len(found), "page": page, "pages": max(1, -(-len(found) // count))},
        }

    async def delete(self, call: Call) -> dict[str, Any]:
        """files.delete"""
        file = self._seen(call, call.args["file"])
        if file.owner is not file.workspace.bot:
            raise RefusedError("cant_delete_file")
        file.deleted = True
        return {}

    def visible(self, file: File, workspace: Workspace) -> bool:
        """Whether the app may see it: its own, submitted to it, or shared where it may look."""
        if file.workspace is not workspace:
            return False
        if file.owner is workspace.bot or file.submitted:
            return True
        return any(share.channel.kind is Kind.PUBLIC or share.channel.bot_is_in for share in file.shares)

    def settle(self) -> None:
        """Post the messages of files whose time has come."""
        now = self.world.clock.now()
        come = [one for one in self._due if one[0] <= now]
        self._due = [one for one in self._due if one[0] > now]
        for _, file, channel, thread, comment in come:
            message = Message(
                ts=self.world.ids.ts(),
                channel=channel,
                author=file.owner,
                at=now,
                fallback=comment,
                files=[file],
                thread_ts=thread,
            )
            channel.messages.append(message)
            file.shares.append(Share(channel, message.ts, thread))
            self._herald.posted(message)
            self._herald.shared(file, channel)

    def _channels(self, call: Call) -> list[Channel]:
        ids = [one for one in (call.args.get("channel_id"), *str(call.args.get("channels") or "").split(",")) if one]
        found = [call.channel(one) for one in ids]
        for channel in found:
            if not channel.bot_is_in:
                raise RefusedError("not_in_channel")
            self._posting.may_write(channel, closed="posting_to_channel_denied")
        return found

    def _pending(self, call: Call, id_: str) -> File:
        file = next((each.files[id_] for each in call.workspaces if id_ in each.files), None)
        if file is None or file.completed or not file.uploaded:
            raise RefusedError("file_not_found")
        return file

    def _seen(self, call: Call, id_: str) -> File:
        for workspace in call.workspaces:
            file = workspace.files.get(id_)
            if file and self.visible(file, workspace):
                if file.deleted:
                    raise RefusedError("file_deleted")
                return file
        raise RefusedError("file_not_found")
