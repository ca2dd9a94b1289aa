"""A web door on localhost over the stand-in desk, and a client that speaks to it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from yarl import URL

from adapters import Kit
from adapters.web import Adapter, Settings, open_adapter
from bot.clock import Clock, RealClock
from bot.job import JobId
from bot.view import Link
from tests.standins.desk import StandInDesk

TOKENS = [("ada", "ada-token-of-24-letters-x", False), ("root", "root-token-of-24-letters-", True)]


@dataclass(frozen=True)
class Visit:
    """An open door, the desk behind it, and a client with its own cookies."""

    desk: StandInDesk
    door: Adapter
    client: aiohttp.ClientSession

    async def post(self, path: str, **kwargs: Any) -> aiohttp.ClientResponse:
        return await self.client.post(self.door.address + path, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> aiohttp.ClientResponse:
        return await self.client.get(self.door.address + path, **kwargs)

    async def say(self, text: str, **fields: str) -> aiohttp.ClientResponse:
        """Send a message as the page does."""
        return await self.post("/channel/messages", data=form(text=text, **fields))

    async def press(self, job: JobId, verb: str, **fields: str) -> aiohttp.ClientResponse:
        return await self.post(f"/channel/jobs/{job}/{verb}", data=form(**fields))

    def last_job(self) -> JobId:
        return list(self.desk.asks)[-1]


@asynccontextmanager
async def visiting(
    folder: Path,
    *,
    tokens: list[tuple[str, str, bool]] | None = None,
    metrics: Any = None,
    clock: Clock | None = None,
    pictures: Link | None = None,
    **settings: Any,
) -> AsyncIterator[Visit]:
    """pictures: where all of them lie, in place of the folder."""
    desk = StandInDesk(folder, clock=clock)
    if pictures is not None:
        desk.at, desk.pictures_origin = pictures, str(URL(pictures.url).origin())
    door = open_adapter(
        Settings(port=0, **settings), desk.front, Kit(tokens=tokens or [], metrics=metrics, clock=clock or RealClock())
    )
    desk.messenger = door.messenger
    await door.open()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            yield Visit(desk, door, client)
    finally:
        await door.close()


class Events:
    """What a page hears, one event at a time, heartbeats left out unless asked for."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self, *, beats: bool = False) -> dict[str, str]:
        while True:
            event = await asyncio.wait_for(self._read(), 5)
            if beats or event.get("event") not in ("beat", "ready"):
                return event

    async def _read(self) -> dict[str, str]:
        event: dict[str, str] = {}
        while line := (await self.response.content.readline()).decode().rstrip("\r\n"):
            name, _, value = line.partition(": ")
            event[name.rstrip(":")] = event.get(name, "") + value
        return event


@asynccontextmanager
async def listening(visit: Visit, since: int = 0, last_event: str = "") -> AsyncIterator[Events]:
    """An open page that has caught up."""
    headers = {"Last-Event-ID": last_event} if last_event else {}
    async with visit.client.get(f"{visit.door.address}/channel/events?since={since}", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        yield Events(response)


async def ready(events: Events) -> None:
    while (await events.next(beats=True)).get("event") != "ready":
        pass


def form(**fields: Any) -> aiohttp.FormData:
    """A multipart form; bytes become a file of that field."""
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        if isinstance(value, bytes):
            data.add_field(name, value, filename="picture.png", content_type="image/png")
        else:
            data.add_field(name, value)
    return data


def picture(width: int = 64, height: int = 48, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 80)).save(out, kind)
    return out.getvalue()
