"""Pictures that people show in Slack: which there are in a message, and in a channel whose messages we can't read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from adapters.slack.fault import Calls, Clients
from bot.clock import Clock
from bot.errors import (
    BusyError,
    DeliveryError,
    NotAPictureError,
    PictureUnreachableError,
    PlaceBusyError,
)

if TYPE_CHECKING:
    from adapters.slack.event import Tenant

HOSTS: Final = ("files.slack.com",)
"""Slack's own, which hands a private file to whoever has a token."""
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""What counts as a picture where Slack has not told the type; whether it is one shows in its bytes."""
BEFORE_S: Final = 3600.0
"""How long before its message a file may have been uploaded: people write their words to it meanwhile."""
AFTER_S: Final = 60.0
LISTED: Final = 50
LOOKED_INTO: Final = 8
"""Files of a channel that are asked about one by one, since only so Slack says in which message each stands."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that Slack has and we don't. No url: Slack has told no more than its id. size_bytes 0: nobody told."""

    id: str
    url: str = ""
    name: str = ""
    size_bytes: int = 0

    def __repr__(self) -> str:
        return f"Attachment({self.id}, {self.size_bytes} bytes)"

    @classmethod
    def of(cls, file: Mapping[str, Any]) -> Attachment:
        """A file object of Slack's."""
        return cls(
            str(file["id"]),
            str(file.get("url_private") or ""),
            str(file.get("name") or file.get("title") or ""),
            int(file.get("size") or 0),
        )


def pictures_in(files: Iterable[Mapping[str, Any]], blocks: Iterable[Mapping[str, Any]] = ()) -> tuple[Attachment, ...]:
    """Each picture among a message's files and image blocks, once; one that Slack has told nothing of counts as one."""
    found = [Attachment.of(file) for file in files if "id" in file and (_is_untold(file) or _is_picture(file))]
    shown = [str(block["slack_file"].get("id") or "") for block in blocks if isinstance(block.get("slack_file"), dict)]
    return tuple({each.id: each for each in (*(Attachment(id_) for id_ in shown if id_), *found)}.values())


class Pictures:
    """Asks Slack about files; tenants are those of `Place.id`."""

    def __init__(self, workspaces: Clients, clock: Clock) -> None:
        self._calls = Calls(workspaces, clock)

    async def whole(self, tenant: Tenant | str, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
        """The same with their addresses, less those that turn out to be no pictures. Raises RefusedError."""
        told = []
        for each in attachments:
            with suppress(NotAPictureError):
                told.append(each if each.url else await self.of_file(tenant, each.id))
        return tuple(told)

    async def of_file(self, tenant: Tenant | str, file: str) -> Attachment:
        """A picture by Slack's id. Raises NotAPictureError, PictureUnreachableError, BusyError."""
        try:
            told = await self._told(tenant, file)
        except PlaceBusyError as error:
            raise BusyError from error
        except DeliveryError as error:
            raise PictureUnreachableError from error
        if not _is_picture(told):
            raise NotAPictureError(allowed="PNG, JPEG, WebP")
        return Attachment.of(told)

    async def in_message(self, tenant: Tenant | str, channel: str, ts: str) -> tuple[Attachment, ...]:
        """The pictures of one message, as far as its files tell: of the messages themselves we may read nothing."""
        listed = await self._listed(tenant, channel, since=float(ts) - BEFORE_S, until=float(ts) + AFTER_S)
        listed.sort(key=lambda file: abs(float(file.get("created") or 0) - float(ts)))
        shared = await self._shared(tenant, channel, listed[:LOOKED_INTO])
        return tuple(Attachment.of(file) for at, _, file in shared if at == ts)

    async def in_thread(self, tenant: Tenant | str, channel: str, thread: str) -> tuple[Attachment, ...]:
        """The pictures of the message that began the thread, else those of its newest message that shows any."""
        if above := await self.in_message(tenant, channel, thread):
            return above
        listed = await self._listed(tenant, channel, since=float(thread) - BEFORE_S)
        shared = await self._shared(tenant, channel, listed[:LOOKED_INTO])
        inside = [(at, file) for at, root, file in shared if root == thread]
        newest = max((at for at, _ in inside), default="", key=lambda at: float(at))
        return tuple(Attachment.of(file) for at, file in inside if at == newest)

    async def recent(
        self, tenant: Tenant | str, channel: str, limit: int = 10, *, since: float = 0.0
    ) -> tuple[Attachment, ...]:
        """The latest pictures that people and bots put into a channel, the newest first, in one call.

        since: seconds since 1970.
        """
        return tuple(Attachment.of(file) for file in await self._listed(tenant, channel, since=since, count=limit))

    async def _listed(
        self, tenant: Tenant | str, channel: str, *, since: float = 0.0, until: float = 0.0, count: int = LISTED
    ) -> list[Mapping[str, Any]]:
        """A channel's pictures, the newest first; none where we may not know. since, until: seconds since 1970."""
        try:
            async with self._calls.to(tenant, "files.list") as slack:
                answer = await slack.files_list(
                    channel=channel, types="images", count=count,
                    ts_from=str(int(since)) if since else None, ts_to=str(int(until)) if until else None,
                )  # fmt: skip
        except DeliveryError:
            return []
        found = [file for file in answer["files"] if _is_untold(file) or _is_picture(file)]
        return sorted(found, key=lambda file: float(file.get("created") or 0), reverse=True)

    async def _shared(
        self, tenant: Tenant | str, channel: str, files: Sequence[Mapping[str, Any]]
    ) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Where each stands in the channel: its message's ts, the ts of the thread's first message or "", the file."""

        async def look(file: Mapping[str, Any]) -> Mapping[str, Any]:
            if file.get("shares"):
                return file
            try:
                return await self._told(tenant, str(file["id"]))
            except DeliveryError:
                return {}

        async with asyncio.TaskGroup() as tasks:
            looks = [tasks.create_task(look(file)) for file in files]
        told = [look.result() for look in looks]
        return [
            (str(share["ts"]), str(share.get("thread_ts") or ""), file)
            for file in told
            if _is_picture(file)
            for shares in file.get("shares", {}).values()
            for share in shares.get(channel, ())
        ]

    async def _told(self, tenant: Tenant | str, file: str) -> Mapping[str, Any]:
        """Raises DeliveryError."""
        async with self._calls.to(tenant, "files.info") as slack:
            answer = await slack.files_info(file=file)
        told: Mapping[str, Any] = answer["file"]
        return told


def _is_untold(file: Mapping[str, Any]) -> bool:
    """Slack tells of another organisation's file no more than its id, until it is asked."""
    return file.get("file_access") == "check_file_info"


def _is_picture(file: Mapping[str, Any]) -> bool:
    """Whether there is a file of Slack's own, and a picture by its type, else by its name."""
    if file.get("mode") in ("tombstone", "hidden_by_limit", "external") or file.get("is_external"):
        return False
    kind = str(file.get("mimetype") or "")
    if kind:
        return kind.startswith("image/")
    return PurePosixPath(str(file.get("name") or "")).suffix.lower() in SUFFIXES
