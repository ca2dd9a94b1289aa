"""What stands before the channel: the sign-in for a door that is reachable from elsewhere, and the page's assets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import web

from adapters.web.body import form
from adapters.web.guard import SESSION_COOKIE, SESSION_LIFE_S, Guard
from adapters.web.render import templates
from adapters.web.visitor import Speech, give_cookie

ASSETS: Final[Mapping[str, str]] = {
    "channel.js": "text/javascript",
    "channel.css": "text/css",
    "icon.svg": "image/svg+xml",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"


@cache
def asset(name: str) -> bytes:
    """One of ASSETS, read once for the life of the process."""
    return files("adapters.web").joinpath("pages", "assets", name).read_bytes()


@cache
def asset_address(name: str) -> str:
    """With a mark of the content, so that it may be kept for ever and a new release is seen at once."""
    return f"/assets/{hashlib.sha256(asset(name)).hexdigest()[:12]}/{name}"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Sign-in, sign-out, and the three files that pages need."""

    guard: Guard
    speech: Speech
    secure: bool
    """Whether people come by https, so that cookies must too."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/assets/{mark}/{name}", self.asset),
            web.get("/login", self.ask),
            web.post("/login", self.enter),
            web.post("/logout", self.leave),
        ]

    async def asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in ASSETS or request.path != asset_address(name):
            raise web.HTTPNotFound
        return web.Response(
            body=asset(name), content_type=ASSETS[name], charset="utf-8", headers={"Cache-Control": FOR_EVER}
        )

    async def ask(self, request: web.Request) -> web.Response:
        return self._page(request, "", 200)

    async def enter(self, request: web.Request) -> web.Response:
        """A right token gives a session and the channel, a wrong one the form again."""
        sent = await form(request)
        session = await self.guard.sign_in(request, sent.text("token"))
        response = web.Response(status=303, headers={"Location": "/"})
        give_cookie(response, SESSION_COOKIE, session, secure=self.secure, life_s=SESSION_LIFE_S)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(SESSION_COOKIE, path="/")
        return response

    def refused(self, request: web.Request, key: str, status: int, **facts: object) -> web.Response:
        """The form again, with the reason."""
        return self._page(request, self.speech.to(request)(key, **facts), status)

    def _page(self, request: web.Request, complaint: str, status: int) -> web.Response:
        page = (
            templates()
            .get_template("login.html")
            .render(say=self.speech.to(request), complaint=complaint, asset=asset_address)
        )
        return web.Response(text=page, content_type="text/html", status=status)
