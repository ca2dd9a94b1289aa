"""The CDN: files behind signed links that lapse, served well or badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.standins.discord.event import Telling
from tests.standins.discord.world import World
from tests.standins.serving import Serving, serve

GONE = "This content is no longer available."
PAGE = "<html><body>hello</body></html>"


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
        elsewhere = f"{self.telling.cdn}/elsewhere"
        return await serve(request, file, late=self.late, elsewhere=elsewhere, page=PAGE)

    def _signed(self, request: web.Request) -> bool:
        ends, issued = request.query.get("ex", ""), request.query.get("is", "")
        if request.query.get("hm") != self.telling.signature(request.path, ends, issued):
            return False
        return int(ends, 16) > self.world.clock.now().timestamp()

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.strayed += 1
        return web.Response(body=b"not for you")
