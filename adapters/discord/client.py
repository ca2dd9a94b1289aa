"""discord.py's client, set up for this door and kept connected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import discord
import structlog
from discord import app_commands
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from yarl import URL

from adapters.discord import buttons, commands, mention
from adapters.discord.translation import Translation
from bot.errors import OutdatedError

if TYPE_CHECKING:
    from adapters.discord import Settings
    from adapters.discord.reception import Reception

log = structlog.get_logger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody here speaks
LONGEST_PAUSE_S: Final = 30.0
"""A longer wait than this, asked for by Discord, is not slept through but told to whoever asked for the call."""
LONGEST_ABSENCE_S: Final = 60.0
"""Most seconds between two tries to connect, however long Discord was away."""
VITAL: Final = frozenset({"READY", "RESUMED"})
"""Without these there is no session; a connection on which they break has to end."""
HOPELESS: Final = (discord.LoginFailure, discord.PrivilegedIntentsRequired)
"""What no patience mends: the operator must act."""


class Tree(app_commands.CommandTree[discord.AutoShardedClient]):
    """The commands, with an answer for one that this release does not have as Discord shows it."""

    def __init__(self, client: discord.AutoShardedClient, reception: Reception) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self._reception = reception

    async def on_error(
        self, event: discord.Interaction[discord.AutoShardedClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Handlers answer for themselves; what comes here is discord.py's own complaint about the command."""
        log.warning("a command is out of date", error=type(error).__name__)
        await self._reception.refuse(event, OutdatedError())


class Client(discord.AutoShardedClient):
    """Hands every event to the reception; holds nothing that a restart would miss."""

    def __init__(self, settings: Settings, reception: Reception, arrived: Callable[[], None]) -> None:
        shards: dict[str, Any] = {"shard_ids": list(settings.shard_ids)} if settings.shard_ids else {}
        super().__init__(
            intents=_intents(settings),
            shard_count=settings.shard_count or None,
            **shards,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_PAUSE_S,
        )
        for name in self._connection.parsers.keys() - VITAL:
            self._connection.parsers[name] = _sparing(name, self._connection.parsers[name])
        self._reception = reception
        self.tree = Tree(self, reception)
        commands.plant(self.tree, reception)
        self._arrived = arrived

    async def setup_hook(self) -> None:
        """Learn where the gateway is, which discord.py otherwise takes for granted after a lost session.

        It need not ask a second time how many shards Discord advises.
        """
        advised, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = URL(url)
        self.shard_count = self.shard_count or advised
        await self.tree.set_translator(Translation(self._reception.desk))

    async def on_connect(self) -> None:
        self._arrived()

    async def on_interaction(self, event: discord.Interaction[Any]) -> None:
        """Buttons and forms are known by their id alone, so that they outlive every process; commands have the tree."""
        await buttons.answer(event, self._reception)

    async def on_message(self, message: discord.Message) -> None:
        await mention.answer(message, self._reception)


def build(settings: Settings, reception: Reception, arrived: Callable[[], None] = lambda: None) -> Client:
    """The client, not connected to anything yet; arrived() is called whenever the gateway has taken it in.

    The REST base is a class attribute of the library, so there is one for the whole process.
    """
    discord.http.Route.BASE = settings.api_url.rstrip("/")
    return Client(settings, reception, arrived)


async def keep_connected(
    make: Callable[[], Client], token: str, began: Callable[[Client], Awaitable[None]], ended: Callable[[], None]
) -> None:
    """Log in and stay until cancelled; began(client) once REST calls work, ended() when they no longer do.

    Raises LoginFailure and PrivilegedIntentsRequired. Whatever else breaks (Rapptz/discord.py#10520: a first connection
    that is refused) makes a new client after a pause.
    """
    patience: ExponentialBackoff[bool] = ExponentialBackoff()
    while True:
        client = make()
        try:
            async with client:
                try:
                    await client.login(token)
                    await began(client)
                    await client.connect()
                finally:
                    ended()
        except HOPELESS:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost line of one connection's life, logged below
            log.warning("Discord can't be reached", error=type(error).__name__, code=getattr(error, "code", None))
        await asyncio.sleep(min(LONGEST_ABSENCE_S, patience.delay()))


def _sparing(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """An event that discord.py can't read is dropped: left to itself it ends the session, and what comes meanwhile is
    lost (test_an_event_that_nobody_can_read_costs_no_other).
    """

    def parse_or_drop(payload: Any) -> None:
        try:
            parse(payload)
        except Exception as error:  # noqa: BLE001 - the outermost line of one event, logged without what it held
            log.warning("an event could not be read", kind=name, error=type(error).__name__)

    return parse_or_drop


def _intents(settings: Settings) -> discord.Intents:
    """The fewest that let people mention the bot; reading what does not mention it is the operator's choice."""
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.message_content = settings.message_content
    return intents
