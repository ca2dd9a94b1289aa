"""Where private files are fetched: with a token the file, without one a login page, both with status 200."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from tests.standins.serving import Serving, serve
from tests.standins.slack.filing import Filing
from tests.standins.slack.world import World

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
        elsewhere = f"{self._filing.uploads_url}/elsewhere"
        return await serve(request, file, late=self.late, elsewhere=elsewhere, page=LOGIN)

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.strayed.append("Authorization" in request.headers)
        return web.Response(body=b"not for you")
