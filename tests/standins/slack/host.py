"""Where private files are fetched: with a token the file, without one a login page, both with status 200."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from tests.standins.discord.message import Serving
from tests.standins.slack.filing import Filing
from tests.standins.slack.message import File
from tests.standins.slack.world import World

DRIP_S: Final = 0.02
LOGIN: Final = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body>"


class FileHost:
    """fetched are names of files that were served; strayed tells of each visit to /elsewhere if it bore a token."""

    def __init__(self, world: World, filing: Filing) -> None:
        self.world = world
        self.fetched: list[str] = []
        self.strayed: list[bool] = []
        self.late = asyncio.Event()
        self._filing = filing

    def open(self, app: web.Application) -> None:
        app.router.add_get("/files-pri/{id}/{name}", self._serve)
        app.router.add_get("/files-pri/{id}/download/{name}", self._serve)
        app.router.add_get("/elsewhere", self._elsewhere)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        team, _, id_ = request.match_info["id"].partition("-")
        workspace = self.world.workspaces.get(team)
        file = workspace.files.get(id_) if workspace else None
        if file is None or file.deleted or file.serving is Serving.GONE:
            return web.Response(status=404, text="gone")
        grant = self.world.grants.find(request.headers.get("Authorization", "").removeprefix("Bearer "))
        known = grant and not grant.trouble and not self.world.grants.lapsed(grant)
        here = grant and (grant.team == team or (grant.team is None and grant.enterprise == file.workspace.org_id))
        allowed = grant and known and here and "files:read" in grant.scopes
        if not allowed or not self._filing.visible(file, file.workspace):
            return web.Response(text=LOGIN, content_type="text/html")
        self.fetched.append(file.name)
        return await self._served(request, file)

    async def _served(self, request: web.Request, file: File) -> web.StreamResponse:
        kind = file.facts[0]
        match file.serving:
            case Serving.SLOW | Serving.ENDLESS:
                return await _pour(request, file, kind)
            case Serving.SHORT:
                response = web.StreamResponse(headers={"Content-Type": kind, "Content-Length": str(2 * file.size)})
                await response.prepare(request)
                await response.write(file.content)
                if request.transport is not None:
                    request.transport.close()
                return response
            case Serving.ELSEWHERE:
                return web.Response(status=302, headers={"Location": f"{self._filing.uploads_url}/elsewhere"})
            case Serving.PAGE:
                return web.Response(text=LOGIN, content_type="text/html")
            case Serving.LATE:
                await self.late.wait()
                return web.Response(body=file.content, content_type=kind)
            case Serving.WHOLE | Serving.GONE:
                return web.Response(body=file.content, content_type=kind)

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.strayed.append("Authorization" in request.headers)
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
