"""Slack on localhost, over real sockets: Web API, Socket Mode or signed requests, files, and people who use it.

    async with Slack(clock=clock) as slack:
        team = slack.workspace("Atelier")
        ada, art = team.person("Ada"), team.channel("art")
        ...                            # start an app against slack.api_url, team.bot_token, slack.app_token
        await slack.connected()
        asked = await slack.slash(ada, art, "imagine", "a lighthouse")
        assert asked.ephemeral

Leaving the context raises AssertionError where a request broke Slack's own description or rules; a test that means to
break them clears `violations`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from bot.clock import Clock, RealClock
from tests.standins.outage import away
from tests.standins.planned import Gate, Stage
from tests.standins.serving import Serving
from tests.standins.slack.account import Account
from tests.standins.slack.acting import Acting
from tests.standins.slack.answering import Answering
from tests.standins.slack.api import BASE, BODY_LIMIT, Api, Heard
from tests.standins.slack.conversing import Conversing
from tests.standins.slack.delivered import Delivered, Sort
from tests.standins.slack.fault import Fault, refusal, throttle
from tests.standins.slack.filing import UPLOADS, Filing
from tests.standins.slack.grant import SCOPES
from tests.standins.slack.host import FileHost
from tests.standins.slack.manifest import faults_of_manifest
from tests.standins.slack.message import File, Message
from tests.standins.slack.oauth import AUTHORIZE, OAuth, Page
from tests.standins.slack.posting import Pace, Posting
from tests.standins.slack.socket_mode import PATH
from tests.standins.slack.table import open_methods
from tests.standins.slack.view import View
from tests.standins.slack.viewing import Viewing
from tests.standins.slack.world import Channel, Enterprise, Kind, Person, UserGroup, Workspace, World

__all__ = [
    "SCOPES",
    "Channel",
    "Delivered",
    "Enterprise",
    "File",
    "Kind",
    "Message",
    "Pace",
    "Page",
    "Person",
    "Serving",
    "Slack",
    "Sort",
    "Stage",
    "UserGroup",
    "View",
    "Workspace",
]

ANYWHERE: Final = frozenset({"internal_error", "invalid_arguments", "invalid_auth", "ratelimited", "token_expired"})
"""Codes that every method may answer, whether it lists them or not."""
TICK_S: Final = 0.01
"""How often the stand-in looks at its clock, in the machine's seconds."""


class Slack(Acting):
    """One Slack with one app. Everything that is not told here is in `world`, `sockets`, `http`, `host`, `herald`."""

    def __init__(self, *, clock: Clock | None = None, port: int = 0, validate: bool = True) -> None:
        super().__init__(World(clock or RealClock()))
        world = self.world
        self.api = Api(world, self._ring, validate=validate)
        self.sockets, self.http = self.delivery.sockets, self.delivery.http
        self.oauth = OAuth(world, self.herald)
        self.posting = Posting(world, self.telling, self.herald)
        self.filing = Filing(world, self.telling, self.herald, self.posting, self.violations)
        self.host = FileHost(world, self.filing)
        self.viewing = Viewing(world, self.telling, self.asking, self.posting)
        self.answering = Answering(world, self.asking, self.posting, self.viewing, self.violations)
        open_methods(
            self.api,
            Account(world, self.telling, self.oauth.end),
            Conversing(world, self.telling, self.herald),
            self.posting,
            self.filing,
            self.viewing,
            self.sockets,
            self.oauth,
        )
        self.app = web.Application(client_max_size=BODY_LIMIT, middlewares=[self._noted])
        self.api.open(self.app)
        self.host.open(self.app)
        self.app.router.add_post(UPLOADS + "{secret}", self.filing.take)
        self.app.router.add_get(PATH, self.sockets.serve)
        self.app.router.add_get(AUTHORIZE, self.oauth.authorize)
        for kind in ("commands", "actions", "app"):
            self.app.router.add_post(f"/{kind}/{{team}}/{{secret}}", self.answering.respond)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.2)
        self._port = port
        self._ticking: asyncio.Task[None] | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.sockets.url = f"ws://127.0.0.1:{self._port}"
        self.telling.files_url = self.filing.uploads_url = self.asking.base_url = self.oauth.url = self.url
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heal()
        if self._ticking:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self.delivery.stop()
        await self._runner.cleanup()
        if error is None and self.violations:
            raise AssertionError("Slack would have refused:\n" + "\n".join(self.violations))

    def away(self) -> AbstractAsyncContextManager[None]:
        """Nobody answers for as long as the context lasts, and every socket is cut."""
        self.sockets.drop()
        return away(self._runner)

    # Where things are.

    @property
    def api_url(self) -> str:
        """The Web API's base, such as http://127.0.0.1:1234/api/."""
        return self.url + BASE

    @property
    def authorize_url(self) -> str:
        """Where an installation is agreed to."""
        return self.url + AUTHORIZE

    @property
    def app_token(self) -> str:
        return self.world.app_token

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

    @property
    def client_id(self) -> str:
        return self.world.client_id

    @property
    def client_secret(self) -> str:
        return self.world.client_secret

    # Who and what there is.

    def workspace(
        self,
        name: str = "Atelier",
        *,
        installed: bool = True,
        scopes: Iterable[str] | None = None,
        enterprise: Enterprise | None = None,
    ) -> Workspace:
        """installed: by hand, so that it has a bot_token, of the app's scopes unless told; else `install` does it."""
        workspace = self.world.workspace(name, enterprise=enterprise)
        if installed:
            self.oauth.give(workspace, self.world.scopes if scopes is None else scopes)
        return workspace

    def enterprise(self, name: str = "Globex") -> Enterprise:
        """An organisation; give it to `workspace` for each of its workspaces."""
        return self.world.enterprise(name)

    def use(self, manifest: Mapping[str, Any]) -> None:
        """Be the app that a manifest describes: its commands, shortcuts, events, scopes, prompts and rotation."""
        self.violations.extend(f"manifest: {one}" for one in faults_of_manifest(manifest))
        features, settings = manifest.get("features") or {}, manifest.get("settings") or {}
        self.world.scopes = tuple(manifest["oauth_config"]["scopes"]["bot"])
        self.world.grants.assign(self.world.scopes)
        pane = features.get("agent_view") or features.get("assistant_view") or {}
        self.viewing.standing_prompts = list(pane.get("suggested_prompts") or ())
        self.world.commands = {one["command"].removeprefix("/") for one in features.get("slash_commands") or ()}
        self.world.shortcuts = {one["callback_id"] for one in features.get("shortcuts") or ()}
        self.world.events = set((settings.get("event_subscriptions") or {}).get("bot_events") or ())
        self.world.grants.rotation = bool(settings.get("token_rotation_enabled"))

    def grant(self, workspace: Workspace, *scopes: str) -> None:
        """Add scopes to a workspace's token, as a new installation would."""
        self.oauth.give(workspace, scopes)

    def withdraw(self, workspace: Workspace, *scopes: str) -> None:
        """Take scopes from a workspace's token, as an app that was never given them."""
        grant = self.world.grants.live(workspace.id, None)
        assert grant, "not installed"
        grant.scopes = tuple(one for one in grant.scopes if one not in scopes)

    async def install(self, person: Person, home: Workspace | Enterprise, install_url: str, **odd: Any) -> Page:
        """An admin installs the app from its own page. odd: deny=True, cookie=False, state="forged"."""
        return await self.oauth.install(person, home, install_url, **odd)

    async def uninstall(self, home: Workspace | Enterprise) -> None:
        """An admin throws the app out: its tokens end, and it hears so."""
        self._end(home, "account_inactive")

    async def revoke(self, home: Workspace | Enterprise) -> None:
        """Its tokens are revoked."""
        self._end(home, "token_revoked")

    async def connected(self, count: int = 1) -> None:
        """Wait until the app has so many sockets open."""
        await self.until(lambda: len(self.sockets.live) >= count)

    # What goes wrong. Methods are such as "chat.update".

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 0,
        times: int | None = 1,
        stage: Stage = Stage.BEFORE,
        channel: Channel | None = None,
        **told: Any,
    ) -> None:
        """Answer the next requests with a code of Slack's, or with a proxy's page and a status (500 unless said).

        times None: until `heal`. Raises ValueError for a code that the method does not have.
        """
        known = self.api.methods.errors(method) if self.api.methods and error else frozenset()
        if known and error not in known | ANYWHERE:
            raise ValueError(f"{method} never answers {error}; it knows {sorted(known)}")
        status = 200 if error else status or 500
        id_ = channel.id if channel else ""
        self.api.faults.plan(
            refusal(method, error=error, status=status, times=times, stage=stage, channel=id_, told=told)
        )

    def throttle(
        self, method: str, *, retry_after_s: float = 1, channel: Channel | None = None, times: int | None = 1
    ) -> None:
        """Answer 429."""
        id_ = channel.id if channel else ""
        self.api.faults.plan(throttle(method, retry_after_s=retry_after_s, channel=id_, times=times))

    def hang_up(self, method: str, *, stage: Stage = Stage.AFTER, times: int | None = 1) -> None:
        """Cut the line: after carrying the request out, so that its answer is lost, or before."""
        self.api.faults.plan(Fault(method=method, times=times, stage=stage))

    def hold(self, method: str, *, stage: Stage = Stage.BEFORE, times: int | None = 1) -> Gate:
        """Keep requests waiting until the gate's `open` is set: before they are carried out, or before the answer."""
        gate = Gate()
        self.api.faults.plan(Fault(method=method, times=times, stage=stage, gate=gate))
        return gate

    def heal(self) -> None:
        """Forget every planned fault and open every gate."""
        self.api.faults.clear()
        self.filing.upload_troubles.clear()
        self.answering.response_troubles.clear()

    # What can be seen.

    def messages(self, channel: Channel, thread: Message | None = None) -> list[Message]:
        """What stands there for everybody, oldest first, replies among it; with `thread` that one alone."""
        found = [one for one in channel.messages if not one.deleted and not one.ephemeral]
        root = (thread.thread_ts or thread.ts) if thread else ""
        return [one for one in found if not thread or root in (one.ts, one.thread_ts)]

    def ephemerals(self, person: Person, channel: Channel) -> list[Message]:
        """What only this person sees there."""
        return [one for one in channel.messages if one.viewer is person and not one.deleted]

    def modal(self, person: Person) -> View | None:
        """The view in front of a person."""
        stack = self.world.modals.get(person.id)
        return stack[-1] if stack else None

    def home(self, person: Person) -> View | None:
        return self.world.homes.get(person.id)

    def status(self, message: Message) -> str:
        """What the assistant says that it is doing in a message's thread."""
        return self.posting.status(message.channel, message.thread_ts or message.ts)

    def prompts(self, channel: Channel) -> list[dict[str, str]]:
        """What the assistant suggests there."""
        return self.viewing.prompts.get(channel.id, self.viewing.standing_prompts)

    @property
    def deliveries(self) -> list[Delivered]:
        """Everything that the app was told, oldest first."""
        return self.asking.all

    @property
    def requests(self) -> list[Heard]:
        return self.api.heard

    def asked(self, method: str) -> list[Heard]:
        """Requests of a method, or of all whose name begins so: "chat."."""
        return [one for one in self.api.heard if one.method == method or one.method.startswith(method)]

    @property
    def violations(self) -> list[str]:
        return self.api.violations

    # Going on by itself.

    def _took(self, told: Delivered) -> None:
        self.answering.took(told)

    def _end(self, home: Workspace | Enterprise, trouble: str) -> None:
        if isinstance(home, Enterprise):
            self.oauth.end(None, home.id, trouble)
        else:
            self.oauth.end(home.id, None, trouble)

    async def _tick(self) -> None:
        while True:
            self.filing.settle()
            self.delivery.tick()
            self.sockets.tick()
            self._ring()
            await asyncio.sleep(TICK_S)

    @web.middleware
    async def _noted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Whatever was asked, somebody may be waiting for what it changed."""
        try:
            return await handler(request)
        finally:
            self._ring()
