"""slack-bolt's app, set up for this door, and its two ways to Slack: sockets that we open, a site that Slack calls."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import buttons, commands, home, mention
from adapters.slack.event import Tenant
from adapters.slack.fault import UNHEARD, code_of, told
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.reception import Ack, Reception
from adapters.slack.workspace import Workspaces
from bot.errors import SettingsError

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

PING_S: Final = 10.0
"""How often a socket is asked whether it still lives."""
CONNECT_S: Final = 20.0
ABSENT_S: Final = 15.0
"""A socket that its library did not bring back in this time is made anew: it would try for ever with a spent ticket."""
LOOK_S: Final = 2.0
LONGEST_ABSENCE_S: Final = 60.0
BODY_BYTES: Final = 1024 * 1024
"""What Slack sends is words; files stay where they are."""
HOPELESS: Final = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked"}
)
"""What no patience mends: the operator must act."""


def build(settings: Settings, reception: Reception, workspaces: Workspaces, signing_secret: str) -> AsyncApp:
    """The app, not connected to anything: every event goes to the reception before it is acknowledged."""
    with _without_environment():
        app = AsyncApp(
            name="imagebot",
            logger=quiet("bolt"),
            client=AsyncWebClient(base_url=settings.api_url, retry_handlers=[]),
            before_authorize=workspaces.gate,
            authorize=workspaces.authorize,
            signing_secret=signing_secret,
            process_before_response=True,
        )
    commands.plant(app, reception)
    buttons.plant(app, reception)
    mention.plant(app, reception)
    home.plant(app, reception)

    async def left(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        async def forget() -> None:
            await reception.forget(tenant_of(body), body.get("event_time"))

        revoked = (body["event"].get("tokens") or {}).get("bot")
        if body["event"]["type"] == "tokens_revoked" and not revoked:  # a person's own token is none of ours
            return await ack()
        return await reception.attend(body, ack, forget)

    app.event("app_uninstalled")(left)
    app.event("tokens_revoked")(left)
    return app


def tenant_of(body: Mapping[str, Any]) -> Tenant:
    return Tenant(str(body.get("team_id") or ""), str(body.get("enterprise_id") or ""))


async def dispatch(app: AsyncApp, body: Mapping[str, Any]) -> BoltResponse:
    """An event that was written down, once more; its signature was looked at the first time."""
    return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(body)))


class Sockets:
    """Socket Mode: several connections, of which Slack takes any for an event, so that one can be renewed unnoticed."""

    def __init__(self, app: AsyncApp, token: str, count: int, arrived: Callable[[], None]) -> None:
        self._app = app
        self._token = token
        self._count = count
        self._arrived = arrived
        self._open: set[_Socket] = set()

    def __len__(self) -> int:
        """How many are connected."""
        return len(self._open)

    async def keep_connected(self) -> None:
        """Stay until cancelled, come what may. Raises SettingsError for a token that Slack does not accept."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                group.create_task(self._keep(), name=f"Slack socket {number}")

    async def answered(self) -> None:
        """Wait until every acknowledgement that was decided over has left."""
        await asyncio.gather(*(socket.idle.wait() for socket in self._open))

    async def _keep(self) -> None:
        failures = 0
        while True:
            socket = _Socket(self._app, self._token, logger=quiet("socket"), ping_interval=PING_S)
            try:
                async with asyncio.timeout(CONNECT_S):
                    socket.client.wss_uri = await socket.client.issue_new_wss_url()
                    await socket.client.connect()  # type: ignore[no-untyped-call]
                self._open.add(socket)
                failures = 0
                self._arrived()
                await _lost(socket)
                log.info("a socket is made anew")
            except (*UNHEARD, OSError) as error:
                if is_hopeless(error):
                    raise SettingsError("Slack does not accept the app token") from error
                log.warning("Slack can't be reached", **told(error))
                failures += 1
            finally:
                self._open.discard(socket)
                with suppress(*UNHEARD, OSError):
                    await socket.client.close()  # type: ignore[no-untyped-call]
            await asyncio.sleep(min(LONGEST_ABSENCE_S, 2.0 ** min(failures, 6)) if failures else 0)


class _Socket(AsyncSocketModeHandler):
    """A connection that knows when nothing of it is left to acknowledge."""

    def __init__(self, app: AsyncApp, token: str, *, logger: logging.Logger, ping_interval: float) -> None:
        super().__init__(app, token, logger=logger, ping_interval=ping_interval)
        self.idle = asyncio.Event()
        self.idle.set()
        self._busy = 0

    async def handle(self, client: Any, req: Any) -> None:
        self._busy += 1
        self.idle.clear()
        try:
            await super().handle(client, req)
        finally:
            self._busy -= 1
            if not self._busy:
                self.idle.set()


async def _lost(socket: _Socket) -> None:
    """Return once the library has not had it connected for a while: a refresh takes it less than a second."""
    absent_s = 0.0
    while absent_s < ABSENT_S:
        await asyncio.sleep(LOOK_S)
        absent_s = 0.0 if await socket.client.is_connected() else absent_s + LOOK_S


class Site:
    """What Slack and browsers call: events in HTTP mode, and the pages of an installation."""

    def __init__(self, settings: Settings, app: AsyncApp, further: Sequence[web.RouteDef]) -> None:
        self._settings = settings
        site = web.Application(client_max_size=BODY_BYTES)
        site.add_routes(further)
        if settings.mode == "http":

            async def called(request: web.Request) -> web.Response:
                response = await app.async_dispatch(await to_bolt_request(request))
                return await to_aiohttp_response(response)

            site.router.add_post(EVENTS_PATH, called)
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=3.0)

    @property
    def address(self) -> str:
        """Such as "http://127.0.0.1:3000"; "" while it is closed."""
        addresses = self._runner.addresses
        return f"http://{addresses[0][0]}:{addresses[0][1]}" if addresses else ""

    async def open(self) -> None:
        """Raises SettingsError where the address is taken."""
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise SettingsError(
                f"slack.port: {host}:{port} can't be listened on ({error.strerror}); choose another slack.port."
            ) from error

    async def close(self) -> None:
        await self._runner.cleanup()


def is_hopeless(error: BaseException) -> bool:
    """Whether Slack refused the token itself."""
    return code_of(error) in HOPELESS


def quiet(name: str) -> logging.Logger:
    """For the library's own words, of which only the beginning is kept: further on may stand tickets and prompts."""
    logger = logging.getLogger(f"slack_bolt.{name}")
    if not logger.filters:
        logger.addFilter(_beginning)
    return logger


def _beginning(record: logging.LogRecord) -> bool:
    record.msg, record.args, record.exc_info = record.getMessage().split("(")[0][:120], (), None
    return True


@contextmanager
def _without_environment() -> Iterator[None]:
    """Bolt would take tokens from there by itself, and begin an installation flow of its own."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(kept)
