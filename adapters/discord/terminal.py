"""`imagebot discord ...`, and Discord's part of `imagebot check`: REST calls alone, with no house open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import aiohttp
import click
import discord

from adapters import Errand, Finding, Kit, State
from adapters.discord import client, tree
from adapters.discord.event import DOOR
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.reception import Reception
from bot.message import DIRECT
from bot.words import Words

if TYPE_CHECKING:
    from adapters.discord import Settings
    from bot.desk import Desk

T = TypeVar("T")

PATIENCE_S: Final = 60.0
"""For one call, with the pauses in which discord.py tries it again: 25 s after errors, 30 s where Discord says wait."""
NAMED: Final = 5
"""Servers that are told by name."""
PAGE: Final = 200
"""Servers that Discord tells of at once; what holds for these says enough."""
SYNC: Final = "imagebot discord sync"
INVITE: Final = "imagebot discord invite"
PERMISSIONS: Final[Mapping[str, str]] = {
    "view_channel": "permission-view-channel",
    "send_messages": "permission-send-messages",
    "send_messages_in_threads": "permission-send-messages-in-threads",
    "embed_links": "permission-embed-links",
    "attach_files": "permission-attach-files",
    "read_message_history": "permission-read-message-history",
}
"""Those of tree.NEEDED, with their sentences: the names that Discord's own settings show."""
KINDS: Final[Mapping[discord.ChannelType, str]] = {
    discord.ChannelType.category: "category",
    discord.ChannelType.forum: "forum",
    discord.ChannelType.media: "forum",
    discord.ChannelType.news_thread: "thread",
    discord.ChannelType.public_thread: "thread",
    discord.ChannelType.private_thread: "thread",
}
"""What is not simply a channel."""
TROUBLE: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What a call to Discord may end with; TimeoutError is an OSError."""


class StrangerError(discord.DiscordException):
    """What answers is no Discord: a proxy's page, or discord.api_url leads elsewhere."""


class Speaker:
    """All that the command tree asks of a desk as long as nobody uses a command."""

    def __init__(self, words: Words) -> None:
        self.say = words.say


@dataclass(frozen=True, slots=True)
class Line:
    """A client that makes REST calls and hears nothing; whom the token belongs to."""

    client: client.Client
    user: discord.ClientUser
    application: discord.AppInfo


@click.group()
def commands() -> None:
    """Invite the bot, and bring its commands to Discord."""


@commands.command()
@click.option("--guild", "guild_id", type=click.IntRange(min=1), metavar="ID", help="Only in this server, to try it.")
@click.option("--remove", is_flag=True, help="Take the commands of that server away again.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def sync(guild_id: int | None, remove: bool, dry_run: bool) -> Errand:
    """Bring the commands up to date.

    Shows first how Discord's commands differ from this release's.
    """
    if remove and guild_id is None:
        raise click.UsageError("--remove needs --guild: the commands that everybody has are only ever replaced.")
    return partial(_sync, guild_id=guild_id, remove=remove, dry_run=dry_run)


@commands.command()
def invite() -> Errand:
    """Print the link that invites the bot.

    It asks for the least permissions with which pictures are posted.
    """
    return _invite


async def check(settings: Settings, kit: Kit) -> AsyncIterator[Finding]:
    """Token, intents, commands, servers, and what the bot may do in each channel that is open to it."""
    try:
        async with signed_in(settings, kit) as line:
            yield Finding(State.WELL, "check-discord", {"name": str(line.user)})
            for finding in _switches(settings, line.application):
                yield finding
            yield _planted(await _patiently(tree.difference(line.client.tree)))
            async for finding in _servers(settings, line):
                yield finding
            for channel in dict.fromkeys((*settings.channels, *kit.alerted(DOOR))):
                yield await _channel(channel, line)
    except TROUBLE as error:
        yield _fault(error)


async def _sync(
    settings: Settings, kit: Kit, *, guild_id: int | None, remove: bool, dry_run: bool
) -> AsyncIterator[Finding]:
    try:
        async with signed_in(settings, kit) as line:
            act = tree.difference if dry_run else tree.sync
            found = await _patiently(act(line.client.tree, guild_id, bare=remove))
    except (discord.Forbidden, discord.NotFound) as error:
        yield _fault(error) if guild_id is None else Finding(State.FAULT, "sync-no-server", {"guild": str(guild_id)})
        return
    except TROUBLE as error:
        yield _fault(error)
        return
    if not found:
        yield Finding(State.WELL, "sync-same", {"count": found.shown})
        return
    for finding in _told(found):
        yield finding
    if dry_run:
        yield Finding(State.OFF, "sync-dry")
        return
    yield Finding(State.WELL, "sync-done")
    if guild_id is not None and not remove:
        yield Finding(State.ASIDE, "sync-twice", {"command": f"{SYNC} --guild {guild_id} --remove"})


async def _invite(settings: Settings, kit: Kit) -> AsyncIterator[Finding]:
    try:
        async with signed_in(settings, kit) as line:
            application = line.application
    except TROUBLE as error:
        yield _fault(error)
        return
    yield Finding(State.SAID, "terminal-discord-invite", {"url": tree.invite(application.id)})
    yield Finding(State.SAID, "terminal-discord-install", {"url": tree.install(application.id)})
    if application.bot_require_code_grant:
        yield Finding(State.FAULT, "check-discord-code-grant")
    if not application.bot_public:
        yield Finding(State.ASIDE, "terminal-discord-owner-only")


def mute_reception(settings: Settings, kit: Kit) -> Reception:
    """For a client that hears no event."""
    desk = cast("Desk", Speaker(Words.load(kit.clock)))
    return Reception(desk, DiscordMessenger(desk, kit.clock), settings, kit.clock)


@asynccontextmanager
async def signed_in(settings: Settings, kit: Kit) -> AsyncIterator[Line]:
    """Who the token belongs to, and REST calls in their name. Raises what TROUBLE lists."""
    async with client.build(settings, mute_reception(settings, kit)) as connection:
        try:
            await _patiently(connection.login(kit.secrets["DISCORD_TOKEN"]))
        except (TypeError, KeyError, ValueError) as error:
            raise StrangerError from error
        user, application = connection.user, connection.application
        if user is None or application is None:
            raise StrangerError
        yield Line(connection, user, application)


async def _patiently(call: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE_S):
        return await call


def _fault(error: Exception) -> Finding:
    """One clear sentence for whatever kept Discord from answering."""
    match error:
        case discord.LoginFailure():
            return Finding(State.FAULT, "check-discord-token")
        case discord.RateLimited() | discord.HTTPException(status=429):
            reason = "reason-throttled"
        case StrangerError():
            reason = "reason-stranger"
        case discord.HTTPException(status=status, code=code) if status < 500:
            return Finding(State.FAULT, "check-discord-refused", {"status": str(status), "code": str(code)})
        case discord.DiscordException():
            reason = "reason-broken"
        case _:
            reason = "reason-unreachable"
    return Finding(State.FAULT, "check-discord-fault", listed=(reason,))


def _told(found: tree.Difference) -> Iterator[Finding]:
    for name in found.added:
        yield Finding(State.SAID, "sync-added", {"name": name})
    for change in found.changed:
        yield Finding(State.SAID, "sync-changed", {"name": change.name})
        for edit in change.edits:
            facts = {"path": edit.path, "was": _shown(edit.was), "now": _shown(edit.now)}
            yield Finding(State.ASIDE, "sync-edit", facts)
    for name in found.removed:
        yield Finding(State.SAID, "sync-removed", {"name": name})


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _switches(settings: Settings, application: discord.AppInfo) -> Iterator[Finding]:
    """What the developer portal allows, against what is configured."""
    flags = application.flags
    if not settings.message_content:
        yield Finding(State.OFF, "check-discord-unread", {"setting": "discord.message_content"})
    elif flags.gateway_message_content or flags.gateway_message_content_limited:
        yield Finding(State.WELL, "check-discord-read")
    else:
        yield Finding(State.FAULT, "check-discord-read-fault", {"setting": "discord.message_content"})
    if application.interactions_endpoint_url:
        yield Finding(State.FAULT, "check-discord-endpoint")
    if application.bot_require_code_grant:
        yield Finding(State.FAULT, "check-discord-code-grant")


def _planted(found: tree.Difference) -> Finding:
    if not found:
        return Finding(State.WELL, "check-discord-commands", {"count": found.shown})
    if not found.shown:
        return Finding(State.OFF, "check-discord-commands-none")
    return Finding(State.FAULT, "check-discord-commands-fault", {"names": ", ".join(found.names), "command": SYNC})


async def _servers(settings: Settings, line: Line) -> AsyncIterator[Finding]:
    """Where it is; where every channel is open, also what its roles allow in general."""
    servers: Sequence[Any] = await _patiently(line.client.http.get_guilds(PAGE, with_counts=False))
    if not servers:
        yield Finding(State.FAULT, "check-discord-alone", {"command": INVITE})
        return
    names = [server["name"] for server in servers[:NAMED]] + ["…"] * (len(servers) > NAMED)
    yield Finding(State.WELL, "check-discord-servers", {"count": len(servers), "names": ", ".join(names)})
    if settings.channels:
        return
    for server in servers:
        lacking = _lacking(discord.Permissions(int(server["permissions"])))
        if lacking:
            yield Finding(State.FAULT, "check-discord-server-fault", {"server": server["name"]}, lacking)


async def _channel(name: str, line: Line) -> Finding:
    """What the bot may do in one of the places that the operator opened."""
    if name == DIRECT:
        return Finding(State.WELL, "check-discord-direct")
    if not name.isdecimal():
        return Finding(State.FAULT, "check-discord-channel-odd", {"channel": name})
    try:
        found = await _patiently(line.client.fetch_channel(int(name)))
        if isinstance(found, discord.abc.PrivateChannel):
            return Finding(State.FAULT, "check-discord-channel-private", {"channel": name})
        guild = await _patiently(line.client.fetch_guild(found.guild.id, with_counts=False))
        me = await _patiently(guild.fetch_member(line.user.id))
        above = found.parent_id if isinstance(found, discord.Thread) else found.id
        ruling = cast("discord.abc.GuildChannel", await _patiently(guild.fetch_channel(above)))  # knows the roles
    except discord.NotFound:
        return Finding(State.FAULT, "check-discord-channel-gone", {"channel": name})
    except discord.Forbidden:
        return Finding(State.FAULT, "check-discord-channel-unseen", {"channel": name})
    except discord.InvalidData:
        return Finding(State.FAULT, "check-discord-channel-odd", {"channel": name})
    kind = KINDS.get(found.type, "channel")
    facts = {"channel": found.name, "server": guild.name, "kind": kind}
    spared = ("send_messages",) if kind in ("thread", "forum") else ()
    allowed = discord.abc.GuildChannel.permissions_for(ruling, me)  # as set, without what follows from what is not
    lacking = _lacking(allowed, spared)
    if lacking:
        return Finding(State.FAULT, "check-discord-channel-fault", facts, lacking)
    return Finding(State.WELL, "check-discord-channel", facts)


def _lacking(permissions: discord.Permissions, spared: Sequence[str] = ()) -> tuple[str, ...]:
    """The sentences of what is needed and not allowed. In forums and threads `send_messages` has no say."""
    if permissions.administrator:
        return ()
    return tuple(key for name, key in PERMISSIONS.items() if name not in spared and not getattr(permissions, name))
