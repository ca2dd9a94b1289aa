"""The CDN: files behind signed links that lapse, served well or badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.standins.discord.event import Telling
from tests.standins.discord.message import File, Serving
from tests.standins.discord.world import World

GONE = "This content is no longer available."
DRIP_S = 0.02


@dataclass(slots=True)
class Cdn:
    """fetched are names of files that were asked for, in order; strayed counts who followed a redirect elsewhere."""

    world: World
    telling: Telling
    fetched: list[str] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)
    """Names of files asked for with an Authorization, which has no business here."""
    strayed: int = 0
    late: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, app: web.Application) -> None:
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{place}}/{{id}}/{{name}}", self._serve)
        app.router.add_get("/elsewhere", self._elsewhere)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.fetched.append(request.match_info["name"])
        if "Authorization" in request.headers:
            self.keyed.append(request.match_info["name"])
        file = self.world.files.get(int(request.match_info["id"]))
        if file is None or not self._signed(request) or file.serving is Serving.GONE:
            return web.Response(status=404, text=GONE)
        kind = file.facts[0]
        match file.serving:
            case Serving.SLOW | Serving.ENDLESS:
                return await _pour(request, file, kind)
            case Serving.SHORT:
                return await _short(request, file, kind)
            case Serving.ELSEWHERE:
                return web.Response(status=302, headers={"Location": f"{self.telling.cdn}/elsewhere"})
            case Serving.PAGE:
                return web.Response(text="<html><body>hello</body></html>", content_type="text/html")
            case Serving.LATE:
                await self.late.wait()
                return web.Response(body=file.content, content_type=kind)
            case _:
                return web.Response(body=file.content, content_type=kind)

    def _signed(self, request: web.Request) -> bool:
        ends, issued = request.query.get("ex", ""), request.query.get("is", "")
        if request.query.get("hm") != self.telling.signature(request.path, ends, issued):
            return False
        return int(ends, 16) > self.world.clock.now().timestamp()

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.strayed += 1
        return web.Response(body=b"not for you")


async def _pour(request: web.Request, file: File, kind: str) -> web.StreamResponse:
    """The start of the file, then a drop now and then, or a flood, for as long as the client stays."""
    response = web.StreamResponse(headers={"Content-Type": kind})
    await response.prepare(request)
    slow = file.serving is Serving.SLOW
    try:
        await response.write(file.content[:64])
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b"\0" if slow else bytes(256 * 1024))
            await asyncio.sleep(DRIP_S if slow else 0)
    except ConnectionError:
        pass
    return response


async def _short(request: web.Request, file: File, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind, "Content-Length": str(2 * len(file.content))})
    await response.prepare(request)
    await response.write(file.content)
    if request.transport is not None:
        request.transport.close()
    return response
