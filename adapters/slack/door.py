"""The door itself: opened with the house, connected as long as Slack lets it, drained before it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
from slack_bolt.app.async_app import AsyncApp

from adapters import Kit
from adapters.slack import Settings, client, oauth
from adapters.slack.channel import Channels
from adapters.slack.credential import APP_TOKEN, SIGNING_SECRET
from adapters.slack.fault import UNHEARD, told
from adapters.slack.messenger import SlackMessenger
from adapters.slack.reception import Reception
from adapters.slack.seat import Seat
from adapters.slack.workspace import Workspaces
from bot.desk import Desk
from bot.errors import DeliveryError, SettingsError
from bot.settings import Remark

log = structlog.get_logger(__name__)

OPENING_S: Final = 8.0
"""How long the house waits for the first connection before it goes on without it."""
DRAIN_S: Final = 3.0
"""How long closing waits for events under way: Slack waits for an acknowledgement for 3 s."""
LEAVE_S: Final = 1.0
"""How long it waits for the acknowledgements of what is decided over to leave."""
LOOK_S: Final = 15.0
"""How often it looks for events that a process acknowledged which is gone by now."""


class Adapter:
    """This door. Its messenger needs no connection but Slack's Web API."""

    def __init__(self, settings: Settings, desk: Desk, kit: Kit) -> None:
        self._settings = settings
        self._secrets, self._clock = kit.secrets, kit.clock
        self._workspaces = Workspaces(settings, kit)
        self._channels = Channels(self._workspaces, kit.clock)
        self.messenger = SlackMessenger(desk, kit.clock, self._workspaces, self._channels)
        self._reception = Reception(desk, self.messenger, self._workspaces, self._channels, settings, kit.clock)
        self._desk = desk
        self._sockets: client.Sockets | None = None
        self._site: client.Site | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._there = asyncio.Event()
        """Slack is within reach: what it is told from now on arrives."""
        self._resuming: asyncio.Task[None] | None = None
        self._seat: Seat | None = None
        """Who we are in the one workspace of SLACK_BOT_TOKEN, once Slack has told."""

    @property
    def address(self) -> str:
        """Where the bot is, such as "Acme"."""
        return self._seat.name if self._seat is not None else "Slack"

    @property
    def standing(self) -> Remark:
        """For the greeting."""
        if self._sockets is not None and not len(self._sockets):
            return Remark("terminal-slack-waiting")
        facts = {"name": self.address, "mode": self._settings.mode}
        return Remark("terminal-slack-open", facts)

    @property
    def remarks(self) -> Sequence[Remark]:
        """What the operator should know about this start."""
        if self._sockets is not None and not len(self._sockets):
            return (Remark("remark-slack-unreachable"),)
        if self._workspaces.installations is not None:
            return (Remark("remark-slack-install", {"url": f"{self._settings.public_url}{oauth.INSTALL_PATH}"}),)
        return ()

    async def open(self) -> None:
        """Connect. Raises SettingsError for tokens that Slack does not accept, and for an address that is taken.

        Where Slack can't be reached the house opens without it, and the door goes on trying.
        """
        await self._workspaces.open()
        app = client.build(self._settings, self._reception, self._workspaces)
        await self._look_who_we_are()
        pages = oauth.routes(self._workspaces, self._settings, self._desk)
        if pages or self._settings.mode == "http":
            self._site = client.Site(self._settings, app, pages, self._secrets.get(SIGNING_SECRET, ""))
            await self._site.open()
        if self._settings.mode == "socket":
            await self._connect(app)
        self._resuming = asyncio.create_task(self._resume(app), name="Slack events that nobody holds any more")

    async def close(self) -> None:
        """Let what is under way be answered and acknowledged, then leave."""
        if self._resuming is not None:
            self._resuming.cancel()
            await asyncio.wait({self._resuming})
        await self._reception.drain(DRAIN_S)
        if self._sockets is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._sockets.answered()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if self._site is not None:
            await self._site.close()
        await self._reception.close()
        await self._workspaces.close()

    async def _look_who_we_are(self) -> None:
        """The one workspace's token, tried once: a wrong one would answer nobody."""
        if self._workspaces.installations is not None:
            return
        try:
            async with asyncio.timeout(OPENING_S):
                self._seat = await self._workspaces.seat()
        except (*UNHEARD, DeliveryError) as error:
            if client.is_hopeless(error):
                raise SettingsError(
                    "SLACK_BOT_TOKEN: Slack does not accept this token; copy it anew from your app's page "
                    "(OAuth & Permissions, Bot User OAuth Token) into .env."
                ) from error
            log.warning("Slack can't be reached yet", **told(error))

    async def _connect(self, app: AsyncApp) -> None:
        self._opened = asyncio.get_running_loop().create_future()
        token, count = self._secrets[APP_TOKEN], self._settings.connections
        self._sockets = client.Sockets(app, token, count, self._clock, self._arrived)
        self._keeping = asyncio.create_task(self._keep(self._sockets), name="slack")
        try:
            async with asyncio.timeout(OPENING_S):
                await asyncio.shield(self._opened)
        except TimeoutError:
            self._opened.cancel()
            log.warning("Slack can't be reached yet")

    async def _resume(self, app: AsyncApp) -> None:
        if self._sockets is not None:
            await self._there.wait()
        while True:
            try:
                await self._reception.resume(partial(client.dispatch, app))
            except Exception:  # the outermost line of one look: what is held stays so until the next
                log.exception("events that nobody holds any more were not taken up")
            await self._clock.sleep(LOOK_S)

    async def _keep(self, sockets: client.Sockets) -> None:
        try:
            await sockets.keep_connected()
        except* SettingsError:
            self._hopeless(
                "SLACK_APP_TOKEN: Slack does not accept this token; make one anew on your app's page "
                "(Basic Information, App-Level Tokens, with the scope connections:write) and put it into .env."
            )

    def _arrived(self) -> None:
        self._there.set()
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    def _hopeless(self, sentence: str) -> None:
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(SettingsError(sentence))
        else:
            log.error("the Slack door needs its operator", reason=sentence)
