"""How an uploaded file is waited for, and found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.fault import Calls
from adapters.slack.upload import LONGEST_PAUSE_S, READY_S, Upload, Uploads, name_of
from bot.message import Picture
from tests.clock import HeldClock
from tests.house import ADA, house, png


@dataclass
class Files:
    """Slack's files.*, as far as an upload needs them; ready after so many looks, None: never."""

    clock: HeldClock
    ready_after: int | None = 1
    looks: list[float] = field(default_factory=list)
    tickets: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The address that each was asked under, and what was said in its body."""
    sent: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        said = {name: str(value) for name, value in (await request.post()).items()}
        match request.match_info["method"]:
            case "files.getUploadURLExternal":
                self.tickets.append((str(request.url), said))
                return web.json_response({"ok": True, "file_id": "F1", "upload_url": f"{self.url}upload"})
            case "files.info":
                self.looks.append(self.clock.steady())
                ready = self.ready_after is not None and len(self.looks) > self.ready_after
                return web.json_response({"ok": True, "file": {"id": "F1", "mimetype": "image/png" if ready else ""}})
            case _:
                return web.json_response({"ok": True})

    async def take(self, request: web.Request) -> web.Response:
        self.sent.append(dict(request.headers) | {"length": str(len(await request.read()))})
        return web.Response(text="OK")


@dataclass
class Desktop:
    """Uploads on a kept picture."""

    files: Files
    uploads: Uploads
    picture: Picture
    clock: HeldClock

    async def bring(self) -> Upload | None:
        """Brought in while time passes."""
        bringing = asyncio.create_task(self.uploads.bring("T1", self.picture, "imagebot-1"))
        async with asyncio.timeout(10):
            while not bringing.done():
                looked = len(self.files.looks)
                await self.clock.advance(0.1)
                if len(self.files.looks) == looked:
                    await asyncio.sleep(0.001)  # for the sockets
        return bringing.result()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Desktop]:
    clock = HeldClock()
    files = Files(clock)
    app = web.Application()
    app.router.add_route("*", "/api/{method}", files.answer)
    app.router.add_post("/upload", files.take)
    async with TestServer(app) as server, house(tmp_path) as home:
        files.url = str(server.make_url("/"))
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(
                token="xoxb-1", base_url=str(server.make_url("/api/")), session=session, retry_handlers=[]
            )

            class One:
                async def client(self, tenant: str) -> AsyncWebClient:
                    return client

            kept = await home.desk.keep(png(), by=ADA)
            yield Desktop(files, Uploads(home.desk, Calls(One(), clock), clock), kept, clock)


async def test_slack_is_asked_seldomer_the_longer_it_takes(here: Desktop) -> None:
    here.files.ready_after = None
    upload = await here.bring()
    assert upload is not None
    assert not upload.ready
    pauses = [later - earlier for earlier, later in pairwise(here.files.looks)]
    assert pauses[0] <= 0.5
    assert max(pauses) <= LONGEST_PAUSE_S + 0.2
    assert all(later >= earlier - 0.2 for earlier, later in pairwise(pauses[:-1]))
    assert READY_S <= here.files.looks[-1] - here.files.looks[0] <= READY_S + 1
    assert len(pauses) <= 16


async def test_a_picture_is_uploaded_once_and_looked_for_again_only_until_it_is_ready(here: Desktop) -> None:
    here.files.ready_after = None
    first = await here.bring()
    assert here.uploads.known("T1", here.picture) == ""
    here.files.ready_after = 0
    second = await here.bring()
    looks = len(here.files.looks)
    third = await here.bring()
    assert first is not None
    assert second is not None
    assert second.ready
    assert third == second
    assert first.file == second.file == here.uploads.known("T1", here.picture)
    assert len(here.files.looks) == looks
    assert len(here.files.sent) == 1


async def test_words_travel_in_the_body_and_the_token_not_with_the_bytes(here: Desktop) -> None:
    await here.bring()
    ((address, said),) = here.files.tickets
    assert "?" not in address
    assert said["alt_txt"] == here.picture.alt
    assert said["filename"] == "imagebot-1.png"
    (sent,) = here.files.sent
    assert "Authorization" not in sent
    assert sent["length"] == said["length"]


def test_a_messages_picture_is_called_after_it() -> None:
    assert name_of("1763726400.123456") == "imagebot-1763726400123456"
