"""Pictures as files of Slack's: in a type that it shows, uploaded once, and waited for until it has looked at them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any, Final

import aiohttp
import structlog

from adapters.slack.fault import Calls, code_of, told, unsure
from bot.chat.memory import Memory
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import DeliveryError, PlaceBusyError, PlaceGoneError, PlaceShutError, RefusedError
from bot.message import Picture
from bot.request import Format
from bot.view import Fitted

log = structlog.get_logger(__name__)

FORMATS: Final = (Format.PNG, Format.JPEG)
"""What Slack shows in a message, besides GIF."""
LIMITS_BYTES: Final = tuple(each * 1024 * 1024 for each in (32, 8, 4, 2, 1))
"""What a file is cut down to, one after the other, where a workspace refuses larger ones; Slack itself takes 1 GB."""
ALT_LIMIT: Final = 1000
AT_ONCE: Final = 4
"""Files on their way at once: each is held in memory."""
SEND_S: Final = 120.0
READY_S: Final = 30.0
"""How long Slack may take to look at a file, or to post it. Mostly it takes a second."""
FIRST_PAUSE_S: Final = 0.3
LONGEST_PAUSE_S: Final = 3.0
SLOWER: Final = 1.6
REMEMBERED: Final = 10_000
BEFORE_S: Final = 2 * 3600.0
AFTER_S: Final = 6 * 3600.0
"""How long before or after its message a picture was uploaded at most: by then nobody tries any more."""
LISTED: Final = 200
PAGES: Final = 5

PASSING: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
TOO_LARGE: Final = "file_upload_size_restricted"
ALT_TOO_LARGE: Final = "alt_txt_too_large"

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as a file of Slack's. Not whole: re-encoded to fit. Not ready: no message can show it yet."""

    file: str
    whole: bool
    ready: bool = False


def name_for(job: str) -> str:
    """What a job's picture is called that is uploaded before its message stands, or for another page."""
    return f"imagebot-{job}"


def name_of(ts: str) -> str:
    """What the picture of that message is called, by which it is found again after a restart."""
    return f"imagebot-{ts.replace('.', '')}"


class Uploads:
    """name is one message's, so that the picture goes with it; tenants are those of `Place.id`.

    A file without a channel is private to the bot: it shows where a message of ours shows it, and nowhere else.
    """

    def __init__(self, desk: Desk, calls: Calls, clock: Clock) -> None:
        self._desk = desk
        self._calls = calls
        self._clock = clock
        self._kept: Memory[Key, Upload] = Memory(REMEMBERED)
        self._shared: Memory[Key, Upload] = Memory(REMEMBERED)
        self._slots = asyncio.Semaphore(AT_ONCE)

    def known(self, tenant: str, picture: Picture) -> str:
        """Slack's id of the picture, where it was uploaded lately and can be shown; else ""."""
        found = [each for key, each in self._kept.items() if key[:2] == (tenant, picture.id) and each.ready]
        return found[-1].file if found else ""

    async def bring(self, tenant: str, picture: Picture, name: str) -> Upload | None:
        """The picture among Slack's files, after READY_S at most; None where Slack takes no such file.

        A second time it is not uploaded again. Raises PlaceBusyError.
        """
        key = (tenant, picture.id, name)
        upload = self._kept.get(key) or await self._sent(tenant, picture, name)
        if upload is None or upload.ready:
            return upload
        self._kept[key] = upload
        try:
            ready = await self._comes_to(tenant, upload.file, lambda file: bool(file.get("mimetype")))
        except PlaceBusyError:
            raise
        except DeliveryError as error:  # taken away again, by an admin or by what looks through files there
            log.warning("uploaded picture is gone", **told(error))
            self._kept.pop(key, None)
            return None
        self._kept[key] = upload = Upload(upload.file, upload.whole, ready)
        if not ready:
            log.warning("Slack does not get done with a picture", file=upload.file)
        return upload

    async def share(self, tenant: str, picture: Picture, name: str, *, channel: str, thread: str) -> bool:
        """Whether the picture stands as a file of its own in a message's thread. Raises PlaceBusyError."""
        key = (tenant, picture.id, name)
        upload = self._shared.get(key) or await self._sent(tenant, picture, name, channel_id=channel, thread_ts=thread)
        if upload is None:
            return False
        self._shared[key] = upload
        try:
            return await self._comes_to(
                tenant, upload.file, lambda file: any(channel in each for each in _shares(file))
            )
        except PlaceBusyError:
            raise
        except DeliveryError as error:
            log.warning("shared picture is gone", **told(error))
            return False

    async def forget(self, tenant: str, names: Collection[str], ts: str) -> None:
        """Take the files of a message away, posted at ts. What Slack does not let us take away, stays; it is logged.

        Also those are looked for of which nobody knows any more: an earlier life uploaded them, or the answer got lost.
        """
        files: dict[str, None] = {}
        for memory in (self._kept, self._shared):
            for key in [key for key in memory if key[0] == tenant and key[2] in names]:
                files[memory.pop(key).file] = None
        try:
            files |= dict.fromkeys(await self._calls.insist(partial(self._found, tenant, names, float(ts))))
        except DeliveryError as error:
            log.warning("pictures were not looked for in Slack", **told(error))
        for file in files:
            try:
                await self._calls.insist(partial(self._delete, tenant, file))
            except PlaceGoneError:
                continue
            except DeliveryError as error:
                log.warning("a picture was left with Slack", **told(error))

    async def _sent(self, tenant: str, picture: Picture, name: str, **where: str) -> Upload | None:
        """Uploaded smaller and smaller until the workspace takes it; None where it takes none. where: to be posted."""
        for limit_bytes in LIMITS_BYTES:
            async with self._slots:
                try:
                    fitted = await self._desk.fitted(picture, max_bytes=limit_bytes, formats=FORMATS)
                except RefusedError as error:
                    log.warning("picture not uploaded", error=type(error).__name__)
                    return None
                try:
                    return Upload(await self._stored(tenant, fitted, name, picture.alt, where), fitted.whole)
                except PlaceBusyError:
                    raise
                except DeliveryError as error:
                    if code_of(error) != TOO_LARGE:
                        log.warning("Slack takes no picture here", **told(error))
                        return None
                    log.info("file is too large for this workspace", size_bytes=len(fitted.file))
        return None

    async def _stored(self, tenant: str, fitted: Fitted, name: str, alt: str, where: Mapping[str, str]) -> str:
        """Slack's three steps: an address, the bytes, and that they are all there. Raises DeliveryError."""
        try:
            ticket = await self._ticket(tenant, fitted, name, alt[:ALT_LIMIT])
        except DeliveryError as error:
            if code_of(error) != ALT_TOO_LARGE:
                raise
            ticket = await self._ticket(tenant, fitted, name, "")  # the message's own block describes it all the same
        async with self._calls.to(tenant, "upload", within_s=SEND_S) as slack:
            if slack.session is None:
                raise PlaceBusyError("not connected")
            # The address is a secret, and the only one needed: our token has no business there.
            async with slack.session.post(
                ticket["upload_url"],
                data=io.BytesIO(fitted.file),  # sent in pieces, so that others get their turn
                headers={"Content-Type": fitted.format.mime},
                proxy=slack.proxy,
                timeout=aiohttp.ClientTimeout(total=SEND_S),
                allow_redirects=False,
            ) as taken:
                if taken.status != HTTPStatus.OK:
                    raise _untaken(taken.status)
        file = str(ticket["file_id"])
        try:
            async with self._calls.to(tenant, "files.completeUploadExternal") as slack:
                await slack.files_completeUploadExternal(files=[{"id": file}], **where)  # type: ignore[arg-type]
        except PlaceBusyError as error:
            if not (where and unsure(error)):
                raise
            log.info("a share's answer got lost, looking whether it came", file=file)
        return file

    async def _ticket(self, tenant: str, fitted: Fitted, name: str, alt: str) -> Mapping[str, Any]:
        """Said in the call's body: people's words have no place in an address."""
        said = {"filename": f"{name}.{fitted.format}", "length": len(fitted.file), "alt_txt": alt}
        async with self._calls.to(tenant, "files.getUploadURLExternal") as slack:
            answer = await slack.api_call(
                "files.getUploadURLExternal", data={key: value for key, value in said.items() if value}
            )
        return {"upload_url": answer["upload_url"], "file_id": answer["file_id"]}

    async def _comes_to(self, tenant: str, file: str, done: Callable[[Mapping[str, Any]], bool]) -> bool:
        """Look at a file until it is done, or READY_S are over. Raises DeliveryError."""
        ends, pause_s = self._clock.steady() + READY_S, FIRST_PAUSE_S
        while True:
            async with self._calls.to(tenant, "files.info") as slack:
                answer = await slack.files_info(file=file)
            if done(answer["file"]):
                return True
            left_s = ends - self._clock.steady()
            if left_s <= 0:
                return False
            await self._clock.sleep(min(pause_s, left_s))
            pause_s = min(LONGEST_PAUSE_S, pause_s * SLOWER)

    async def _delete(self, tenant: str, file: str) -> None:
        async with self._calls.to(tenant, "files.delete") as slack:
            await slack.files_delete(file=file)

    async def _found(self, tenant: str, names: Collection[str], since: float) -> list[str]:
        """Our files of those names, uploaded for a message that was posted then. Raises DeliveryError."""
        found: list[str] = []
        async with self._calls.to(tenant, "auth.test") as slack:
            us = str((await slack.auth_test())["user_id"])
        for page in range(1, PAGES + 1):
            async with self._calls.to(tenant, "files.list") as slack:
                answer = await slack.files_list(
                    user=us,
                    ts_from=str(int(since - BEFORE_S)),
                    ts_to=str(int(since + AFTER_S)),
                    count=LISTED,
                    page=page,
                )
            found += [str(each["id"]) for each in answer["files"] if PurePosixPath(str(each.get("name"))).stem in names]
            if page >= int((answer.get("paging") or {}).get("pages") or 0):
                break
        return found


def _shares(file: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """By channel, where a file was posted."""
    shares: Mapping[str, Mapping[str, Any]] = file.get("shares") or {}
    return shares.values()


def _untaken(status: int) -> DeliveryError:
    """Of an address that took no bytes: what is wrong with them, stays wrong."""
    lasts = 400 <= status < 500 and status not in PASSING
    return (PlaceShutError if lasts else PlaceBusyError)(f"an upload was answered with {status}")
