"""Where providers call back: an address that only they know, and a signature; no token of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from adapters.web.answer import ThresholdError
from adapters.web.body import whole
from bot.desk import Desk

PATH: Final = "/callbacks/"


@dataclass(frozen=True, slots=True)
class Callback:
    """Answers at once: what follows from a call is done elsewhere, and a second one changes nothing."""

    desk: Desk

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH + "{provider}/{name}", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """POST /callbacks/<provider>/<name>; a call that is not surely the provider's finds nothing here."""
        body = await whole(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        provider, name = request.match_info["provider"], request.match_info["name"]
        if not await self.desk.called_back(provider, name, headers, body):
            raise ThresholdError(404, "page-api-no-such-address")
        return web.Response(status=204)
