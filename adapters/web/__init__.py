"""The web door: the channel page for people and the HTTP API for programs, on one address."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final, cast

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from yarl import URL

from adapters import Kit
from adapters.web.answering import answering
from adapters.web.callback import Callback
from adapters.web.connection import Connection, expected
from adapters.web.guard import Guard, Token, headers, is_loopback
from adapters.web.lookout import Lookout
from adapters.web.messenger import Hub, WebMessenger
from adapters.web.pages import Channel, Entrance, Stream, Studio
from adapters.web.routes import Api
from adapters.web.visitor import Speech
from bot.desk import Desk
from bot.errors import SettingsError
from bot.settings import Remark

SHUTDOWN_S: Final = 3.0
"""How long closing waits for answers under way; streams and waiting callers end at once."""


class Settings(BaseModel):
    """The table [web]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    host: str = "127.0.0.1"
    """Anything but a loopback address needs IMAGEBOT_WEB_TOKENS."""
    port: Annotated[int, Field(ge=0, le=65535)] = 5000
    """0 takes a free one."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names that people may use for this door, such as "pictures.example.org"."""
    public_url: str = ""
    """How people reach this door through a proxy; https makes cookies secure, and its host is allowed."""
    upscale_max_side: Annotated[int, Field(ge=32, le=4096)] = 512
    """Pixels per side that POST /upscale_image takes; chats and the channel go by the provider's own limits."""
    max_upload_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = 10 * 1024 * 1024
    requests_per_minute: Annotated[int, Field(ge=1)] = 120
    """Posts per token or address; reading is allowed twenty times as often."""
    wait_s: Annotated[float, Field(gt=0, le=3600)] = 150.0
    """How long POST /generate_image and /upscale_image wait for the picture before they answer 202."""


class Adapter:
    """This door, not yet open. `messenger` may be used from the start: whoever comes later reads the history."""

    def __init__(self, settings: Settings, app: web.Application, hub: Hub, lookout: Lookout, unreadable: str) -> None:
        self._settings = settings
        self._hub = hub
        self._lookout = lookout
        self._looking: asyncio.Task[None] | None = None
        self._unreadable = unreadable
        self._listener: asyncio.Server | None = None
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        self.messenger = WebMessenger(hub)

    @property
    def address(self) -> str:
        """Where a browser finds the channel, such as "http://127.0.0.1:5000"; the real port once it is open."""
        host = self._settings.host
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        port = self._listener.sockets[0].getsockname()[1] if self._listener else self._settings.port
        return self._settings.public_url.rstrip("/") or f"http://{shown}:{port}"

    @property
    def standing(self) -> Remark:
        """For the greeting."""
        return Remark("terminal-door-open", {"where": self.address})

    @property
    def remarks(self) -> Sequence[Remark]:
        """Nothing: what must not be so keeps it from opening."""
        return ()

    async def open(self) -> None:
        """Begin to listen. Raises SettingsError where the address cannot be had."""
        await self._runner.setup()
        loop, server = asyncio.get_running_loop(), cast("web.Server", self._runner.server)
        connection = partial(Connection, server, loop=loop, unreadable=self._unreadable)
        try:
            self._listener = await loop.create_server(connection, self._settings.host, self._settings.port)
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._settings.host}:{self._settings.port}"
            raise SettingsError(
                f"web.host and web.port: {where} cannot be opened ({error.strerror}); "
                f"choose an address of this machine and a free port, such as web.port = 5001."
            ) from error
        self._looking = asyncio.create_task(self._lookout.run(), name="web lookout")

    async def close(self) -> None:
        """Stop listening; open pages find their way back by themselves, waiting callers get their job's address."""
        self._hub.close()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()


def open_adapter(settings: Settings, desk: Desk, kit: Kit) -> Adapter:
    """The door, ready to be opened. Raises SettingsError for a door that everybody could enter."""
    clock = kit.clock
    known = [Token(*token) for token in kit.tokens if token[1]]
    if not known and not is_loopback(settings.host):
        raise SettingsError(
            f'web.host: "{settings.host}" can be reached from other machines, so IMAGEBOT_WEB_TOKENS must be set '
            f'in the environment or in .env; or use web.host = "127.0.0.1".'
        )
    public = URL(settings.public_url)
    names = {name.lower().rstrip(".") for name in (*settings.allowed_hosts, public.host or "") if name}
    guard = Guard(settings.host, frozenset(names), known, settings.requests_per_minute, clock)
    hub, speech, secure = Hub(), Speech(desk), public.scheme == "https"
    studio, entrance = Studio(desk, speech), Entrance(guard, speech, secure)
    app = web.Application(middlewares=[answering(guard, desk, entrance, clock)])
    app.on_response_prepare.append(headers(desk.pictures_origin))
    for room in (
        Api(desk, hub, clock, settings.upscale_max_side, settings.max_upload_bytes, settings.wait_s, kit.metrics),
        Channel(desk, clock, speech, studio, settings.max_upload_bytes, secure),
        Stream(desk, hub, clock, speech),
        Callback(desk),
        studio,
        entrance,
    ):
        for route in room.routes():
            route.kwargs["expect_handler"] = expected
            app.add_routes([route])
    return Adapter(settings, app, hub, Lookout(desk, hub, clock), desk.say("en", "page-api-bad-request"))
