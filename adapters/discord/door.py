"""The door itself: opened with the house, connected as long as Discord lets it, drained before it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import discord
import structlog

from adapters import Kit
from adapters.discord import Settings, client, tree
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.reception import Reception
from bot.desk import Desk
from bot.errors import SettingsError
from bot.settings import Remark

log = structlog.get_logger(__name__)

OPENING_S: Final = 8.0
"""How long the house waits for the first connection before it goes on without it."""
DRAIN_S: Final = 3.0
"""How long closing waits for interactions under way: Discord takes a first answer for 3 s."""
LEAVE_S: Final = 1.0
"""After this, closing says it again: discord.py passes over a cancellation while it makes a connection anew."""


class Adapter:
    """This door. Its messenger is busy until Discord is reached, and whenever it is not."""

    def __init__(self, settings: Settings, desk: Desk, kit: Kit) -> None:
        self._settings = settings
        self._token = kit.secrets["DISCORD_TOKEN"]
        self.messenger = DiscordMessenger(desk, kit.clock)
        self._reception = Reception(desk, self.messenger, settings, kit.clock, kit.roles)
        self._keeping: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._client: client.Client | None = None
        self._here = False
        """Whether the gateway has taken us in, so that it is known which servers there are."""
        self._planted = False

    @property
    def address(self) -> str:
        """Who the bot is on Discord, such as "Imagebot#0042"."""
        return str(self._client.user) if self._client and self._client.user else "Discord"

    @property
    def standing(self) -> Remark:
        """For the greeting."""
        if self._client is None or not self._here:
            return Remark("terminal-discord-waiting")
        return Remark("terminal-discord-open", {"name": self.address, "count": len(self._client.guilds)})

    @property
    def remarks(self) -> Sequence[Remark]:
        """What the operator should know about this start."""
        if self._client is None or not self._here:
            return (Remark("remark-discord-unreachable"),)
        said = [Remark("remark-discord-planted")] if self._planted else []
        if not self._client.guilds and self._client.application_id is not None:
            said.append(Remark("remark-discord-alone", {"url": tree.invite(self._client.application_id)}))
        return said

    async def open(self) -> None:
        """Connect. Raises SettingsError for a token or intents that Discord does not accept.

        Where Discord can't be reached the house opens without it, and the door goes on trying.
        """
        self._opened = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep(), name="discord")
        try:
            async with asyncio.timeout(OPENING_S):
                await self._opened
        except TimeoutError:
            log.warning("Discord can't be reached yet")

    async def close(self) -> None:
        """Let what is under way be answered, then leave."""
        await self._reception.drain(DRAIN_S)
        while self._keeping is not None and not self._keeping.done():
            self._keeping.cancel()
            await asyncio.wait({self._keeping}, timeout=LEAVE_S)
        await self._reception.close()

    async def _keep(self) -> None:
        try:
            await client.keep_connected(
                lambda: client.build(self._settings, self._reception, self._arrived),
                self._token,
                self._began,
                self._ended,
            )
        except discord.LoginFailure:
            self._hopeless(
                "DISCORD_TOKEN: Discord does not accept this token; copy it anew from the developer portal "
                "(your application, Bot, Reset Token) into .env."
            )
        except discord.PrivilegedIntentsRequired:
            self._hopeless(
                "discord.message_content is true, and the application may not read messages; switch on Message Content "
                "Intent in the developer portal (your application, Bot), or set it to false."
            )

    async def _began(self, connection: client.Client) -> None:
        self._client = self.messenger.client = connection
        try:
            self._planted = await tree.first_sync(connection.tree) or self._planted
        except discord.HTTPException as error:
            log.warning("commands not looked at", status=error.status, code=error.code)

    def _arrived(self) -> None:
        self._here = True
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    def _ended(self) -> None:
        self._client = self.messenger.client = None
        self._here = False

    def _hopeless(self, sentence: str) -> None:
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(SettingsError(sentence))
        else:
            log.error("the Discord door needs its operator", reason=sentence)
