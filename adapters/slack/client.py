"""slack-bolt's app, set up for this door, and its two ways to Slack: sockets that we open, a site that Slack calls."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import buttons, commands, home, mention
from adapters.slack.event import Tenant
from adapters.slack.fault import UNHEARD, code_of, told, told_apart
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.reception import AGAIN, Ack, Reception
from adapters.slack.workspace import Workspaces
from bot.clock import Clock
from bot.errors import DeliveryError, PlaceBusyError, SettingsError

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

PING_S: Final = 10.0
"""How often a socket is asked whether it still lives."""
CONNECT_S: Final = 10.0
"""From asking for a ticket to Slack's greeting; after PING_S the library would try again with a spent one."""
LOOK_S: Final = 1.0
RELIEF_S: Final = 10.0
"""How long a socket that Slack is about to close waits for the next one; Slack closes it after as long."""
ACK_S: Final = 3.0
"""How long a socket that is over is kept for acknowledgements; Slack waits for them as long."""
LEAVE_S: Final = 0.5
"""How long a socket that is closed waits for Slack's word."""
BRIEF_S: Final = 30.0
"""A socket that lasted no longer is no sign that the next one will."""
LONGEST_ABSENCE_S: Final = 60.0
RENEWED: Final = frozenset({"warning", "refresh_requested"})
"""Why Slack ends a socket about every hour: the next one may be opened at once."""
BODY_BYTES: Final = 1024 * 1024
"""What Slack sends is words; files stay where they are."""
BODY_S: Final = 10.0
SILENT: Final = logging.CRITICAL + 1
"""What there is to say of a socket, its keeper says."""
HOPELESS: Final = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked"}
)
"""What no patience mends: the operator must act."""


def build(settings: Settings, reception: Reception, workspaces: Workspaces) -> AsyncApp:
    """The app, not connected to anything: every event goes to the reception before it is acknowledged."""
    with _without_environment():
        app = AsyncApp(
            name="imagebot",
            logger=quiet("bolt"),
            client=AsyncWebClient(base_url=settings.api_url, retry_handlers=[]),
            before_authorize=workspaces.gate,
            authorize=workspaces.authorize,
            request_verification_enabled=False,  # the site has looked, before anything was read
            raise_error_for_unhandled_request=True,
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
    app.error(_stumbled)
    return app


def tenant_of(body: Mapping[str, Any]) -> Tenant:
    return Tenant(str(body.get("team_id") or ""), str(body.get("enterprise_id") or ""))


async def dispatch(app: AsyncApp, body: Mapping[str, Any]) -> BoltResponse:
    """An event that came by a socket or was written down: nobody needs to look at its signature."""
    return await _dispatched(app, lambda: AsyncBoltRequest(mode="socket_mode", body=dict(body)))


async def _dispatched(app: AsyncApp, request: Callable[[], AsyncBoltRequest]) -> BoltResponse:
    try:
        return await app.async_dispatch(request())
    except Exception as error:  # noqa: BLE001 - the outermost line of what Bolt can't read; its words may be people's
        log.warning("event not understood", error=type(error).__name__)
        return BoltResponse(status=200)


async def _stumbled(error: Exception) -> BoltResponse:
    """For Bolt, whose own words hold people's: what nobody listens for or can read would come again just the same."""
    match error:
        case BoltUnhandledRequestError():
            log.info("event not listened for")
        case DeliveryError() | OSError() | SlackClientError():
            log.warning("event not taken", **told(error))
            return AGAIN
        case _:
            log.error("event not understood", error=type(error).__name__)
    return BoltResponse(status=200)


class Sockets:
    """Socket Mode: several connections, of which Slack takes any for an event, so that one can be renewed unnoticed."""

    def __init__(self, app: AsyncApp, token: str, count: int, clock: Clock, arrived: Callable[[], None]) -> None:
        self._app = app
        self._token = token
        self._count = count
        self._clock = clock
        self._arrived = arrived
        self._open: set[_Socket] = set()
        self._one_at_a_time = asyncio.Lock()
        self._failures = 0

    def __len__(self) -> int:
        """How many are connected."""
        return sum(not socket.over.is_set() for socket in self._open)

    async def keep_connected(self) -> None:
        """Stay until cancelled, come what may. Raises SettingsError for a token that Slack does not accept."""
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self._count):
                    group.create_task(self._keep(group), name=f"Slack socket {number}")
        finally:
            for socket in tuple(self._open):  # cancelled before anybody attended to them
                await socket.leave()

    async def answered(self) -> None:
        """Wait until every acknowledgement that was decided over has left."""
        await asyncio.gather(*(socket.idle.wait() for socket in self._open))

    async def _keep(self, group: asyncio.TaskGroup) -> None:
        """One after the other; where Slack gives time for it, the next is there before the one that it follows goes."""
        before: _Socket | None = None
        while True:
            socket = await self._connected()
            if before is not None:
                before.relieved.set()
            before = socket
            self._open.add(socket)
            self._arrived()
            group.create_task(self._attend(socket), name="a Slack socket")
            since = self._clock.steady()
            await socket.over.wait()
            log.info("a socket is made anew", reason=socket.farewell or "lost")
            if socket.farewell in RENEWED or self._clock.steady() - since > BRIEF_S:
                self._failures = 0
            else:
                socket.relieved.set()
                await self._pause()

    async def _attend(self, socket: _Socket) -> None:
        """Stay with a connection until it is over, relieved, and everything that came by it is acknowledged."""
        try:
            await socket.lost()
            with suppress(TimeoutError):
                async with asyncio.timeout(RELIEF_S):
                    await socket.relieved.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(ACK_S):
                    await socket.idle.wait()
        finally:
            self._open.discard(socket)
            await socket.leave()

    async def _connected(self) -> _Socket:
        """One more connection, however long it takes; the others wait: Slack allows few tickets in a minute."""
        async with self._one_at_a_time:
            while True:
                try:
                    return await self._greeted()
                except DeliveryError as error:
                    if is_hopeless(error):
                        raise SettingsError("Slack does not accept the app token") from error
                    log.warning("Slack can't be reached", reason=str(error), **told(error))
                    await self._pause(error.retry_after_s or 0.0)

    async def _greeted(self) -> _Socket:
        """One try, with a ticket of its own. Raises DeliveryError."""
        socket = _Socket(self._app, self._token, self._open)
        try:
            with told_apart():
                async with asyncio.timeout(CONNECT_S):
                    answer = await self._app.client.apps_connections_open(app_token=self._token)
                    socket.wss_uri = str(answer["url"])
                    await socket.connect()  # type: ignore[no-untyped-call]
                    await socket.greeted.wait()
            if socket.over.is_set():
                raise PlaceBusyError(f"Slack ends the connection at once: {socket.farewell}")
        except BaseException:
            await socket.leave()
            raise
        return socket

    async def _pause(self, asked_s: float = 0.0) -> None:
        """After a failure: longer each time, and at least as long as Slack asks."""
        self._failures += 1
        await self._clock.sleep(max(asked_s, min(LONGEST_ABSENCE_S, 2.0 ** min(self._failures, 6))))


class _Socket(SocketModeClient):
    """A connection of the library's, which by itself would be made anew for ever with a ticket that is spent.

    others are those that are open beside it. farewell is Slack's word for why it ended; "" while it has said none.
    """

    def __init__(self, app: AsyncApp, token: str, others: Collection[_Socket]) -> None:
        super().__init__(
            token,
            web_client=app.client,
            logger=quiet("socket", SILENT),
            auto_reconnect_enabled=False,
            ping_interval=PING_S,
        )
        self._app = app
        self._others = others
        self._hearing: set[asyncio.Task[Any] | None] = set()
        self.greeted, self.over = asyncio.Event(), asyncio.Event()
        self.relieved, self.idle = asyncio.Event(), asyncio.Event()
        self.farewell = ""
        self.idle.set()

    async def lost(self) -> None:
        """Return once Slack has said goodbye, or nothing more for a while."""
        while not self.over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self.over.wait()
            if not await self.is_connected():
                self.over.set()

    async def leave(self) -> None:
        """Close it, whether or not the other side answers."""
        for _ in range(2):  # the second time it waits for no answer
            with suppress(*UNHEARD):
                async with asyncio.timeout(LEAVE_S):
                    await self.close()  # type: ignore[no-untyped-call]
        tasks = [self.message_processor, self.current_session_monitor, self.message_receiver]
        await asyncio.wait([task for task in tasks if task is not None], timeout=LEAVE_S)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """Whatever came over it: greetings, an event, or the wish that it be renewed."""
        match message.get("type"):
            case "hello":
                self.greeted.set()
            case "disconnect":
                self.farewell = str(message.get("reason") or "disconnect")
                self.over.set()
                self.greeted.set()
            case _ if "envelope_id" in message:
                await self._hear(message)
            case _:
                return

    async def send_message(self, message: str) -> None:
        """Over this connection, else over another one; what gets to Slack by none is delivered again."""
        for socket in (self, *tuple(self._others)):
            line = socket.current_session
            if line is None or line.closed:
                continue
            try:
                await line.send_str(message)
            except (*UNHEARD, OSError):
                continue
            return
        log.warning("an acknowledgement got lost")

    async def _hear(self, message: Mapping[str, Any]) -> None:
        task = asyncio.current_task()
        self._hearing.add(task)
        self.idle.clear()
        try:
            payload = message.get("payload")
            response = await dispatch(self._app, payload if isinstance(payload, dict) else {})
            request = SocketModeRequest(type=str(message["type"]), envelope_id=str(message["envelope_id"]), payload={})
            await send_async_response(self, request, response, time.time())
        finally:
            self._hearing.discard(task)
            if not self._hearing:
                self.idle.set()


class Site:
    """What Slack and browsers call: events in HTTP mode, and the pages of an installation."""

    def __init__(
        self, settings: Settings, app: AsyncApp, further: Sequence[web.RouteDef], signing_secret: str = ""
    ) -> None:
        self._settings = settings
        site = web.Application(client_max_size=BODY_BYTES)
        site.add_routes(further)
        if settings.mode == "http":
            site.router.add_post(EVENTS_PATH, _listener(app, signing_secret))
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=3.0)

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


def _listener(app: AsyncApp, signing_secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What Slack calls. Only what it has signed within five minutes is read at all."""
    verifier = SignatureVerifier(signing_secret)

    async def called(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_S):
                body = (await request.read()).decode()
            genuine = verifier.is_valid_request(body, request.headers)
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, TypeError):  # no UTF-8, no number, no ASCII
            genuine = False
        if not genuine:
            log.info("request that Slack has not signed")
            return web.Response(status=401)
        headers: Any = request.headers
        response = await _dispatched(app, lambda: AsyncBoltRequest(body=body, headers=headers))
        return await to_aiohttp_response(response)

    return called


def is_hopeless(error: BaseException) -> bool:
    """Whether Slack refused the token itself."""
    return code_of(error) in HOPELESS


def quiet(name: str, level: int = logging.NOTSET) -> logging.Logger:
    """For the library's own words, of which only the beginning is kept: further on may stand tickets and prompts."""
    logger = logging.getLogger(f"slack_bolt.{name}")
    logger.setLevel(level)
    if not logger.filters:
        logger.addFilter(_beginning)
    return logger


def _beginning(record: logging.LogRecord) -> bool:
    record.msg, record.args, record.exc_info = re.split(r"[(:]", record.getMessage())[0][:120], (), None
    return True


@contextmanager
def _without_environment() -> Iterator[None]:
    """Bolt would take tokens from there by itself, and begin an installation flow of its own."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(kept)
